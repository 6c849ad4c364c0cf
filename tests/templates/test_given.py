from __future__ import annotations

from typing import Any

import pytest

from envoi.templates import tree
from envoi.templates.liquid import parse

CAMPAIGN: dict[str, Any] = {"campaign": {"id": "a b", "sale": True, "price": "cheap"}, "shop": "Maple & Main"}


def body_given(source: str) -> tree.Body:
    return parse(source).given(CAMPAIGN).body


def test_what_is_known_becomes_text() -> None:
    assert body_given("<a>{{ shop | upcase }}</a>?{{ campaign.id | url_encode }}{{ campaign.none }}") == (
        tree.Text(text="<a>MAPLE &amp; MAIN</a>?a+b"),
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if campaign.sale %}sale{% else %}{{ name }}{% endif %}", "sale"),
        ("{% if campaign.sale and shop contains '&' %}a{% endif %}b", "ab"),
        ("{% unless campaign.sale %}{{ name }}{% elsif shop == 'x' %}x{% else %}y{% endunless %}", "y"),
    ],
)
def test_a_branch_that_is_known_is_the_only_one(source: str, text: str) -> None:
    assert body_given(source) == (tree.Text(text=text),)


def test_what_is_not_known_stays() -> None:
    template = parse("{% if name %}{{ name }} {% elsif campaign.sale %}{{ shop }}{% endif %}{{ 'now' | date: '%Y' }}")
    kinds = [type(node).__name__ for node in template.given(CAMPAIGN).body]
    assert kinds == ["If", "Output"]
    assert [template.given(CAMPAIGN).render({"name": name}) for name in ("Ann", None)] == ["Ann ", "Maple &amp; Main"]


def test_names_that_the_template_sets_are_its_own() -> None:
    source = "{{ shop }}{% assign shop = name %}{{ shop }}{% for campaign in list %}{{ campaign.id }}{% endfor %}"
    given = parse(source).given(CAMPAIGN)
    assert given.render({"name": "x", "list": [{"id": 1}]}) == "Maple &amp; Mainx1"


def test_what_fails_beforehand_fails_for_each_person_at_its_place() -> None:
    template = parse("\n{% attempt %}{{ campaign.price | money }}{% fallback %}ask{% endattempt %}").given(CAMPAIGN)
    printed = template.print({})
    assert (printed.text, printed.setbacks[0].at.line) == ("\nask", 2)


def test_more_can_be_given_later_and_partials_see_it() -> None:
    template = parse("{{ a }}{{ b }}{% render 'p' %}", partials={"p": "{{ a }}{{ b }}"}).given({"a": 1}).given({"b": 2})
    assert template.render({"a": 9}) == "1212"
