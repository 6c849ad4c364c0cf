"""Any template and data give what python-liquid gives, to the byte, or an error where it gives one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from liquid import Environment
from liquid.exceptions import LiquidError

from envoi.errors import TemplateError
from envoi.templates.liquid import parse

NAMES = (
    "a",
    "b",
    "list",
    "rows",
    "person.name",
    "person.age",
    "list[0]",
    "rows.first.n",
    "list.size",
    "none",
    "i",
    "r",
)
TEXTS = ("''", "'x'", "'a,b'", "'<b> & \"'", "' '", "'3'")
VALUES = (*NAMES, *TEXTS, "1", "-2", "3.5", "true", "false", "nil", "(1..3)", "empty")
FILTERS = (
    "upcase", "capitalize", "append: 'z'", "prepend: a", "default: 'd'", "default: b, allow_false: true", "size",
    "first", "last", "join", "join: ', '", "split: ','", "split: ''", "reverse", "sort", "uniq", "compact", "plus: 2",
    "minus: a",
    "times: 3", "divided_by: 2", "modulo: 2", "round", "ceil", "floor", "abs", "at_most: 2", "at_least: b", "escape",
    "escape_once", "strip", "lstrip", "strip_html", "newline_to_br", "replace: 'a', 'b'", "replace_first: 'a', b",
    "remove: 'x'", "remove_last: 'x'", "slice: 0", "slice: -2, 2", "truncate: 3", "truncate: 5, ''", "truncatewords: 1",
    "url_encode", "url_decode", "base64_encode", "where: 'n', 1", "sum", "concat: list", "safe", "squish",
    "find: 'n', 2", "has: 'n'", "reject: 'n'", "sort_natural", "strip_newlines", "downcase", "escapejs",
)  # fmt: skip
SIGNS = ("==", "!=", "<", "<=", ">", ">=", "contains")
#: Where Shopify's suite and the reference differ, we follow the suite.
DATA = {
    "a": 2,
    "b": "a & <b>",
    "list": ["b", "a", "b", None],
    "rows": [{"n": 1, "t": "x"}, {"n": 2, "t": "<y>"}],
    "person": {"name": "Ann <é>", "age": 41.5},
    "nothing": None,
}

value = st.sampled_from(VALUES)
#: The reference's filters fail on `empty`, and each is another to its cycles.
plain = st.sampled_from([each for each in VALUES if each != "empty"])
filtered = st.builds(
    lambda head, tail: " | ".join([head, *tail]), plain, st.lists(st.sampled_from(FILTERS), max_size=3)
)
test = st.builds(
    lambda left, sign, right, word, more: f"{left} {sign} {right}" + (f" {word} {more}" if word else ""),
    plain, st.sampled_from(SIGNS), value, st.sampled_from(["", "and", "or"]), value,
)  # fmt: skip


leaf = st.one_of(
    st.sampled_from(
        ["text", " ", "\n", "<i>", "{{ rows | map: 'n' | join: ',' }}", "{%- comment %}no{% endcomment -%}"]
    ),
    filtered.map("{{{{ {} }}}}".format),
)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    loop_in = st.sampled_from(["list", "rows", "(1..3)", "person", "b", "none", "'ab'"])
    part = st.sampled_from(["", " limit: 2", " offset: 1", " reversed", " limit: a offset: 1 reversed"])
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, test, inner, inner),
        st.builds("{{% unless {} %}}{}{{% elsif {} %}}{}{{% endunless %}}".format, test, inner, test, inner),
        st.builds("{{% for i in {}{} %}}{}{{{{ i }}}}{{% else %}}-{{% endfor %}}".format, loop_in, part, inner),
        st.builds("{{% for r in rows %}}{{{{ forloop.index }}}}{}{{{{ r.n | plus: a }}}}{{% endfor %}}".format, inner),
        st.builds("{{% for r in rows %}}{}{{{{ r.t }}}}{{{{ r.n }}}}{{% endfor %}}".format, leaf),
        st.builds("{{% for i in list %}}{}{{% if i == 'a' %}}{{% {} %}}{{% endif %}}x{{% endfor %}}".format,
                  inner, st.sampled_from(["break", "continue"])),
        st.builds("{{% tablerow i in {} cols: 2 %}}{}{{% endtablerow %}}".format, loop_in, inner),
        st.builds("{{% case {} %}}{{% when {}, {} %}}{}{{% when {} %}}b{{% else %}}c{{% endcase %}}".format,
                  value, value, value, inner, value),
        st.builds("{{% capture c %}}{}{{% endcapture %}}{{{{ c | append: b }}}}{{{{ c }}}}".format, inner),
        st.builds("{{% assign x = {} %}}{}{{{{ x }}}}".format, filtered, inner),
        st.builds("{{% ifchanged %}}{}{{% endifchanged %}}".format, inner),
        st.builds("{{% cycle {}, {} %}}{}{{% increment n %}}{{{{ n }}}}".format, plain, plain, inner),
    )  # fmt: skip


templates = st.recursive(
    leaf, lambda inner: st.one_of(blocks(inner), st.builds(str.__add__, inner, inner)), max_leaves=8
)


def reference(source: str, *, autoescape: bool) -> str | None:
    try:
        return Environment(autoescape=autoescape).from_string(source).render(**DATA)
    # Of a number that is none, arithmetic says so itself.
    except (ArithmeticError, LiquidError):
        return None


def ours(source: str, *, autoescape: bool, data: dict[str, Any] = DATA) -> str | None:
    try:
        return parse(source, autoescape=autoescape).render(data)
    except TemplateError:
        return None


@pytest.mark.parametrize("autoescape", [True, False])
@given(source=templates)
@settings(max_examples=200)
@example(source="{% for i in list %}{{ person.name }}{{ i }}{% endfor %}{{ person.name }}{{ person.name | upcase }}")
@example(source="{% for r in rows %}{% for i in list %}{{ forloop.parentloop.index }}{{ r.n }}{% endfor %}{% endfor %}")
def test_it_is_what_the_reference_renders(source: str, autoescape: bool) -> None:
    assert ours(source, autoescape=autoescape) == reference(source, autoescape=autoescape)


@given(source=templates)
@settings(max_examples=100)
def test_what_is_given_beforehand_changes_nothing(source: str) -> None:
    known = {name: DATA[name] for name in ("a", "b", "rows")}
    rest = {name: value for name, value in DATA.items() if name not in known}
    try:
        whole: str | None = parse(source).given(known).render(rest)
    except TemplateError:
        whole = None
    assert whole == ours(source, autoescape=True)


@given(source=templates)
@settings(max_examples=100)
def test_the_second_person_gets_what_the_first_got(source: str) -> None:
    """Rounds of loops that were kept print what they printed when they were new."""
    try:
        template = parse(source)
        first = template.render(DATA)
    except TemplateError:
        return
    assert [template.render(DATA), template.render(DATA)] == [first, first]


PIECES = (
    "{{", "}}", "{%", "%}", "{%-", "-%}", "if", "endif", "for", "in", "endfor", "a", ".", "|", ":", "'", '"', "${a}",
    "(1..", ")", "==", "and", "raw", "endraw", "comment", "\n", " ", "[", "]", "case", "when", "liquid", "render", ",",
    "capture", "assign", "=", "1", "attempt", "fallback", "endattempt", "abort_message", "tablerow", "doc", "é", "\0",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)
    | st.lists(st.sampled_from(PIECES)).map("".join)
    | st.text()
)
@settings(max_examples=300)
def test_any_text_renders_or_is_refused_in_our_words(source: str) -> None:
    ours(source, autoescape=True, data={"a": ["x", 1]})
