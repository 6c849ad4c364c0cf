"""Contrast: whatever background is chosen, there is an ink that can be read on it."""

from __future__ import annotations

import pytest
from hypothesis import given

from envoi.templates.blocks.colour import BLACK, READABLE, WHITE, contrast, ink_on, towards
from tests.templates.blocks.mails import COLOURS


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # As WebAIM's checker has them.
    [
        ("#000000", "#ffffff", 21.0),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@given(COLOURS, COLOURS)
def test_the_ink_can_be_read(background: str, wanted: str) -> None:
    ink = ink_on(background, wanted)
    assert contrast(ink, background) >= READABLE
    assert ink == wanted or contrast(wanted, background) < READABLE


@given(COLOURS)
def test_a_colour_is_changed_no_more_than_it_takes(colour: str) -> None:
    for goal, against in ((WHITE, BLACK), (BLACK, WHITE)):
        mixed = towards(colour, goal, against=against)
        assert contrast(mixed, against) >= READABLE
        assert mixed == colour or contrast(colour, against) < READABLE
