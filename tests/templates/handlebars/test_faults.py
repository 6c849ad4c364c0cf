"""Templates drawn at random and by a grammar: whatever they are, they print or are refused with a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.handlebars import parse, parse_mustache

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.template import Template

NAMES = st.sampled_from(
    ["a", "b", "a.b", "../a", "this", ".", "@index", "@key", "@root.a", "[x y]", "a.[0]", "title", "..", "@../key"]
)
VALUES = st.sampled_from(['"x"', "'q'", "1", "-2.5", "true", "null", "undefined"])
HELPERS = st.sampled_from(
    ["lookup", "upper", "eq", "and", "not", "length", "insert", "concat", "join", "date", "formatDate", "nothing"]
)
SIGNS = st.sampled_from([" == ", " != ", " < ", " >= ", " and ", " or ", " && ", " || ", " "])
PIECES = [
    "{{",
    "}}",
    "{{{",
    "}}}",
    "{{#",
    "{{/",
    "{{^",
    "{{>",
    "{{#>",
    "{{!",
    "{{!--",
    "--}}",
    "{{{{",
    "}}}}",
    "{{else",
    "{{~",
    "~}}",
    "\\",
]
WORDS = [
    "if",
    "each",
    "with",
    "a",
    "as |x|",
    "=",
    "==",
    "(",
    ")",
    "`",
    '"',
    "'",
    "[",
    "]",
    "..",
    "@",
    "|",
    ".",
    "/",
    "1",
    " ",
    "\n",
    "é",
    "🎈",
    "\0",
]


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    calls = st.builds(lambda name, args: f"({name} {' '.join(args)})", HELPERS, st.lists(inner, max_size=3))
    joined = st.builds(lambda left, sign, right: f"({left}{sign}{right})", inner, SIGNS, inner)
    return calls | joined | inner.map(lambda each: f"(not {each})")


EXPRESSIONS = st.recursive(NAMES | VALUES, _expressions, max_leaves=6)
TILDE = st.sampled_from(["", "", "", "~"])
TEXTS = st.sampled_from(["", " ", "\n", "text", "  \n", "\\", "<p>"])


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bodies = st.lists(inner | TEXTS, max_size=3).map("".join)
    opened = st.builds(
        lambda kind, value, tilde, body, other: (
            f"{{{{{tilde}#{kind} {value}{tilde}}}}}{body}{{{{else{tilde}}}}}{other}{{{{/{kind}}}}}"
        ),
        st.sampled_from(["if", "unless", "each", "with", "equals a"]).map(lambda kind: kind),
        EXPRESSIONS,
        TILDE,
        bodies,
        bodies,
    )
    sections = st.builds(
        lambda name, sign, body: f"{{{{{sign}{name}}}}}{body}{{{{/{name}}}}}", NAMES, st.sampled_from("#^"), bodies
    )
    partials = st.builds(
        lambda name, value, body: f"{{{{#> {name} {value}}}}}{body}{{{{/{name}}}}}",
        st.sampled_from("pqr"),
        NAMES,
        bodies,
    )
    inlines = bodies.map(lambda body: f'{{{{#*inline "r"}}}}{body}{{{{/inline}}}}{{{{> r}}}}')
    return opened | sections | partials | inlines


TAGS = st.builds(
    lambda tilde, value: f"{{{{{tilde}{value}{tilde}}}}}",
    TILDE,
    EXPRESSIONS | NAMES | st.just("> p") | st.just("> q x=a"),
)
TEMPLATES = st.lists(st.recursive(TAGS, _blocks, max_leaves=8) | TEXTS, max_size=6).map("".join)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "x y", "0", "length"]), inner, max_size=3)
    ),
    max_leaves=8,
)
PARTIALS = {
    "p": "[{{a}}{{@index}}{{#if @partial-block}}{{> @partial-block}}{{/if}}]",
    "q": "{{#each this}}{{> q}}{{/each}}{{x}}",
}


def outcome(parser: Callable[..., Template], template: str, data: object) -> str:
    """What a template prints, or why it is refused."""
    try:
        return "printed " + parser(template, partials=PARTIALS).render({"a": data, "b": data, "now": "2026-03-01"})
    except TemplateError as error:
        return "refused: " + error.what


@given(TEMPLATES, DATA)
def test_a_template_of_the_grammar_prints_or_is_refused(template: str, data: object) -> None:
    assert outcome(parse, template, data)
    assert outcome(parse_mustache, template, data)


@given(st.lists(st.sampled_from(PIECES + WORDS), max_size=25).map("".join), DATA)
@example("{{{{a}}}}{{{{/", None)
@example("\\\\\\{{a}}\\{{\\{{", None)
@example("{{#if a}}{{else if}}{{/if}}", None)
def test_pieces_of_tags_print_or_are_refused(template: str, data: object) -> None:
    assert outcome(parse, template, data)
    assert outcome(parse_mustache, template, data)


@given(st.text(max_size=200))
def test_any_text_without_tags_prints_as_it_is(text: str) -> None:
    if "{{" not in text:
        assert parse(text).render({}) == text
