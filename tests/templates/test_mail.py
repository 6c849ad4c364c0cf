from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import LimitExceeded, TemplateError, Withheld
from envoi.templates import check, parse_mail

GROCER = (Path(__file__).parents[2] / "examples/grocer/templates/weekly-picks.mjml").read_text(encoding="utf-8")
KNOWN = {
    "person.first_name", "person.last_name", "person.email", "content", "products", "campaign.name",
    "unsubscribe_url", "why", "shop.name", "shop.address", "shop.url",
}  # fmt: skip


def mjml(body: str, title: str = "Hello") -> str:
    section = f"<mj-section><mj-column><mj-text>\n{body}</mj-text></mj-column></mj-section>"
    return f"<mjml><mj-head><mj-title>{title}</mj-title></mj-head><mj-body>{section}</mj-body></mjml>"


def grocer_data(**changes: object) -> dict[str, Any]:
    data: dict[str, Any] = {
        "person": {"first_name": "Anna", "last_name": "Lee", "email": "anna@example.org"},
        "content": {"hero": {"headline": "Asparagus & eggs", "text": "Cut this morning.", "background": "#fbe9c8"}},
        "products": [
            {
                "product": "1",
                "name": "Bananas",
                "category": "Fruit",
                "brand": "Own",
                "price": 129,
                "reason": "Again",
            },
            {"product": "2", "name": "Brot & Käse", "category": "Deli", "brand": "", "price": None, "reason": "New"},
        ],
        "campaign": {"name": "Weekly picks"},
        "unsubscribe_url": "https://m.example.org/u/1?a=b&c=d",
        "why": "You asked for our weekly picks.",
        "shop": {"name": "Maple & Main", "address": "12 Main Street", "url": "https://m.example.org"},
    }
    return data | changes


def test_the_title_is_the_subject() -> None:
    source = mjml("x", "\n  {% if person.name %}{{ person.name }},{% endif %}\n  eggs &amp; more")
    template = parse_mail(source)
    assert template.render({"person": {"name": "O'Neil\n& <Co>"}}).subject == "O'Neil & <Co>, eggs & more"
    assert template.render({}).subject == "eggs & more"


def test_the_preview_is_hidden_in_html_and_left_out_of_the_text() -> None:
    source = mjml("body").replace("</mj-head>", "<mj-preview>See {{ name }}</mj-preview></mj-head>")
    mail = parse_mail(source).render({"name": "B&B"})
    assert re.search(r'<div style="display:none[^>]*>See B&amp;B</div>', mail.html)
    assert mail.text == "body\n"


def test_what_stands_before_the_mail_acts_in_all_of_it() -> None:
    source = "<!-- who -->\n{% assign who = name | default: 'you' %}\n" + mjml("For {{ who }}", "Hi {{ who }}")
    mail = parse_mail(source).render({})
    assert (mail.subject, mail.text) == ("Hi you", "For you\n")
    assert mail.html.startswith("<!DOCTYPE html>")
    assert "For you" in mail.html


def test_html_is_escaped_and_text_is_not() -> None:
    mail = parse_mail(mjml("<p>{{ name }}</p>")).render({"name": "<script>&"})
    assert "&lt;script&gt;&amp;" in mail.html
    assert "<script>" not in mail.html
    assert mail.text == "<script>&\n"


