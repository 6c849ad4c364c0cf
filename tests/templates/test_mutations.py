"""Templates as teams have them, spoilt: a part cut out, put twice, put elsewhere, or a word of the language put in.

Whatever that makes prints or is refused with our error, whose place is in the text. Data come as real ones do: with
gaps, and with values of another kind than the template thinks.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates import dialects
from envoi.templates.language import Language
from envoi.templates.mail import parse_mail
from envoi.templates.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PARTIALS = {
    "liquid": {"card": "<b>{{ p.name }}</b>{% if p.price %}{{ p.price | money }}{% endif %}"},
    "handlebars": {
        "card": "<b>{{name}}</b>{{#if price}}{{price}}{{/if}}{{#if @partial-block}}{{> @partial-block}}{{/if}}"
    },
    "mustache": {"card": "<b>{{name}}</b>{{#price}}{{price}}{{/price}}"},
    "mailchimp": {},
    "ampscript": {"card": "<b>%%=v(@name)=%%</b>%%[ IF Empty(@price) THEN ]%%-%%[ ENDIF ]%%"},
}
SEEDS = {
    "liquid": """{%- assign name = person.first_name | default: "friend" | capitalize -%}
<p title="{{ name | escape }}">Hi {{ name }}{% if person.tier == "gold" and products.size > 1 %}, gold{% elsif
person.tier
contains "sil" %}, silver{% else %}!{% endif %}</p>{# not a tag #}{% comment %} {{ never }} {% endcomment %}
<table>{% for p in products limit: 3 offset: 0 reversed %}<tr class="{% cycle 'odd', 'even' %}"><td>{{ forloop.index }}.
{{ p.name | truncate: 9, ".." | upcase }}</td><td>{{ p.price | times: 2 | round: 1 }}</td></tr>{% else %}<tr><td>none
</td></tr>{% endfor %}</table>{% case person.city %}{% when "Oslo", 'Paris' %}near{% when nil %}?{% else %}far{%
endcase %}
{% capture list %}{% render 'card', p: products[0] %}{% endcapture %}{{ list }} {% raw %}{{ raw }}{% endraw %}
{{ "now" | date: "%d %B %Y" }} {{ ${first_name} | default: 'you' }} {{custom_attribute.${points}}} {{ (1..3) | join:
"-" }}
{% unless person.last_name %}{% abort_message('no name') %}{% endunless %}{% attempt %}{{ 1 | divided_by:
person.points }}
{% fallback %}0{% endattempt %}{% tablerow p in products cols: 2 %}{{ p.name }}{% endtablerow %}{% increment n %}""",
    "handlebars": """{{!-- a mail --}}<p title="{{person.first_name}}">Hi {{~#if person.first_name~}}
{{person.first_name}}
{{else if (eq person.tier "gold")}}gold{{else}}you{{/if}}</p>{{#unless products}}none{{/unless}}<table>
{{#each products as |p n|}}<tr><td>{{n}} {{@index}}{{#if @first}}*{{/if}}{{p.name}} {{{p.name}}} {{../person.city}}</td>
</tr>{{else}}<tr><td>-</td></tr>{{/each}}</table>{{#with person.[first_name]}}{{this.length}}{{^}}nobody{{/with}}
{{#*inline "line"}}[{{name}}]{{/inline}}{{> line}}{{> card products.[0] price=3}}{{#> card}}block{{/card}}
{{#if person.tier == "gold" && person.points >= 10}}many{{/if}}{{#greaterThan person.points
5}}5{{else}}0{{/greaterThan}}
{{insert person.city "default=there"}} {{formatDate now "MMMM DD, YYYY"}} {{lookup products 0}}
{{{{raw}}}}{{x}}{{{{/raw}}}}
{{#products}}{{name}}{{/products}}{{^person.nope}}no{{/person.nope}} \\{{kept}} {{@root.person.tier}}
{{&person.last_name}}""",
    "mustache": """{{! a mail }}Hi {{person.first_name}}{{^person.first_name}}you{{/person.first_name}},
{{#products}}
 * {{name}} {{{name}}} {{&price}} {{person.city}}
  {{> card}}
{{/products}}
{{^products}}none{{/products}}{{=<% %>=}}<% person.tier %><%={{ }}=%>
{{#person}}{{tier}}{{#points}}{{.}}{{/points}}{{/person}}
""",
    "mailchimp": """<h1>*|IF:FNAME|*Hi *|TITLE:FNAME|* *|UPPER:LNAME|**|ELSE:|*Hi you*|END:IF|*</h1>*|DATE:F j, Y|*
*|IF:TIER=gold|*Gold*|ELSEIF:TIER=silver|*Silver*|ELSE:IF:POINTS >= 10|*ten*|ELSE:|*Join*|END:IF|*
*|IFNOT:CITY|*Where are you?*|END:IF|**|INTERESTED:Sport:Ski,Run|*Snow*|ELSE:|*Sun*|END:INTERESTED|*
<a href="*|UNSUB|*" title="*|HTML:FNAME|*">no</a> *|URL:FNAME|* *|LOWER:EMAIL|* *|LIST:COMPANY|* *|MC:SUBJECT|*""",
    "ampscript": """%%[ VAR @name, @price, @row /* a note */ SET @name = ProperCase(person.first_name)
IF Empty(@name) THEN SET @name = "friend" ELSEIF Length(@name) > 20 AND NOT IsNull(@name) THEN
SET @name = Substring(@name, 1, 20) ENDIF ]%%<p title="%%=v(@name)=%%">Hi %%=IIf(1 == 1, v(@name), 'no')=%%</p>
<table>%%[ FOR @i = 1 TO RowCount(products) DO SET @row = Row(products, @i) SET @price = Field(@row, "price") ]%%
<tr><td>%%=v(@i)=%% %%=Field(@row, 'name', 0)=%% %%=FormatCurrency(@price, "en-US")=%%</td></tr>%%[ NEXT @i ]%%</table>
%%=FormatDate(Now(), "MMMM d, yyyy", "HH:mm")=%% %%=Concat(Add(1, 2.5), "a", 'b''c')=%% %%=ContentBlockByName("card")=%%
%%=Lookup("products", "price", "name", "tea")=%% %%person.city%% %%=RegExMatch("a1", "[0-9]", 0)=%% %%=Mod(7, 3)=%%
<script runat="server" language="ampscript">SET @x = DateAdd(Now(), 1, "D")</script>%%=v(@x)=%%""",
}
#: Words that decide something, of all languages.
WORDS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{{{",
    "}}}",
    "{{~",
    "~}}",
    "{{#",
    "{{/",
    "{{^",
    "{{>",
    "{{else}}",
    "{% else %}",
    "*|",
    "|*",
    "%%[",
    "]%%",
    "%%=",
    "=%%",
    "%%",
    "'",
    '"',
    "(",
    ")",
    "[",
    "]",
    "|",
    ":",
    ",",
    ".",
    "..",
    "/",
    "#",
    "@",
    "=",
    "==",
    "-",
    " ",
    "\n",
    "\\",
    "\0",
    "é",
    "\u2028",
    "-1",
    "1e999",
    "9" * 40,
    "nil",
    "endif",
    "{% endfor %}",
    "{{/if}}",
    "END:IF|*",
    "ENDIF",
    "NEXT",
    "as |x|",
    "<td>",
    "<!--",
    "-->",
    "<style>",
    "</title>",
    "${",
    "}",
    "`",
    "&&",
    "raw",
    "{% raw %}",
]
NOW = {"now": datetime(2026, 3, 1, tzinfo=UTC)}
SCALARS = st.none() | st.booleans() | st.integers(-3, 10**12) | st.floats() | st.text(max_size=8) | st.just("<b>&'\"")
PRODUCTS = st.lists(st.fixed_dictionaries({}, optional={"name": SCALARS, "price": SCALARS}), max_size=4)
NAMES = ("first_name", "last_name", "tier", "city", "points")
DATA = st.fixed_dictionaries(
    {}, optional={"person": st.dictionaries(st.sampled_from(NAMES), SCALARS) | SCALARS, "products": PRODUCTS | SCALARS}
).map(lambda data: {**NOW, **data})
MAILCHIMP = {"FNAME": "person.first_name", "LNAME": "person.last_name", "TIER": "person.tier", "CITY": "person.city"}


@st.composite
def spoilt(draw: st.DrawFn, seeds: Sequence[str]) -> str:
    """One of the texts after some edits."""
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 40))
        what = draw(st.sampled_from(["cut", "twice", "move", "word", "end"]))
        if what == "move":
            there = draw(st.integers(0, len(text)))
            text = text[:there] + text[start:end] + text[there:]
        else:
            new = {"cut": "", "twice": text[start:end] * 2, "word": draw(st.sampled_from(WORDS)), "end": ""}[what]
            text = text[:start] + new + ("" if what == "end" else text[end if what != "word" else start :])
    return text


def assert_prints_or_is_refused(source: str, dialect: str, data: dict[str, Any], *, is_mail: bool = False) -> None:
    """Any other error than ours, and any without end, fails the test; and one in a mail that a trial found sure."""
    refused = fault(source, dialect, data, is_mail=is_mail)
    assert refused is None or refused.what
    assert refused is None or refused.at.file or refused.at.line <= source.count("\n") + 3


def fault(source: str, dialect: str, data: dict[str, Any], *, is_mail: bool) -> TemplateError | None:
    names = MAILCHIMP if dialect == "mailchimp" else {}
    try:
        if is_mail:
            source = f"<html><head><title>x</title></head><body>\n{source}</body></html>"
            mail = parse_mail(source, language=Language(dialect=dialect, partials=PARTIALS[dialect], names=names))
            is_sure = Trial(mail).passes(data)
            try:
                assert not (mail.render(data).setbacks and is_sure)
            except TemplateError:
                assert not is_sure
                raise
        else:
            dialects.parse(source, dialect=dialect, partials=PARTIALS[dialect], names=names).render(data)
    except TemplateError as error:
        return error
    return None


@pytest.mark.parametrize("dialect", SEEDS)
def test_what_is_not_spoilt_prints(dialect: str) -> None:
    names = MAILCHIMP if dialect == "mailchimp" else {}
    person = {"first_name": "ann", "last_name": "Lee", "points": 2}
    data = {"person": person, "products": [{"name": "tea", "price": 3}], **NOW}
    assert dialects.parse(SEEDS[dialect], dialect=dialect, partials=PARTIALS[dialect], names=names).render(data)


@pytest.mark.parametrize("dialect", SEEDS)
@given(draws=st.data())
def test_a_spoilt_template_prints_or_is_refused(dialect: str, draws: st.DataObject) -> None:
    assert_prints_or_is_refused(draws.draw(spoilt([SEEDS[dialect]])), dialect, draws.draw(DATA))


@pytest.mark.parametrize("dialect", SEEDS)
@given(draws=st.data())
def test_a_spoilt_mail_prints_or_is_refused(dialect: str, draws: st.DataObject) -> None:
    assert_prints_or_is_refused(draws.draw(spoilt([SEEDS[dialect]])), dialect, draws.draw(DATA), is_mail=True)


@pytest.mark.parametrize("dialect", SEEDS)
def test_real_templates_spoilt_print_or_are_refused(dialect: str, envoi_data: Path) -> None:
    seeds = real(envoi_data)[dialect]

    @given(source=spoilt(seeds), data=DATA)
    def holds(source: str, data: dict[str, Any]) -> None:
        assert_prints_or_is_refused(source, dialect, data)

    holds()


def real(data: Path) -> dict[str, list[str]]:
    """Templates that others wrote, by dialect."""

    def packed(name: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(gzip.decompress((data / name).read_bytes()))

    golden = packed("golden_liquid/golden_liquid_dev.json.gz")
    corpus = json.loads((data / "ampscript_corpus/ampscript_functions.json").read_text(encoding="utf-8"))
    return {
        "liquid": [case["template"] for case in golden if case["template"]],
        "handlebars": [case["template"] for case in packed("handlebars_cases/cases.json.gz") if case["template"]],
        "mustache": list(packed("postmark_templates/templates.json.gz").values()),
        "mailchimp": list(packed("mailchimp_blueprints/templates.json.gz").values()),
        "ampscript": [str(case["input"]) for case in corpus["cases"]],
    }
