"""A mail in each dialect: its tags survive MJML and the inliner, and its errors point into the file."""

from __future__ import annotations

import re
from html import unescape

import pytest

from envoi.errors import TemplateError
from envoi.templates.language import Language
from envoi.templates.mail import parse_mail

DATA = {
    "name": "Anna & Bo",
    "rows": [{"n": "Pears", "p": 2}, {"n": "Bread", "p": 4}],
    "gold": True,
    "url": "https://example.org/?a=1&b=2",
    "person": {"first_name": "Anna & Bo"},
    "now": "2024-05-06",
}
PAGE = """<mjml><mj-head><mj-title>{title}</mj-title><mj-preview>{preview}</mj-preview></mj-head><mj-body>
<mj-section><mj-column><mj-table>{rows}</mj-table>
{block}
<mj-button href="{link}">Go</mj-button></mj-column></mj-section></mj-body></mjml>"""
ROW = "<tr><td>{}</td><td>{}</td></tr>"
MAILS = {
    "liquid": {
        "title": "Hi {{ name }}",
        "preview": "{% if gold %}For you{% endif %}",
        "rows": "{% for r in rows %}" + ROW.format("{{ r.n }}", "{{ r.p }}") + "{% endfor %}",
        "block": "{% if gold and 1 < 2 %}<mj-text>Gold, {{ person.first_name }}</mj-text>{% endif %}",
        "link": "{{ url }}",
    },
    "handlebars": {
        "title": "Hi {{name}}",
        "preview": "{{#if gold}}For you{{/if}}",
        "rows": "{{#each rows}}" + ROW.format("{{n}}", "{{p}}") + "{{/each}}",
        "block": "{{!-- > --}}{{#if (eq gold true)}}<mj-text>Gold, {{person.first_name}}</mj-text>{{/if}}",
        "link": "{{url}}",
    },
    "ampscript": {
        "title": "Hi %%name%%",
        "preview": "%%[ IF gold THEN ]%%For you%%[ ENDIF ]%%",
        "rows": "%%[ SET @r = rows FOR @i = 1 TO RowCount(@r) DO ]%%"
        + ROW.format("%%=Field(Row(@r, @i), 'n')=%%", '%%=Field(Row(@r, @i), "p")=%%')
        + "%%[ NEXT @i ]%%",
        "block": "%%[ IF gold AND 1 < 2 THEN ]%%<mj-text>Gold, %%First Name%%</mj-text>%%[ ENDIF ]%%",
        "link": '%%=RedirectTo("https://example.org/?a=1&b=2")=%%',
    },
}


def mail(dialect: str, **changes: str) -> str:
    return PAGE.format(**MAILS[dialect] | changes)


@pytest.mark.parametrize("dialect", MAILS)
def test_every_dialect_makes_the_same_mail(dialect: str) -> None:
    language = Language(dialect=dialect, names={"First Name": "person.first_name"})
    rendered = parse_mail(mail(dialect), language=language).render(DATA)
    assert rendered.subject == "Hi Anna & Bo"
    assert re.search(r'<div style="display:none[^>]*>\s*For you\s*</div>', rendered.html)
    assert re.search(r"<tbody>\s*(<tr><td[^>]*>(Pears|Bread)</td><td[^>]*>[24]</td></tr>\s*){2}</tbody>", rendered.html)
    assert "Gold, Anna &amp; Bo" in rendered.html
    assert 'href="https://example.org/?a=1&b=2"' in unescape(rendered.html)
    assert rendered.text == ("Pears · 2\nBread · 4\n\nGold, Anna & Bo\n\nGo (https://example.org/?a=1&b=2)\n")


@pytest.mark.parametrize(
    ("dialect", "block", "column"),
    [
        ("liquid", "<mj-text>{{ name | nope }}</mj-text>", 20),
        ("handlebars", "<mj-text>{{nope name 1}}</mj-text>", 10),
        ("ampscript", "<mj-text>%%=Nope(name)=%%</mj-text>", 13),
    ],
)
def test_an_error_points_into_the_file(dialect: str, block: str, column: int) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_mail(mail(dialect, block=block), language=Language(dialect=dialect))
    assert (caught.value.at.line, "ope" in str(caught.value)) == (3, True)
    assert column <= caught.value.at.column <= column + 3


def test_an_error_on_a_persons_data_points_into_the_file() -> None:
    source = mail("ampscript", block="\n<mj-text>%%=Divide(1, name)=%%</mj-text>")
    with pytest.raises(TemplateError, match=r"^line 4, column 13: Divide takes a number, not 'Anna & Bo'"):
        parse_mail(source, language=Language(dialect="ampscript")).render(DATA)


def test_a_partials_error_is_in_the_partial() -> None:
    language = Language(dialect="ampscript", partials={"foot": "\n%%=Divide(1, name)=%%"})
    source = mail("ampscript", block="<mj-text>%%=ContentBlockByName('foot')=%%</mj-text>")
    with pytest.raises(TemplateError, match=r"^foot:2:4: Divide takes a number"):
        parse_mail(source, language=language).render(DATA)


def test_what_is_set_in_the_head_holds_in_the_text() -> None:
    source = (
        '<html><head><title>T</title>%%[ SET @a = "x" ]%%</head><body><div style="display:none">'
        '%%[ IF 1 == 1 THEN SET @b = "y" ENDIF ]%%hidden</div><p>%%=v(@a)=%%%%=v(@b)=%%</p></body></html>'
    )
    assert parse_mail(source, language=Language(dialect="ampscript")).render({}).text == "xy\n"


def test_variables_of_the_parts_are_where_the_file_has_them() -> None:
    template = parse_mail(mail("liquid"))
    assert [(each.path, each.at.line) for each in template.subject.variables()] == [("name", 1)]
    assert ("person.first_name", 3) in [(each.path, each.at.line) for each in template.text.variables()]


def test_an_unknown_dialect_is_named() -> None:
    with pytest.raises(TemplateError, match="no template dialect 'handlebar'; did you mean 'handlebars'"):
        Language(dialect="handlebar")