def test_a_whole_page_of_html_is_a_mail_too() -> None:
    page = "<!doctype html><html><head><title>T {{ a }}</title></head><body><p>{{ a }}</p></body></html>"
    mail = parse_mail(page).render({"a": "&"})
    assert (mail.subject, mail.text) == ("T &", "&\n")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("<p>Hello</p>", "this is not a mail template; begin it with <mjml>"),
        (mjml("x", " "), "line 1, column 1: it has no subject; add <mj-title>"),
        (mjml("x").replace("mj-title", "mj-preview"), "it has no subject"),
        (mjml("\n{% if a %}x"), "line 3, column 1: {% if %} is never closed"),
        (mjml("{{ a | upcas }}"), "line 2, column 8: there is no filter 'upcas'"),
    ],
)
def test_it_says_what_is_wrong(source: str, error: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_mail(source)
    assert error in str(caught.value)


@pytest.mark.parametrize(
    ("title", "body", "line", "column"),
    [
        ("{{ 1 | divided_by: x }}", "x", 1, 51),  # after 18 + 25 characters, the 8th of the tag
        ("x", "one\n  {{ 1 | divided_by: x }}", 3, 10),
        ("x", '<a title="{{ 1 | divided_by: x }}">x</a>', 2, 18),
    ],
)
def test_a_fault_while_rendering_points_into_the_file(title: str, body: str, line: int, column: int) -> None:
    template = parse_mail("{% assign x = 0 %}" + mjml(body, title))
    with pytest.raises(TemplateError, match="divide by 0") as caught:
        template.render({})
    assert (caught.value.at.line, caught.value.at.column) == (line, column)


def test_a_budget_holds_in_a_mail() -> None:
    with pytest.raises(LimitExceeded):
        parse_mail(mjml("{% for i in (1..1000000) %}x{% endfor %}")).render({})


def test_the_grocers_mail_has_no_problems() -> None:
    assert check(parse_mail(GROCER), KNOWN) == []


def test_the_grocers_mail_reads_well_without_html() -> None:
    data = grocer_data()
    data["content"]["offer"] = {"headline": "$5 off", "text": "Until Sunday.", "code": "MAPLE5"}
    mail = parse_mail(GROCER).render(data)
    assert mail.subject == "Anna, we put these aside for you"
    assert mail.text == (Path(__file__).parents[1] / "golden" / "weekly-picks.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("person", [{}, {"first_name": None}, {"first_name": ""}, {"first_name": "  "}])
def test_the_grocer_greets_whom_it_cannot_name(person: dict[str, object]) -> None:
    mail = parse_mail(GROCER).render(grocer_data(person=person))
    assert mail.subject == "We put these aside for you"
    assert "Hi neighbour," in mail.text
    assert "Hi neighbour," in mail.html


def test_the_grocers_hero_varies() -> None:
    mails = [
        parse_mail(GROCER).render(grocer_data(content={"hero": hero})).html
        for hero in ({}, {"background": "#f6e3d7", "headline": "Soup & bread", "emoji": "🥖"})
    ]
    assert 'bgcolor="#e3ecdf"' in mails[0]
    assert 'bgcolor="#f6e3d7"' in mails[1]
    assert "Good food, round the corner" in mails[0]
    assert "Soup &amp; bread" in mails[1]
    assert [html.count("🥖") for html in mails] == [0, 1]


def test_the_grocers_mail_asks_no_server_and_has_no_tag_left() -> None:
    html = parse_mail(GROCER).render(grocer_data()).html
    assert not re.search(r"<img|<link|@import|url\(|\ssrc=", html)
    assert not re.search(r"\{[{%]|liq\d+x|mj-text>", html)
    assert html.count("</tr>") == html.count("<tr")


NAMES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


@given(NAMES, NAMES, st.integers(0, 10**6), st.integers(0, 4))
def test_no_data_breaks_the_grocers_mail(name: str, product: str, price: int, count: int) -> None:
    products = [{"product": product, "name": product, "category": name, "price": price}] * count
    data = grocer_data(person={"first_name": name}, products=products)
    template = parse_mail(GROCER)
    mail = template.render(data)
    assert mail == template.render(data)
    assert len(mail.subject.splitlines()) == 1
    assert mail.html.count('class="tile"') == count
    assert mail.html.count("<td") == mail.html.count("</td>")


BROKEN = {"price": "cheap"}


def test_what_fell_back_is_told_once_and_where() -> None:
    source = mjml("{% attempt %}{{ price | money }}{% fallback %}ask us{% endattempt %}")
    rendered = parse_mail(source).render(BROKEN)
    assert "ask us" in rendered.html
    assert "ask us" in rendered.text
    assert [each.reason for each in rendered.setbacks] == ["money takes a number, not 'cheap'"]
    assert rendered.setbacks[0].at.line == 2
    assert parse_mail(source).render({"price": 5}).setbacks == ()


def test_a_mail_that_breaks_has_another_one_instead() -> None:
    broken = parse_mail(mjml("{{ price | money }}"))
    rendered = replace(broken, fallback=parse_mail(mjml("plain words"))).render(BROKEN)
    assert rendered.text == "plain words\n"
    assert [each.reason for each in rendered.setbacks] == ["money takes a number, not 'cheap'"]
    with pytest.raises(TemplateError, match="money takes a number"):
        replace(broken, fallback=broken).render(BROKEN)


def test_a_mail_that_is_withheld_has_no_other_one() -> None:
    withheld = parse_mail(mjml("{% abort_message('no picks') %}"))
    with pytest.raises(Withheld, match="no picks"):
        replace(withheld, fallback=parse_mail(mjml("plain words"))).render({})


OWN_LINES = [
    ("Autumn picks", "the week's picks"),
    ("Hi {{ person.name }}", "the week's picks"),
    ("Autumn picks", "for {{ person.name }}"),
    ("{{ campaign.name }} for {{ person.name }}", "{{ campaign.name }}"),
    ("{{ campaign.name }}", ""),
]


@pytest.mark.parametrize(("subject", "preview"), OWN_LINES)
def test_what_is_worked_out_beforehand_leaves_the_mail_as_it_was(subject: str, preview: str) -> None:
    source = (
        "<mjml><mj-head><mj-title>Own</mj-title></mj-head><mj-body><mj-section><mj-column><mj-text>"
        "{{ campaign.name }}, {{ campaign.subject }}, {{ campaign.preview }}, {{ campaign.size }} {{ campaign | size }}"
        "{% for each in campaign %}{{ each | join: ':' }},{% endfor %}{% assign key = 'subject' %}{{ campaign[key] }}"
        "</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    mail = parse_mail(source).with_lines(subject=subject, preview=preview)
    known = {"campaign": {"name": "Spring & more", "subject": subject, "preview": preview}, "shop": {"name": "Maple"}}
    for name in ("Anna", "<Zoë>"):
        data = {**known, "person": {"name": name}}
        assert mail.given(known).render(data) == mail.render(data)


def test_a_campaigns_name_is_worked_out_even_where_its_subject_is_each_persons() -> None:
    mail = parse_mail("<html><title>Hi {{ name }}</title><body>{{ campaign.name }}{{ campaign.subject }}</body></html>")
    body = mail.given({"campaign": {"name": "Spring", "subject": ""}}).html.body
    assert [type(node).__name__ for node in body] == ["Text", "Output", "Text", "Output", "Text"]
