"""Repeats as attributes what styles say: old Outlooks and some web mailers read `bgcolor`, `align` and `width` alone.

Styles called `-premailer-...` are made for this, and mean nothing else.
"""

from __future__ import annotations

import re

_START = re.compile(
    r"<(?P<name>body|table|tr|td|th|h[1-6]|p|div|blockquote)\b(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>", re.IGNORECASE
)
_STYLE = re.compile(r"\sstyle\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*([\w-]+)\s*:\s*((?:\([^)]*\)|[^;])*)")
_ALIGNED = frozenset({"tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "blockquote"})
_COLOURED = frozenset({"body", "table", "tr", "td", "th"})
_MEASURED = frozenset({"table", "td", "th"})
_MADE = "-premailer-"
_WORD = re.compile(r"[#\w%.-]+")


def mirrored(html: str, key: str) -> str:
    """HTML whose styles stand in its elements, with attributes beside them; what holds `key` is left alone.

    >>> mirrored('<td style="background-color: #fff; text-align: center">', "liq")
    '<td style="background-color: #fff; text-align: center" align="center" bgcolor="#fff">'
    """
    return _START.sub(lambda tag: _with_attributes(tag, key), html)


def _with_attributes(tag: re.Match[str], key: str) -> str:
    style = _STYLE.search(tag["rest"])
    if not style:
        return tag[0]
    declared = {
        found[1].lower(): found[2].removesuffix("!important").strip()
        for found in _DECLARATION.finditer(style["double"] or style["single"] or "")
    }
    start = tag[0][:-1]
    for attribute, value in _wanted(tag["name"].lower(), declared):
        if not _WORD.fullmatch(value) or key in value:
            continue
        given = re.compile(rf"\s{attribute}\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
        if not given.search(start):
            start += f' {attribute}="{value}"'
    return f"{start}>"


def _wanted(name: str, declared: dict[str, str]) -> list[tuple[str, str]]:
    """The attributes that an element should have besides, and their values."""
    wanted = [
        ("align", declared.get("text-align", "") if name in _ALIGNED else ""),
        ("bgcolor", declared.get("background-color", "") if name in _COLOURED else ""),
        ("valign", declared.get("vertical-align", "") if name in {"td", "th"} else ""),
    ]
    if name in _MEASURED:
        made_for_this = [style for style in declared if style.startswith(_MADE)]
        wanted += [(style.removeprefix(_MADE), declared[style].removesuffix("px")) for style in made_for_this]
    return [each for each in wanted if each[1]]
