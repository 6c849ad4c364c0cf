"""Tokens are found where they stand, whatever stands between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.conditions.lexer import Sort, place, tokens
from envoi.errors import ConditionError, Place

PIECES = {
    "did": Sort.WORD,
    "straße_1": Sort.WORD,
    '"a \\" b"': Sort.STRING,
    '""': Sort.STRING,
    '"two\nlines"': Sort.STRING,
    "`not`": Sort.QUOTED,
    "`a\\`b`": Sort.QUOTED,
    "-3.25": Sort.NUMBER,
    "2017": Sort.NUMBER,
    "2017-12-01": Sort.DAY,
    "2017-12-01T09:30:00.5+01:00": Sort.DAY,
    "<=": Sort.SIGN,
    "(": Sort.SIGN,
    ",": Sort.SIGN,
}
SPACES = st.text(" \t\n\u00a0", min_size=1, max_size=3)


@given(st.lists(st.tuples(st.sampled_from(list(PIECES)), SPACES)))
def test_each_token_knows_its_sort_and_its_place(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + space for piece, space in pieces)

    found = tokens(text)

    assert [token.sort for token in found] == [*(PIECES[piece] for piece, _ in pieces), Sort.END]
    assert all(text.startswith(piece, token.at) for token, (piece, _) in zip(found, pieces, strict=False))
    assert found[-1].at == len(text)


@given(st.text(max_size=30))
def test_any_text_is_tokens_or_an_error_within_it(text: str) -> None:
    last = Place(line=0)
    try:
        tokens(text)
    except ConditionError as error:
        last = error.at

    assert last.line <= text.count("\n") + 1
    assert last.column <= len(text) + 1


@given(st.text("ab\n", max_size=20), st.data())
def test_a_place_counts_lines_and_columns_from_one(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    lines = text[:at].split("\n")

    assert place(text, at) == Place(line=len(lines), column=len(lines[-1]) + 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\b"', "a\\b"),
        (r'"C:\temp\new"', r"C:\temp\new"),
        (r"`a\`b`", "a`b"),
    ],
)
def test_a_backslash_stands_before_a_quote_or_a_backslash(text: str, value: str) -> None:
    assert tokens(text)[0].text == value


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("a §", 3, "'§' has no meaning here"),
        ('a "b', 3, 'the text that begins with " has no end'),
        (r'"b\"', 1, 'the text that begins with " has no end'),
        ("``", 1, "the text that begins with ` has no end"),
        ("30d", 1, "'30d' is neither a number nor a date"),
        ("1.", 1, "'1.' is neither a number nor a date"),
        ("2017-12-1", 1, "'2017-12-1' is neither a number nor a date"),
        ("2017-12-01T9:00", 1, "'2017-12-01T9:00' is neither a number nor a date"),
        ('x = "\ud800"', 6, "half a character has no meaning"),
    ],
)
def test_what_is_no_token_is_refused_at_its_place(text: str, column: int, what: str) -> None:
    with pytest.raises(ConditionError) as refused:
        tokens(text)

    assert (refused.value.what, refused.value.at) == (what, Place(line=1, column=column))
