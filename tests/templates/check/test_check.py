"""Each thing that a check finds: what it says, where, and that it is silent where all is well."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from envoi.errors import DataError
from envoi.templates.check import Seen, check, count, read_support
from envoi.templates.language import Language
from envoi.templates.mail import parse_mail

if TYPE_CHECKING:
    from pathlib import Path

UNSUBSCRIBE = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
KNOWN = {"unsubscribe_url", "person.name", "person.tier", "products"}
SEEN = Seen(
    people=200,
    missing={"person.name": 24, "person.tier": 0, "person.shoe": 200},
    values={"person.tier": frozenset({"gold", "silver"})},
    longest={"products": 12},
)
SUPPORT = json.dumps(
    {
        "css-display-flex": {
            "title": "display:flex",
            "stats": {"outlook": {"windows": {"2007": "y", "2019": "n"}}, "gmail": {"android": {"2020": "n #1"}}},
        },
        "css-border-radius": {
            "title": "border-radius",
            "stats": {"gmail": {"desktop-webmail": {"2019": "n", "2020": "y"}}},
        },
        "css-at-media-prefers-color-scheme": {
            "title": "@media (prefers-color-scheme)",
            "stats": {"yahoo": {"desktop-webmail": {"2020": "n"}}},
        },
        "html-video": {"title": "<video>", "stats": {"gmail": {"android": {"2020": "n"}}}},
        "image-svg": {"title": "SVG", "stats": {"gmail": {"android": {"2020": "n"}}}},
    }
)


def page(body: str, head: str = "") -> str:
    return f"<html><head><title>T</title>{head}</head><body>{UNSUBSCRIBE}\n{body}</body></html>"


def found(body: str, *, head: str = "", seen: Seen | None = None, support: str = "") -> list[str]:
    template = parse_mail(page(body, head))
    problems = check(template, KNOWN, seen=seen, support=read_support(support) if support else None)
    return [f"{each.severity}: {each}" for each in problems]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="">x</a>', "warning: line 2, column 10: a link that leads nowhere"),
        ('<a href="#">x</a>', "a link that leads nowhere"),
        ("<a>x</a>", "warning: line 2, column 1: a link without an address"),
        ('<a href="javascript:alert(1)">x</a>', "error: line 2, column 10: a link that runs something"),
        ('<a href="JavaScript&#58;alert(1)">x</a>', "a link that runs something"),
        ('<a href="www.shop.org">x</a>', "error: line 2, column 10: a link without https://"),
        ('<a href="https:///x">x</a>', "a link without a server"),
        ('<a href="https://shop.org/a b">x</a>', "a link with a space in it"),
        ('<a href="http://shop.org">x</a>', "warning: line 2, column 10: a link that others can read on its way"),
        ('<a href="https://example.com/x">x</a>', "a link that only stands for another"),
        ('<a href="mailto:anna">x</a>', "a link to an address without @"),
        ('<a href="ftp://shop.org">x</a>', "a link that few programs open"),
        ('<img src="https://shop.org/a.png">', "warning: line 2, column 1: an image without alt"),
        ('<img src="http://shop.org/a.png" alt="">', "a picture over http"),
        ('<img src="data:image/png;base64,AA" alt="">', "a picture inside the mail"),
        ('<p style="color:#999">faint words</p>', "warning: line 2, column 23: hard to read: #999999 on #ffffff"),
        ('<div style="background:#000"><p>black words</p></div>', "hard to read: #000000 on #000000"),
        ('<table bgcolor="#336699"><tr><td style="color:navy">words</td></tr></table>', "#000080 on #336699"),
        ("{% if person.tier == 'a' %}x{% elsif person.tier == 'a' %}y{% endif %}", "a branch before it asks the same"),
        ("{{ person.nmae }}", "error: line 2, column 4: nothing brings 'person.nmae'; did you mean 'person.name'?"),
    ],
)  # fmt: skip
def test_what_is_found(body: str, problem: str) -> None:
    (only,) = found(body)
    assert problem in only


@pytest.mark.parametrize(
    "body",
    [
        '<a href="{{ products[0].url }}">x</a>',
        '<a href="https://shop.org/{{ person.name }}?a=1&amp;b=2">x</a>',
        '<a href="mailto:{{ person.name }}">x</a><a href="mailto:a@shop.org">x</a>',
        '<a name="top">x</a><a href="#top">x</a>',
        "<!-- <a href=''> <img> -->",
        '<p style="color:#999;font-size:0">hidden</p>',
        '<p style="color:#767676">just so</p>',
        '<p style="color:#949494;font-size:24px">large</p>',
        '<p style="color:{{ person.tier }}">of the data</p>',
        '<p style="color:#fff;background-image:url(a.png)">on a picture</p>',
        '<img src="https://shop.org/a.png" alt="Pears">',
        "{% if person.tier == 'a' %}x{% elsif person.tier == 'b' %}y{% endif %}",
    ],
)
def test_what_is_well(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            "Dear {{ person.name | upcase }}",
            "warning: line 2, column 9: 'person.name' is missing for 24 of 200 people (12 %), and nothing is printed "
            'instead; write {{ person.name | default: "..." }}',
        ),
        ("{% assign n = person.name %}{{ n }}", "'person.name' is missing"),
        ("{% if person.tier == 'bronze' %}x{% endif %}", "no one in the audience has 'bronze' as 'person.tier'"),
        (
            "{% if person.tier == 'gold' %}x{% elsif person.tier == 'Silver' %}y{% else %}z{% endif %}",
            "the branches before it take every 'person.tier' in the audience",
        ),
        ("{% if person.tier %}x{% else %}y{% endif %}", "everyone in the audience has 'person.tier'"),
        ("{% for p in products %}" + "word " * 2_000 + "{% endfor %}", "its HTML is 117 KB on its longest branch"),
    ],
)
def test_what_an_audience_shows(body: str, problem: str) -> None:
    (only,) = found(body, seen=SEEN)
    assert problem in only
    assert found(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "{{ person.name | default: 'you' }}",
        "{% if person.name %}{{ person.name }}{% endif %}",
        "{% unless person.name %}x{% else %}{{ person.name }}{% endunless %}",
        "{% assign n = person.name %}{% if n %}{{ n }}{% endif %}",
        "{{ person.tier }}",
        "{% if person.tier == 'gold' %}x{% else %}y{% endif %}",
        "{% if products %}" + "word " * 15_000 + "{% else %}" + "word " * 15_000 + "{% endif %}",
    ],
)
def test_an_audience_that_is_well_served(body: str) -> None:
    assert found(body, seen=SEEN) == []


def test_what_programs_do_not_show() -> None:
    head = "<style>@media (prefers-color-scheme: dark) { p { border-radius: 1px } }</style>"
    body = '<p style="display:flex">x</p><p style="display:flex">y</p><img src="https://shop.org/a.svg" alt="">'
    problems = [each.partition(";")[0] for each in found(body, head=head, support=SUPPORT)]
    assert problems == [
        "note: line 1, column 36: @media (prefers-color-scheme) does nothing in Yahoo",
        "note: line 2, column 11: display:flex does nothing in Gmail on Android and Outlook for Windows",
        "note: line 2, column 69: SVG does nothing in Gmail on Android",
    ]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"title": "x"}}'])
def test_a_file_that_says_nothing_of_programs(text: str) -> None:
    if text == "[]":
        text = "[1]"
    with pytest.raises(DataError, match="this does not read as what mail programs support"):
        read_support(text)


def test_the_real_tests_of_mail_programs_are_read(envoi_data: Path) -> None:
    text = gzip.decompress((envoi_data / "caniemail/features.json.gz").read_bytes()).decode()
    support = read_support(text)
    assert "Outlook for Windows" in support.lacking["css-border-radius"]
    assert "css-color" not in support.lacking


def test_an_audience_is_counted() -> None:
    everyone: list[dict[str, object]] = [
        {"person": {"tier": "Gold"}, "products": [1, 2]},
        {"person": {"tier": "", "name": "Bo"}, "products": []},
    ]
    seen = count({"person.tier", "person.name", "products"}, everyone)
    assert seen.people == 2
    assert seen.missing == {"person.tier": 1, "person.name": 1, "products": 1}
    assert seen.values == {"person.tier": {"gold"}, "person.name": {"bo"}}
    assert seen.longest == {"products": 2}


def test_hints_are_in_the_mails_own_dialect() -> None:
    source = "<html><head><title>T</title></head><body>%%person.name%%%%=v(@tier)=%%%%[ SET @teir = 1 ]%%</body></html>"
    template = parse_mail(source, language=Language(dialect="ampscript"))
    problems = [str(each) for each in check(template, KNOWN, seen=SEEN)]
    assert "there is no way to unsubscribe; add a link to %%unsubscribe_url%%" in problems
    assert any(each.endswith('write %%=IIf(Empty(person.name), "...", person.name)=%%') for each in problems)
    assert any("@tier is never set; did you mean '@teir'?" in each for each in problems)


def in_partials(body: str, *, seen: Seen | None = None, dialect: str = "liquid", **partials: str) -> list[str]:
    template = parse_mail(page(body), language=Language(dialect=dialect, partials=partials))
    return [
        f"{each.severity}: {each}" for each in check(template, KNOWN, seen=seen) if each.at.file or each.at.line > 1
    ]


def test_a_partial_is_checked_in_its_own_file_for_what_is_printed_there() -> None:
    card = '<b>{{ p.name }}</b>\n{{ person.nmae }}<img src="https://x.net/a.png">{{ person.name }}'
    assert in_partials("{% render 'card', p: person %}", card=card, other="{{ never }}") == [
        "error: card:2:4: nothing brings 'person.nmae'; did you mean 'person.name'?",
        'warning: card:2:18: an image without alt; say what it shows in alt="...", or alt="" if it only decorates',
    ]
    told = in_partials("{% render 'card', p: person %}", card="{{ p.name }}{{ person.name }}", seen=SEEN)
    assert told == [
        "warning: card:1:16: 'person.name' is missing for 24 of 200 people (12 %), and nothing is printed instead; "
        'write {{ person.name | default: "..." }}'
    ]


def test_what_a_partial_that_shares_names_sets_is_known_where_it_is_included() -> None:
    assert in_partials("{% include 'setup' %}{{ colour }}", setup="{% assign colour = 'red' %}{{ mood }}") == [
        "error: setup:1:31: nothing brings 'mood'; known: 'person.name', 'person.tier', 'products', 'unsubscribe_url'"
    ]


def test_a_partial_may_hold_the_way_to_unsubscribe_and_much_of_the_mail() -> None:
    def told(**partials: str) -> list[str]:
        source = "<html><head><title>T</title></head><body>{% render 'foot' %}</body></html>"
        return [each.what for each in check(parse_mail(source, language=Language(partials=partials)), KNOWN)]

    assert told(foot=UNSUBSCRIBE) == []
    assert told(foot="x") == ["there is no way to unsubscribe"]
    (long,) = told(foot=UNSUBSCRIBE + "word " * 22_000)
    assert "on its longest branch" in long


@pytest.mark.parametrize(
    ("dialect", "body", "card"),
    [
        ("handlebars", "{{#each products}}{{> card}}{{/each}}", "{{name}}"),
        ("handlebars", "{{> (lookup person 'tier')}}", "{{person.name}}"),
        ("mustache", "{{#products}}{{> card}}{{/products}}", "{{name}}"),
        ("ampscript", "%%[ SET @n = 1 ]%%%%=ContentBlockByName('card')=%%%%=v(@m)=%%", "%%=v(@n)=%%%%[ SET @m = 2 ]%%"),
    ],
)
def test_names_of_the_place_of_a_partial_are_known_in_it(dialect: str, body: str, card: str) -> None:
    assert not [each for each in in_partials(body, dialect=dialect, card=card) if each.startswith("error")]
