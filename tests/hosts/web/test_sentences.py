"""A condition is shown as it is written, never as markup."""

from __future__ import annotations

import pytest

from envoi.conditions import parse, written
from envoi.hosts.web.sentences import Outline, outline, words
from envoi.hosts.web.view import TEMPLATES


@pytest.mark.parametrize(
    "text",
    [
        'did "Order Completed" more than 3 times in the last 30 days',
        'tier = "<script>alert(1)</script>" and note = "a \\" b & c"',
        "<b>not</b> a condition 'at' all",
        "",
    ],
)
def test_words_leave_nothing_out(text: str) -> None:
    assert "".join(word.text for word in words(text)) == text


def test_a_shown_condition_is_never_markup() -> None:
    text = 'tier = "<script>alert(1)</script>" and not note = 3'
    shown = TEMPLATES.from_string('{% from "_parts.html" import marked %}{{ marked(text) }}').render(text=text)
    assert shown == (
        'tier = <span class="name">&#34;&lt;script&gt;alert(1)&lt;/script&gt;&#34;</span> <span class="word">and</span>'
        ' <span class="word">not</span> note = <span class="number">3</span>'
    )


def test_an_outline_has_a_line_for_each_part() -> None:
    condition = parse('did "A" and (tier = "gold" or not (did "B" and did "C"))')
    assert outline(condition) == Outline(
        says="all of these",
        parts=[
            Outline(says='did "A"'),
            Outline(
                says="any of these",
                parts=[
                    Outline(says='tier = "gold"'),
                    Outline(
                        says="not",
                        parts=[Outline(says="all of these", parts=[Outline(says='did "B"'), Outline(says='did "C"')])],
                    ),
                ],
            ),
        ],
    )


def test_a_single_leaf_is_its_own_outline() -> None:
    condition = parse('not in segment "A"')
    assert outline(condition) == Outline(says=written(condition))
