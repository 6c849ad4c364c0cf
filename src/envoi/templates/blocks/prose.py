"""What people write into blocks, as HTML: escaped, with paragraphs, bold and links; Liquid stays as it is."""

from __future__ import annotations

import re
from html import escape

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_HELD = re.compile("\x00(\\d+)\x00")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_LINK = re.compile("\\[([^\\]\n]+)\\]\\(((?:https?://|mailto:|\x00)[^)\\s]*)\\)")


def inline(text: str) -> str:
    """A line of text as HTML.

    >>> inline('R&D for {{ name | default: "you" }}')
    'R&amp;D for {{ name | default: "you" }}'
    """
    return _around_liquid(text, marks=False)


def attribute(text: str) -> str:
    """The same for the value of an attribute."""
    return _around_liquid(text.strip(), marks=False)


def paragraphs(text: str) -> str:
    r"""Paragraphs as HTML: an empty line parts them, a line break breaks the line.

    >>> paragraphs("Dear **{{ name }}**,\nsee [our shop]({{ shop.url }}).\n\n<b>")
    '<p>Dear <strong>{{ name }}</strong>,<br />see <a href="{{ shop.url }}">our shop</a>.</p><p>&lt;b&gt;</p>'
    """
    return _around_liquid(text, marks=True)


def _around_liquid(text: str, *, marks: bool) -> str:
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[0])
        return f"\x00{len(held) - 1}\x00"

    html = escape(_LIQUID.sub(hold, text.replace("\x00", "").replace("\r\n", "\n")))
    if marks:
        html = _LINK.sub(r'<a href="\2">\1</a>', _BOLD.sub(r"<strong>\1</strong>", html))
        parts = [part.strip("\n").replace("\n", "<br />") for part in re.split(r"\n[ \t]*\n", html) if part.strip()]
        html = "".join(f"<p>{part}</p>" for part in parts)
    return _HELD.sub(lambda found: held[int(found[1])], html)
