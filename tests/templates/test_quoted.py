from __future__ import annotations

from quopri import decodestring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envoi.templates.liquid import parse
from envoi.templates.quoted import encoded, joined, quoted


def assert_can_be_sent(body: str) -> None:
    """What RFC 2045 (6.7) asks of every line, and that nothing has to be added before a boundary."""
    assert body == "" or body.endswith("\r\n")
    for line in body.split("\r\n"):
        assert len(line) <= 76
        assert all(letter == "\t" or " " <= letter <= "~" for letter in line)
        assert not line.endswith((" ", "\t"))


texts = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"))
    | st.text("a= \t\n.é", max_size=400)
    | st.text(".=a\n", max_size=400)
)


@given(st.lists(texts, max_size=5))
@example(["=" * 12 + "a" * 59 + "é" * 9 + "."])
@example(["a" * 75 + ".b", "." + "a" * 74])
def test_the_whole_decodes_to_its_pieces(pieces: list[str]) -> None:
    body = "".join(encoded(piece) for piece in pieces)
    assert decodestring(body.encode("ascii")).decode().replace("\r\n", "\n") == "".join(pieces)
    assert_can_be_sent(body)
    assert "\n." not in f"\n{body}"


@given(texts)
@example("." * 400)
@example("." + "=" * 60)
@example("a" * 75 + "." * 75 + "é")
def test_a_whole_text_ends_where_it_ends(text: str) -> None:
    body = quoted(text)
    assert decodestring(body.encode("ascii")).decode().replace("\r\n", "\n") == text
    assert all(len(line) <= 76 for line in body.split("\r\n"))
    assert "\n." not in f"\n{body}"
    assert quoted(body) is body


@pytest.mark.parametrize("length", [74, 75, 76, 77, 150, 151, 152])
@pytest.mark.parametrize("last", ["x", "é", "=", " "])
def test_no_line_is_too_long_at_any_length(length: int, last: str) -> None:
    body = encoded("x" * (length - 1) + last) + encoded("y")
    assert_can_be_sent(body)
    assert decodestring(body.encode("ascii")).decode() == "x" * (length - 1) + last + "y"


SOURCE = (
    "<p>{{ name }}, ü</p>\n{% for p in list %}{{ p.t }} {{ name }}{% endfor %}"
    "{% capture c %}[{% render 'part', x: name %}]{% endcapture %}{{ c }}{{ c | size }}"
    "{% render 'part', x: 'é' %}{{ name }}"
)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=100))
def test_a_template_that_encodes_prints_what_it_prints(name: str) -> None:
    plain = parse(SOURCE, partials={"part": "<{{ x }}>{% for p in list %}{{ p.t }}{% endfor %}"})
    data = {"name": name, "list": [{"t": "é" * 80}, {"t": "b"}]}
    mime = plain.encoded(encoded)
    for _ in range(2):
        body = mime.render(data)
        assert decodestring(body.encode("ascii")).decode().replace("\r\n", "\n") == plain.render(data)
        assert_can_be_sent(body)


@given(st.lists(st.sampled_from(["", " ", "\n", "\t", "  ", "<p>", "Zoë", "=", "."]), max_size=6))
def test_pieces_join_without_what_nobody_sees_before_them(pieces: list[str]) -> None:
    body = joined("".join(encoded(piece) for piece in pieces))
    assert decodestring(body.encode("ascii")).decode().replace("\r\n", "\n") == "".join(pieces).lstrip()
    assert not body.endswith("=\r\n")
