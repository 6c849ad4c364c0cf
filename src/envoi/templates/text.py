"""The plain text of a mail, read off its HTML: links by their addresses, pictures by what they say, a line a row.

Where the HTML breaks, the text gets a mark instead of a line break. Marks become breaks after rendering, when it is
known which blocks are there: a run of them is one break, the strongest.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.templates.mask import Masked

#: Not white space, so that tags that take away white space leave them.
LINE, PARAGRAPH, CELL = "\x01", "\x02", "\x03"
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "hr"})
_LINES = frozenset({"br", "div", "li", "td", "th", "tr", "center"})
_SILENT = frozenset({"head", "style", "script", "title"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RUN = re.compile(f"[ \\t\\n]*[{LINE}{PARAGRAPH}{CELL}][ \\t\\n{LINE}{PARAGRAPH}{CELL}]*")
#: A run of marks without the blanks before it, which is found sooner.
MARKS = re.compile(f"([{LINE}{PARAGRAPH}{CELL}][ \\t\\n{LINE}{PARAGRAPH}{CELL}]*)")
#: Soft hyphens and joiners of no width: the filler behind a preheader.
_NO_WIDTH = re.compile("[\u00ad\u034f\u200b-\u200d\u2060\ufeff]")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all")


def to_text(masked: Masked, html: str) -> tuple[str, str]:
    """The title and the text of masked HTML, both masked, the text with marks for its breaks."""
    reader = _Reader(masked)
    reader.feed(html)
    reader.close()
    return "".join(reader.title), "".join(reader.parts)


def break_lines(text: str) -> str:
    r"""A rendered text with its marks made breaks, ending in one line break.

    >>> break_lines("Pears\x03 \x03$2.00\x01 \x02\x01Bread")
    'Pears · $2.00\n\nBread\n'
    """
    pieces = MARKS.split(text)
    if not "".join(pieces[::2]).isprintable():
        return _break_any(text)
    # Most texts break at marks alone: their pieces are lines.
    pieces[::2] = [line.rstrip() for line in pieces[::2]]
    pieces[1::2] = map(_strongest, pieces[1::2])
    return "".join(pieces).strip(" \n·") + "\n"


def _break_any(text: str) -> str:
    """The same for a text that has other breaks too, in what people are called or in what is written for them."""
    lines = _RUN.sub(lambda run: _strongest(run[0]), text).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip(" \n·") + "\n"


@lru_cache(maxsize=1024)
def _strongest(run: str) -> str:
    if PARAGRAPH in run:
        return "\n\n"
    return "\n" if LINE in run else " · "


class _Reader(HTMLParser):
    def __init__(self, masked: Masked) -> None:
        super().__init__(convert_charrefs=True)
        self._masked = masked
        self._hidden = 0
        self._in_title = False
        #: For each open table, whether it holds data: its rows are lines, its cells stand in them.
        self._tables: list[bool] = []
        #: For each open link, its address and where its label begins.
        self._links: list[tuple[str, int]] = []
        self.title: list[str] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_title = self._in_title or tag == "title"
        if self._hidden or _is_hidden(tag, given):
            self._hidden += tag not in _VOID
            return
        if tag == "table":
            self._tables.append(given.get("role") not in {"presentation", "none"})
        self.parts.append(self._mark(tag))
        if tag == "li":
            self.parts.append("- ")
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self.parts)))
        elif tag == "img":
            self.parts.append(given.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"
        if self._hidden:
            self._hidden -= tag not in _VOID
            return
        if tag == "a" and self._links:
            self._close_link()
        in_data = self._tables and self._tables[-1]
        self.parts.append(CELL if tag in {"td", "th"} and in_data else self._mark(tag))
        if tag == "table" and self._tables:
            self._tables.pop()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif self._hidden:
            # What is set in the head or in a hidden line is used in others.
            self.parts += self._masked.steering(data)
        else:
            self.parts.append(_NO_WIDTH.sub("", re.sub(r"\s+", " ", data)))

    def handle_comment(self, data: str) -> None:
        # What only Outlook reads repeats what the others read. In an author's own note a tag may steer, not print.
        if self._hidden or not self._masked.words.fullmatch(data):
            self.parts += [] if data.lstrip().startswith("[") else self._masked.steering(data)
        else:
            self.parts.append(data)

    def _close_link(self) -> None:
        address, start = self._links.pop()
        label = self._masked.unmask("".join(self.parts[start:])).strip(f" {LINE}{PARAGRAPH}")
        if address and not address.startswith("#") and self._masked.unmask(address) not in {label, f"mailto:{label}"}:
            self.parts.append(f" ({address})" if label else address)

    def _mark(self, tag: str) -> str:
        if tag in {"td", "th"} and self._tables and self._tables[-1]:
            return ""
        if tag in _PARAGRAPHS or (tag == "tr" and self._tables and not self._tables[-1]):
            return PARAGRAPH
        return LINE if tag in _LINES else ""


def _is_hidden(tag: str, given: dict[str, str | None]) -> bool:
    return tag in _SILENT or given.get("aria-hidden") == "true" or bool(_HIDDEN.search(given.get("style") or ""))
