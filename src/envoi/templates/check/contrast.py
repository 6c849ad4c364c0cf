"""Text that is hard to tell from what is behind it, by the contrast that WCAG 2.2 (1.4.3) asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from envoi.templates.blocks.colour import READABLE, contrast
from envoi.templates.check.markup import VEIL
from envoi.templates.check.problem import Problem
from envoi.templates.place import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Large text is told from its background at this ratio; it is so large, or so and bold (in px).
_READABLE_LARGE, _LARGE, _LARGE_BOLD = 3.0, 24.0, 18.66
_BOLD = 700
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SILENT = frozenset({"head", "style", "script", "title"})
_NAMED = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff", "gray": "#808080",
    "grey": "#808080", "silver": "#c0c0c0", "maroon": "#800000", "navy": "#000080", "yellow": "#ffff00",
    "orange": "#ffa500", "teal": "#008080", "lime": "#00ff00", "olive": "#808000", "aqua": "#00ffff",
    "fuchsia": "#ff00ff", "purple": "#800080",
}  # fmt: skip
_LINK = "#0000ee"
_FEW_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How text looks in an element; a colour that is not known before the data is None."""

    tag: str = ""
    colour: str | None = "#000000"
    background: str | None = "#ffffff"
    size: float = 16.0
    bold: bool = False
    hidden: bool = False


def faint(html: str, source: str) -> Iterator[Problem]:
    """Texts of veiled HTML with its styles in its elements that are hard to read; once for each pair of colours."""
    reader, find, told = _Reader(), places(source), set[tuple[str, str]]()
    reader.feed(html)
    reader.close()
    for text, look in reader.texts:
        if not look.colour or not look.background or (look.colour, look.background) in told:
            continue
        ratio = contrast(look.colour, look.background)
        is_large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
        if ratio < (_READABLE_LARGE if is_large else READABLE):
            told.add((look.colour, look.background))
            offset = source.find(text)
            what = f"hard to read: {look.colour} on {look.background} has a contrast of {ratio:.1f}"
            hint = f"{READABLE} is readable, {_READABLE_LARGE:.0f} for large text: {text[:30]!r}"
            at = find(offset) if offset >= 0 else Problem(severity="note", what="").at
            yield Problem(severity="warning", what=what, hint=hint, at=at)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open = [_Look()]
        self.texts: list[tuple[str, _Look]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(_look(tag, {name: value or "" for name, value in attrs}, self._open[-1]))

    def handle_endtag(self, tag: str) -> None:
        if any(look.tag == tag for look in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        parts = [part.strip() for part in re.split(f"[{VEIL}\n]+", data)]
        text = max(parts, key=len)
        if len(text) >= _FEW_LETTERS and not self._open[-1].hidden:
            self.texts.append((text, self._open[-1]))


def _look(tag: str, given: dict[str, str], around: _Look) -> _Look:
    """How text looks in an element, from its styles and attributes and what is around it."""
    styles = dict(re.findall(r"([\w-]+)\s*:\s*((?:\([^)]*\)|[^;])*)", given.get("style", "").lower()))
    styles = {name: value.replace("!important", "").strip() for name, value in styles.items()}
    look = replace(around, tag=tag, hidden=around.hidden or tag in _SILENT or _is_hidden(styles, given))
    if tag == "a" and "href" in given:
        look = replace(look, colour=_LINK)
    if written := styles.get("color") or given.get("color"):
        look = replace(look, colour=_hexadecimal(written))
    background = styles.get("background-color") or styles.get("background") or given.get("bgcolor")
    if given.get("background") or "url(" in styles.get("background-image", "") + styles.get("background", ""):
        look = replace(look, background=None)
    elif background and background not in {"transparent", "none", "inherit", "initial"}:
        look = replace(look, background=_hexadecimal(background))
    if size := re.fullmatch(r"([\d.]+)px", styles.get("font-size", "")):
        look = replace(look, size=float(size[1]))
    if weight := styles.get("font-weight"):
        look = replace(look, bold=weight == "bold" or (weight.isdecimal() and int(weight) >= _BOLD))
    return (
        replace(look, bold=True)
        if tag in {"b", "strong", "h1", "h2", "h3", "th"} and "font-weight" not in styles
        else look
    )


def _is_hidden(styles: dict[str, str], given: dict[str, str]) -> bool:
    nothing = (
        styles.get("display") == "none"
        or styles.get("visibility") == "hidden"
        or styles.get("font-size") in {"0", "0px"}
    )
    return nothing or styles.get("opacity") == "0" or "hidden" in given or given.get("aria-hidden") == "true"


def _hexadecimal(colour: str) -> str | None:
    """A colour as #rrggbb, None if it is not known."""
    colour = colour.strip().lower().split()[0] if colour.strip() else ""
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        return "#" + "".join(digit * 2 for digit in colour[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", colour):
        return colour
    parts = re.fullmatch(r"rgb\((\d{1,3}),(\d{1,3}),(\d{1,3})\)", colour.replace(" ", ""))
    if parts and all(int(part) < 256 for part in parts.groups()):  # noqa: PLR2004 - a byte
        return "#" + "".join(f"{int(part):02x}" for part in parts.groups())
    return _NAMED.get(colour)
