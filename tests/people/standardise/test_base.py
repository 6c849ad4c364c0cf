from __future__ import annotations

import pytest

from envoi.people.standardise.base import folded, spaced


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Anna Lee", "Anna Lee"),
        ("\tAnna\u00a0  Lee\n", "Anna Lee"),
        ("A\u0301nna", "\u00c1nna"),
        ("An\u200bna\ufeff", "Anna"),
        ("O\u2019Neill", "O'Neill"),
        ("\u201cJimmy\u201d", '"Jimmy"'),
    ],
)
def test_spaces_quotes_and_what_has_no_width_are_one(text: str, clean: str) -> None:
    assert spaced(text) == clean


@pytest.mark.parametrize("text", ["new york", "New  York", "NEW-YORK", " N.e.w york ", "Ne\u0301w Yo\u0308rk"])
def test_what_is_looked_up_has_one_key(text: str) -> None:
    assert folded(text) == "new york"
