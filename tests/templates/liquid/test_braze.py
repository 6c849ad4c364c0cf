"""Braze's Liquid: the forms of its names, its tags, its filters (the examples of its own documentation)."""

from __future__ import annotations

import pytest

from envoi.errors import TemplateError, Withheld
from envoi.templates.liquid import parse

DATA = {
    "first_name": "Ann", "custom_attribute": {"likes": "Tech", "shoe size": 39}, "event_properties": {"n": 3},
    "hash": {"a": 42},
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("Hi {{ ${first_name} | default: 'x' }}", "Hi Ann"),
        ("{{${first_name}}}", "Ann"),
        ("{{ ${last_name} | default: 'x' }}", "x"),
        ("{{custom_attribute.${likes}}} {{ custom_attribute.${shoe size} }}", "Tech 39"),
        ("{% if custom_attribute.${likes} == 'Tech' and ${first_name} != blank %}yes{% endif %}", "yes"),
        ("{% assign n = event_properties.${n} | plus: 1 %}{{ n }}", "4"),
        ("{% raw %}{{ ${first_name} }}{% endraw %} costs ${5}", "{{ ${first_name} }} costs ${5}"),
        ("{{content_blocks.${footer}}}", "bye Ann"),
        ("{{ 'hey' | md5 }}", "6057f13c496ecf7fd777ceb9e79ae285"),
        ("{{ 'hey' | sha1 }}", "7f550a9f4c44173a37664d938f1355f0f92a47a7"),
        ("{{ 'hey' | sha2 }}", "fa690b82061edfd2852629aeba8a8977b57e40fcb77d1a7a28b26cba62591204"),
        ("{{ 'hey' | hmac_sha1_hex: 'secret_key' }}", "2a3969bed25bfeefb00aca4063eb9590b4df8f0e"),
        ("{{ 'hey' | hmac_sha1_base64: 'secret_key' }}", "KjlpvtJb/u+wCspAY+uVkLTfjw4="),
        (
            "{{ 'hey' | hmac_sha256_hex: 'secret_key' }}",
            "8df897f8da3d7992fe57c8dbc6f27578cfbf2dcc4d0fbb4000b8c924841d508e",
        ),
        ("{{ 'hey<>hi' | url_escape }}", "hey%3C%3Ehi"),
        ("{{ 'hey<&>hi' | url_param_escape }}", "hey%3C%26%3Ehi"),
        ("{{ hash | property_accessor: 'a' }}{{ hash | property_accessor: 'z' }}", "42"),
        ("{{ 123456 | number_with_delimiter }} {{ 1234.5 | number_with_delimiter }}", "123,456 1,234.5"),
        ("{{ '1234.5' | number_with_delimiter }} {{ 'x' | number_with_delimiter }}", "1,234.5 x"),
        ("{{ '123\"456' | json_escape }}", '123\\"456'),
        ("{{ hash | as_json_string }}", '{"a":42}'),
        ("{% assign h = '{\"a\": [1, 2]}' | json_parse %}{{ h.a[1] }}", "2"),
        ("{{ '2026-03-04T10:00:00Z' | time_zone: 'America/New_York' | date: '%H:%M' }}", "05:00"),
    ],
)
def test_it_prints(source: str, printed: str) -> None:
    template = parse(source, partials={"footer": "bye {{ ${first_name} }}"}, autoescape=False)
    assert template.render(DATA) == printed


def test_names_of_the_project() -> None:
    names = {"first_name": "person.first_name", "custom_attribute": "person"}
    template = parse("{{ ${first_name} }} {{ custom_attribute.${likes} }}", names=names)
    assert template.render({"person": {"first_name": "Bo", "likes": "Tea"}}) == "Bo Tea"


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("{% abort_message('no picks') %}", "no picks"),
        ('{% abort_message("a\n b") %}', "a b"),
        ("{% abort_message() %}", "no reason"),
    ],
)
def test_a_template_can_withhold_a_mail(tag: str, reason: str) -> None:
    template = parse("{% if n > 1 %}" + tag + "{% endif %}sent")
    assert template.render({"n": 1}) == "sent"
    with pytest.raises(Withheld, match=f"withholds this mail: {reason}"):
        template.render({"n": 2})


@pytest.mark.parametrize(
    ("source", "error", "column"),
    [
        ("{% connected_content https://x.example %}", "asks a server for each mail; import the data", 4),
        ("a {% abort_message %}", "takes a reason in quotes", 6),
        ("a {% abort_message(n) %}", "takes a reason in quotes", 6),
        ("{{ content_blocks.${foter} }}", "there is no partial 'foter'; did you mean 'footer'", 4),
    ],
)
def test_what_it_cannot_do_is_said(source: str, error: str, column: int) -> None:
    with pytest.raises(TemplateError, match=error) as caught:
        parse(source, partials={"footer": ""})
    assert (caught.value.at.line, caught.value.at.column) == (1, column)
