"""Branches: each dialect's are named by their tags, and a person's are those that their mail went through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.templates.branches import Branches
from envoi.templates.language import Language
from envoi.templates.mail import MailTemplate, parse_mail


def mail(body: str, dialect: str = "liquid", **partials: str) -> MailTemplate:
    source = f"<html><head><title>x</title></head><body>\n{body}</body></html>"
    return parse_mail(source, language=Language(dialect=dialect, partials=partials))


def taken(template: MailTemplate, data: dict[str, object]) -> set[str]:
    of = Branches(template)
    return {str(of.all[number]) for number in of.taken(data)}


@pytest.mark.parametrize(
    ("dialect", "body", "data", "shown"),
    [
        ("liquid", "{% if a %}1{% elsif b %}2{% else %}3{% endif %}", {"b": 1}, {"{% elsif b %}"}),
        ("liquid", "{% if a %}1{% endif %}", {}, {"else of {% if a %}"}),
        ("liquid", "{% unless a %}1{% endunless %}", {}, {"{% unless a %}"}),
        ("liquid", "{% case a %}{% when 1, 2 %}x{% when 3 %}y{% else %}z{% endcase %}", {"a": 3}, {"{% when 3 %}"}),
        ("liquid", "{% case a %}{% when 1 %}x{% else %}z{% endcase %}", {"a": 9}, {"else of {% case a %}"}),
        ("liquid", "{% for p in q %}{{ p }}{% endfor %}", {"q": [1, 2]}, {"{% for p in q %}"}),
        ("liquid", "{% for p in q %}{{ p }}{% endfor %}", {}, {"nothing in {% for p in q %}"}),
        ("liquid", "{% liquid\n if a\n  echo a\n endif %}", {"a": 1}, {"if a"}),
        ("handlebars", "{{#if a}}1{{else if b}}2{{else}}3{{/if}}", {}, {"else of {{#if a}}"}),
        ("handlebars", "{{#each q}}{{this}}{{else}}none{{/each}}", {"q": []}, {"nothing in {{#each q}}"}),
        ("handlebars", "{{#if a == 'x'}}1{{/if}}", {"a": "x"}, {"{{#if a == 'x'}}"}),
        ("mustache", "{{#q}}a{{/q}}", {"q": True}, {"{{#q}}"}),
        ("mailchimp", "*|IF:A|*1*|ELSEIF:B=x|*2*|ELSE:|*3*|END:IF|*", {"B": "x"}, {"*|ELSEIF:B=x|*"}),
        ("ampscript", "%%[ if a == 1 then ]%%1%%[ else ]%%2%%[ endif ]%%", {"a": 1}, {"%%[ if a == 1 then ]%%"}),
        ("ampscript", "%%[ set @n = a\nif @n == 1 then\nendif ]%%", {"a": 1}, {"if @n == 1 then"}),
    ],
)
def test_each_dialect_names_the_branch_by_its_tag(
    dialect: str, body: str, data: dict[str, object], shown: set[str]
) -> None:
    assert taken(mail(body, dialect), data) == shown


def test_branches_are_told_in_their_places_and_whether_anybody_wrote_them() -> None:
    of = Branches(mail("{% if a %}1{% endif %}\n{% if b %}2{% else %}3{% endif %}"))
    assert [(str(each), each.at.line, each.is_written) for each in of.all] == [
        ("{% if a %}", 2, True),
        ("else of {% if a %}", 2, False),
        ("{% if b %}", 3, True),
        ("else of {% if b %}", 3, True),
    ]


def test_those_of_a_partial_name_it_and_those_of_one_that_is_not_used_are_not_told() -> None:
    template = mail("{% render 'card' %}", card="\n{% if vip %}v{% endif %}", other="{% if never %}n{% endif %}")
    of = Branches(template)
    assert {(each.at.file, each.at.line) for each in of.all} == {("card", 2)}
    assert taken(template, {"vip": True}) == {"{% if vip %}"}
    expanded = mail("{{#> card}}{{/card}}{{> card}}", "handlebars", card="{{#if vip}}v{{/if}}")
    assert {each.at.file for each in Branches(expanded).all} == {"card"}


def test_a_part_that_breaks_leads_to_its_fallback_and_a_mail_that_breaks_ends_there() -> None:
    body = "{% attempt %}{{ a | divided_by: b }}{% fallback %}none{% endattempt %}"
    assert taken(mail(body), {"a": 1, "b": 0}) == {"fallback of {% attempt %}"}
    broken = mail("{% if a %}1{% endif %}{{ 1 | divided_by: b }}{% if c %}2{% endif %}")
    assert taken(broken, {"a": 1, "b": 0, "c": 1}) == {"{% if a %}"}


@given(a=st.booleans(), b=st.sampled_from([None, 1, 2, 3]), items=st.lists(st.integers(0, 3), max_size=4))
def test_of_the_two_ways_of_each_test_and_loop_a_mail_goes_one(a: bool, b: int | None, items: list[int]) -> None:
    template = mail(
        "{% if a %}1{% elsif b == 2 %}2{% endif %}{% for p in items %}{% if p > 1 %}x{% endif %}{% else %}-{% endfor %}"
    )
    shown = taken(template, {"a": a, "b": b, "items": items})
    assert ("{% if a %}" in shown) == a
    assert ("{% elsif b == 2 %}" in shown) == (not a and b == 2)
    assert ("else of {% if a %}" in shown) == (not a and b != 2)
    assert ("{% for p in items %}" in shown) == bool(items)
    assert ("nothing in {% for p in items %}" in shown) == (not items)
    assert ("{% if p > 1 %}" in shown) == any(p > 1 for p in items)
