"""Real templates and what their makers' own tool made of them: ours must say the same of every element."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from css_inline import CSSInliner
from lxml import html as dom

from envoi.templates.html import to_html
from envoi.templates.mask import mask
from envoi.templates.tags import TAGS

if TYPE_CHECKING:
    from pathlib import Path

_SHEET = re.compile(r"<style.*?</style>", re.DOTALL)
_SIDES = ("top", "right", "bottom", "left")
#: Reads as a browser does, so that both sides have the same elements, and changes no style.
_READ = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, inline_style_tags=False)


@pytest.fixture(scope="module")
def templates(envoi_data: Path) -> dict[str, str]:
    packed = (envoi_data / "postmark_templates/templates.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))  # type: ignore[no-any-return]


def test_styles_get_where_their_own_tool_put_them(templates: dict[str, str]) -> None:
    names = [name for name in templates if name.startswith("templates/") and name.endswith(".html")]
    assert len(names) > 30
    assert [name for name in names if ours(templates, name) != theirs(templates, name)] == []


def ours(templates: dict[str, str], name: str) -> list[object]:
    source = templates[name]
    if "/basic-full/" in name:
        # These pairs were made of an earlier page: its style sheet is in the inlined half, and a cell was wider.
        sheet = _SHEET.search(theirs_of(templates, name))
        source = _SHEET.sub(lambda _: sheet[0] if sheet else "", source, count=1)
        source = source.replace('"email-body" width="570"', '"email-body" width="100%"')
    masked = mask(source, dialect=TAGS["handlebars"])
    return elements(masked.unmask(to_html(masked, source, lang="en")))


def theirs(templates: dict[str, str], name: str) -> list[object]:
    masked = mask(theirs_of(templates, name), dialect=TAGS["handlebars"])
    return elements(masked.unmask(_READ.inline(masked.text)))


def theirs_of(templates: dict[str, str], name: str) -> str:
    return templates[name.replace("templates/", "templates-inlined/", 1)]


def elements(html: str) -> list[object]:
    """Each element from `body` on: its name, its attributes and its styles; and all words, however far apart."""
    (body,) = dom.document_fromstring(html).iter("body")
    found = [each for each in body.iter("*") if each.tag != "style"]
    shown = [(each.tag, {**each.attrib, "style": styles(each.get("style") or "")}) for each in found]
    return [*shown, *"".join(map(str, body.itertext("*"))).split()]


def styles(text: str) -> dict[str, str]:
    """The declarations one by one: what is said of four sides at once is said of each."""
    said: dict[str, str] = {}
    for declaration in re.split(r";(?![^(]*\))", text):
        name, _, value = (part.strip().lower() for part in declaration.partition(":"))
        value = " ".join(value.replace("!important", "").replace("'", '"').replace(", ", ",").split())
        said |= longhand(name, value) if name else {}
    return said


def longhand(name: str, value: str) -> dict[str, str]:
    words = value.split()
    if name in {"margin", "padding"} or re.fullmatch(r"border-(width|style|color)", name):
        begin, _, end = name.partition("-")
        four = {1: words * 4, 2: words * 2, 3: [*words, *words[1:2]]}.get(len(words), words)
        return {f"{begin}-{side}{'-' + end if end else ''}": word for side, word in zip(_SIDES, four, strict=True)}
    if re.fullmatch(r"border(-(top|right|bottom|left))?", name) and len(words) == 3:
        sides = _SIDES if name == "border" else [name.removeprefix("border-")]
        parts = dict(zip(("width", "style", "color"), words, strict=True))
        return {f"border-{side}-{part}": word for side in sides for part, word in parts.items()}
    return {name: value}
