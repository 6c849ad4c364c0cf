from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.mask import blanked, mask
from envoi.templates.tags import LIQUID

PARTS = st.sampled_from(
    [
        "{{ a }}",
        "{% if b > 1 %}",
        "{%- endif -%}",
        "{{ 'x>\"' }}",
        "{% raw %}{{ c }}<td>{% endraw %}",
        "{% comment %}{% if %}{% endcomment %}",
        "{% for p\n in q %}",
        "<p>",
        "</p>",
        '<a href="',
        "<b title='",
        '"',
        "'",
        ">",
        "<!--",
        "-->",
        "<!--[if mso]>",
        "<style>",
        "</style>",
        "<mj-title>",
        "</mj-title>",
        "liq",
        "liq0x",
        "text\n",
        "{",
        "%}",
    ]
)


def can_be_masked(source: str) -> bool:
    """Whether no block stands between attributes, which is refused."""
    try:
        mask(source)
    except TemplateError:
        return False
    return True


SOURCES = st.lists(PARTS).map("".join).filter(can_be_masked)


def without_spaces(text: str) -> str:
    """The text, but for the spaces that keep a word apart from the attributes beside it."""
    return text.replace(" ", "")


@given(SOURCES)
def test_what_is_hidden_comes_back(source: str) -> None:
    masked = mask(source)
    assert without_spaces(masked.unmask(masked.text)) == without_spaces(source)
    assert masked.piece(masked.text).text == masked.unmask(masked.text)


@given(SOURCES)
def test_nothing_of_a_tag_is_left(source: str) -> None:
    assert not LIQUID.pattern.search(mask(source).text)


@given(SOURCES, SOURCES)
def test_a_piece_knows_where_its_tags_came_from(before: str, source: str) -> None:
    whole = f"{before}<p>{source}"
    masked = mask(whole, start=len(before))
    piece = masked.piece(f"moved {masked.text}")
    for here, there in piece.tags[1:]:
        for inside in range(2):
            assert piece.text[here + inside] == whole[piece.origin(here + inside)]
        assert LIQUID.pattern.match(whole, there)


@given(SOURCES)
def test_blanks_keep_every_offset(source: str) -> None:
    kept = blanked(source)
    assert len(kept) == len(source)
    assert [at for at, character in enumerate(kept) if character == "\n"] == [
        at for at, character in enumerate(source) if character == "\n"
    ]


@pytest.mark.parametrize(
    ("source", "masked"),
    [
        ("a {{ b }} c", "a <!--liq0x--> c"),
        ('<td title="{{ b }}">', '<td title="liq0x">'),
        ("<td title='>{{ b }}'>{{ c }}", "<td title='>liq0x'><!--liq1x-->"),
        ('<p {{ b }}class="c">', '<p  liq0x class="c">'),
        ("<mj-title>{{ b }}</mj-title>{{ c }}", "<mj-title>liq0x</mj-title><!--liq1x-->"),
        ('<mj-preview a="b">{{ c }}</mj-preview>', '<mj-preview a="b">liq0x</mj-preview>'),
        ("<mj-style/>{{ b }}", "<mj-style/><!--liq0x-->"),
        ("<!-- {{ b }} -->{{ c }}", "<!-- liq0x --><!--liq1x-->"),
        ("<!--[if mso]><td>{{ b }}<![endif]-->", "<!--[if mso]><td>liq0x<![endif]-->"),
        ("<!--[if !mso]><!-->{{ b }}<!--<![endif]-->", "<!--[if !mso]><!--><!--liq0x--><!--<![endif]-->"),
        ("1 < 2 {{ b }}", "1 < 2 <!--liq0x-->"),
        ("liq{{ b }}", "liq<!--liqq0x-->"),
    ],
)
def test_a_tag_becomes_what_its_place_allows(source: str, masked: str) -> None:
    assert mask(source).text == masked


def test_a_block_between_attributes_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"{% if b %} stands between attributes") as caught:
        mask('<div>\n<p {% if b %}class="c"{% endif %}>')
    assert (caught.value.at.line, caught.value.at.column) == (2, 4)


def test_a_word_that_became_an_attribute_comes_back_whole() -> None:
    assert mask('<p {{ a }} class="b">').unmask('<p liq0x="" class="b">') == '<p {{ a }} class="b">'


def test_what_a_tool_dropped_is_named() -> None:
    assert mask("{{ a }}<p>{{ b }}</p>").missing("<p><!--liq1x--></p>") == [("{{ a }}", 0)]
