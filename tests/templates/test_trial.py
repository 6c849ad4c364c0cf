"""A mail that a trial passes renders without a fault: with any template, on any data."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.language import Language
from envoi.templates.limits import Run
from envoi.templates.liquid import dialect
from envoi.templates.liquid.meaning import MISSING
from envoi.templates.mail import MailTemplate, parse_mail
from envoi.templates.trial import Trial

PARTIALS = {
    "home": "{{ url | money }}",
    "foot": "{{ shop.name }}{{ p.name }}",
    "money": "{{ person.points | money }}",
    "sets": "{% assign why = products %}",
}
#: Parts of templates: some fail on some data, some never do, some set names that others print.
PARTS = [
    "<p>{{ person.name }}</p>",
    "{{ person.name | upcase }}{{ person.city | default: 'town' | capitalize }}",
    "{{ person.points | money }}",
    "{{ person.points | divided_by: person.by }}",
    "{{ person }}{{ products }}{{ content.hero }}{{ content.hero.text }}",
    "{{ products.size }}{{ products[0] }}{{ products.first.name }}",
    "{% if person.points > 3 %}{{ person.name }}{% elsif person.tier == 'gold' %}{{ person.tier | money }}{% endif %}",
    "{% if person.tier %}gold{% else %}{{ person.points | plus: 1 }}{% endif %}",
    "{% for p in products %}<b>{{ p.name }}</b>{{ p.price | money }}{{ person.name }}{% endfor %}",
    "{% for p in products %}{{ p }}{{ p.name | truncate: 3 }}{{ forloop.index }}{% else %}none{% endfor %}",
    "{% for p in products %}{{ p.name }}{% cycle 'a', 'b' %}{% endfor %}",
    "{{ person.name }}{% for person in products %}{{ person.name }}{% endfor %}{{ person.city }}",
    "{% for p in products %}{% if p.price > 2 %}{% break %}{% endif %}{{ p.price | times: 2 }}{% endfor %}",
    "{% for t in person.tags %}{{ t }}{{ t | money }}{% endfor %}",
    "{% for p in products %}{% for q in products %}{{ q.price | money }}{{ p.name }}{% endfor %}{% endfor %}",
    "{% assign hero = content.hero %}{{ hero.text | upcase }}{{ hero }}",
    "{% assign person = products %}{{ person.name }}",
    "{% assign p = person.points | money %}{{ p.name }}{{ p }}",
    "{% capture c %}{{ person.points | money }}{% endcapture %}{{ c }}",
    "{% attempt %}{{ person.points | money }}{% fallback %}free{% endattempt %}",
    "{% attempt %}{{ person.name }}{% fallback %}{{ 'x' | money }}{% endattempt %}",
    "{% if person.tier == 'off' %}{% abort_message('off') %}{% endif %}",
    "{% render 'foot' %}{% render 'money' %}",
    "{% include 'foot' %}{% include 'sets' %}{{ why }}",
    "{{ person.since | date: '%d %B' }}{{ now | date: person.form }}{{ person.name | upcase: 1 }}",
    "{% cycle 'a', 'b' %}{{ why }}{{ nothing }}{{ nothing.at.all }}{{ person[person.name] }}",
]
#: Those that most mails are like.
MOSTLY = PARTS[:3] + PARTS[6:9] + [part for part in PARTS if "{% attempt" in part or "render" in part]
VALUES: list[Any] = [None, "", "x", "gold", "off", "<Zoë>", "7", 0, 3, -2, 2.5, True, 10**30, "é" * 299, "é" * 301]
MORE: list[Any] = [
    [],
    [1, "a"],
    ["x", {"a": 1}],
    {"a": {"b": 1}},
    {"text": "t"},
    datetime(2026, 1, 1, tzinfo=UTC),
    object(),
]
scalars, values = st.sampled_from(VALUES), st.sampled_from(VALUES + MORE)
PRODUCTS = [
    {"name": "Tea", "price": 3},
    {"name": "Tin", "price": "x"},
    {"name": None, "price": 2.5},
    {"name": ["a"], "price": 1},
    {},
]
data = st.fixed_dictionaries(
    {
        "person": st.dictionaries(
            st.sampled_from(["name", "city", "points", "by", "tier", "tags", "since", "form"]), scalars | values
        ),
        "content": st.dictionaries(st.sampled_from(["hero", "text"]), values),
        "products": st.lists(st.sampled_from(PRODUCTS[:1]) | st.sampled_from(PRODUCTS), max_size=3) | values,
        "why": scalars,
        "now": st.sampled_from([datetime(2026, 3, 1, tzinfo=UTC), None, "soon"]),
        "shop": st.just({"name": "Corner"}) | values,
    }
)


def mail(body: str, *, subject: str = "Hello") -> MailTemplate:
    source = f"<html><head><title>{subject}</title></head><body>{body}</body></html>"
    return parse_mail(source, language=Language(partials=PARTIALS))


def is_whole(template: MailTemplate, these: dict[str, Any]) -> bool:
    """Whether it renders, and nothing in it had to be replaced."""
    try:
        return not template.render(these).setbacks
    except TemplateError:
        return False


@given(
    bodies=st.lists(st.sampled_from(PARTS), min_size=1, max_size=3),
    subject=st.sampled_from(["Hello", "{{ person.name }}", "{{ person.points | money }}"]),
    people=st.lists(data, min_size=1, max_size=4),
    is_given=st.booleans(),
)
@settings(max_examples=150)
def test_what_passes_renders_without_a_fault(
    bodies: list[str], subject: str, people: list[dict[str, Any]], *, is_given: bool
) -> None:
    template = mail("".join(bodies), subject=subject)
    if is_given:
        template = template.given({"shop": {"name": "Corner"}})
    trial = Trial(template)
    for these in people:
        assert is_whole(template, these) or not trial.passes(these)


#: Each breaks some of the parts.
AWKWARD: list[dict[str, Any]] = [
    {"person": {"points": "x", "tier": "gold", "by": 0, "tags": ["a", 1], "name": object()}, "products": PRODUCTS},
    {
        "person": {"points": 4, "tier": "off", "by": 0, "form": 7, "since": [1]},
        "products": [{"name": {"a": object()}}],
        "why": "y",
    },
    {"person": {"name": "é" * 301, "points": None}, "content": {"hero": object()}, "products": [object()]},
    {"person": "Ann", "content": {"hero": {"text": object()}}, "shop": {"name": object()}, "products": {"size": 1}},
]


@pytest.mark.parametrize("these", AWKWARD)
@pytest.mark.parametrize(
    "subject", ["Hello", "{% attempt %}{{ person.points | money }}{% fallback %}x{% endattempt %}"]
)
def test_what_fails_does_not_pass(subject: str, these: dict[str, Any]) -> None:
    templates = [mail(body).with_lines(subject=subject) for body in [*PARTS, "hi"]]
    whole = [is_whole(template, these) for template in templates]
    passed = [Trial(template).passes(these) for template in templates]
    assert not any(is_passed and not is_so for is_passed, is_so in zip(passed, whole, strict=True))
    assert not all(whole)


@pytest.mark.parametrize("body", MOSTLY)
def test_most_mails_pass(body: str) -> None:
    person = {"name": "Ann", "points": 5, "tier": "silver", "city": None}
    these = {"person": person, "products": [PRODUCTS[0]] * 6, "shop": {"name": "Corner"}, "why": "y", "now": None}
    assert Trial(mail(body)).passes(these)


def test_an_item_is_tried_once_whoever_gets_it() -> None:
    trial = Trial(mail("{% for p in products %}{{ p.price | money }}{% endfor %}"))
    tea: dict[str, Any] = {"price": 3}
    assert trial.passes({"products": [tea, tea]})
    # Nobody changes an item while many mails are tried; it shows here that it is not looked at again.
    tea["price"] = "x"
    assert trial.passes({"products": [tea]})
    assert not trial.passes({"products": [tea, {"price": "x"}]})
    assert not trial.passes({"products": "tea"})


@pytest.mark.parametrize(
    ("body", "is_so"),
    [
        (
            "{{ url }}{% if url %}{{ why }}{% endif %}{% for p in list %}{{ url }}{{ p.price | money }}{% endfor %}",
            True,
        ),
        ("{{ url | money }}", False),
        ("{% for p in products %}{% if url contains 'x' %}{{ p.price | money }}{% endif %}{% endfor %}", False),
        ("{% assign home = url %}", False),
        ("{% render 'home' %}", False),
        ("{% for p in products %}{{ p.name[url] | money }}{% endfor %}", False),
    ],
)
def test_it_tells_whether_a_name_is_only_printed(body: str, *, is_so: bool) -> None:
    assert Trial(mail(body)).prints_alone(["url"]) == is_so
    assert not Trial(mail("hi").with_lines(subject="{{ url }}")).prints_alone(["url"])


@pytest.mark.parametrize(
    ("body", "items"),
    [
        # More than a million letters, of which no filter knows: 60 rounds of 20,000, or of a long name 700 times.
        ("{% for p in products %}" + "x" * 20_000 + "{% endfor %}", 60),
        ("{% for p in products %}" + "{{ p.name }}" * 700 + "{% endfor %}", 6),
        ("{% for p in products %}" + "{{ p.name | upcase }}" * 700 + "{% endfor %}", 6),
        # Values that are too long where they stand in a loop.
        ("{% for p in products %}{{ person.name }}{{ p.name }}{% cycle 'a', 'b' %}{% endfor %}", 6),
        # More rounds than there may be, and more steps.
        ("{% for q in products %}{% for p in products %}{{ p.name }}{% endfor %}{% endfor %}", 101),
        ("{% for n in (1..200) %}{% for p in products %}{{ p.price | money }}{% endfor %}{% endfor %}", 60),
        ("{% for p in products %}{{ p.name }}{% endfor %}", 10_001),
        ("{% for p in products %}{% if p.name %}{{ p.name }}{% endif %}{% endfor %}" * 2, 6_000),
        ("{% for p in products %}{{ p.price | money }}{% endfor %}" * 2, 6_000),
        ("{% for p in products %}" + "{% if p.a %}" * 3 + "{% endif %}" * 3 + "{% endfor %}", 9_000),
    ],
)
def test_what_uses_up_a_budget_does_not_pass(body: str, items: int) -> None:
    name = "<" * (200_000 if "cycle" in body else 299)
    template, these = mail(body), {"products": [{"name": name, "price": 1}] * items}
    assert not is_whole(template, these)
    assert not Trial(template).passes(these)


@pytest.mark.parametrize("escapes", [True, False])
def test_what_is_sure_never_fails_and_grows_little(*, escapes: bool) -> None:
    ours = dialect(escapes=escapes)
    plain = [*VALUES, MISSING, datetime(2026, 1, 1, tzinfo=UTC), "ß" * 50, "ŉ" * 299]
    sure = {name: each for name, each in ours.functions.items() if each.sure}
    assert sure
    for name, function in sure.items():
        for args in product(plain, repeat=function.sure):
            result = function.call(Run({}), *args)
            assert len(ours.text(result)) <= 3 * max(len(ours.text(each)) for each in args), name
            assert result is MISSING or not isinstance(result, list | dict | tuple)
    for sign in ours.sure_signs:
        for left, right in product(plain, repeat=2):
            assert ours.compare[sign](left, right) in {True, False}
