"""Liquid: read by python-liquid's parser, compiled by us."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from liquid import Environment
from liquid.exceptions import LiquidError

from envoi.errors import LimitExceeded
from envoi.templates import tree
from envoi.templates.dialect import Dialect
from envoi.templates.limits import NESTING, SOURCE
from envoi.templates.liquid import meaning, tags
from envoi.templates.liquid.braze import plain_paths
from envoi.templates.liquid.faults import in_our_words
from envoi.templates.liquid.filters import filters, plain_text
from envoi.templates.liquid.reader import Reader
from envoi.templates.liquid.workings import WORKINGS
from envoi.templates.place import places
from envoi.templates.program import Program, program, require_few

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.errors import Place


class _Environment(Environment):
    """The engine's parser, with our tags."""

    block_nesting_limit = NESTING

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        tags.register(self)


_PARSER = _Environment()


def parse(
    source: str,
    *,
    partials: Mapping[str, str] | None = None,
    autoescape: bool = True,
    names: Mapping[str, str] | None = None,
) -> Program:
    """The template in `source`; `render` and `include` find `partials` by name; `names` are a project's own.

    >>> parse("Hi {{ name }}, that is {{ price | money }}.").render({"name": "Anna & Bo", "price": 1299})
    'Hi Anna &amp; Bo, that is $12.99.'

    Raises:
        TemplateError: it or a partial does not parse, or names a filter or partial that does not exist.
        LimitExceeded: its blocks are nested too deep.
    """
    return _parsed(source, partials or {}, names or {}, dialect(escapes=autoescape), escapes=autoescape)


def parse_plain(
    source: str, *, partials: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None
) -> Program:
    """The same, printing plain text: nothing is escaped, not even by the filters made for it."""
    ours = dialect(escapes=False)
    ours = replace(ours, functions=plain_text(ours.functions))
    return _parsed(source, partials or {}, names or {}, ours, escapes=False)


@cache
def dialect(*, escapes: bool) -> Dialect:
    """What Liquid means."""
    return Dialect(
        name="liquid",
        word="filter",
        functions={**filters(escapes=escapes), **WORKINGS},
        missing=meaning.MISSING,
        text=meaning.text,
        markup=meaning.markup,
        truthy=meaning.truthy,
        compare={
            "==": meaning.equal,
            "!=": lambda left, right: not meaning.equal(left, right),
            "<": meaning.less,
            "<=": meaning.less_or_equal,
            ">": lambda left, right: meaning.less(right, left),
            ">=": lambda left, right: meaning.less_or_equal(right, left),
            "contains": meaning.contains,
        },
        sure_signs=frozenset({"==", "!="}),
        item=meaning.item,
        own_keys=meaning.OWN_KEYS,
        items=meaning.items,
    )


def _parsed(
    source: str, partials: Mapping[str, str], names: Mapping[str, str], ours: Dialect, *, escapes: bool
) -> Program:
    known = list(partials)
    body = _read(source, places(source), known, escapes=escapes)
    others = {name: _read(text, places(text, name), known, escapes=escapes) for name, text in partials.items()}
    bodies = {name: tree.renamed(each, names) for name, each in _settled(body, others).items()}
    main = bodies.pop("")
    return program(main, ours, source=source, partials=bodies, escapes=escapes)


def _read(source: str, locate: Callable[[int], Place], partials: list[str], *, escapes: bool) -> tree.Body:
    if len(source) > SOURCE:
        raise LimitExceeded(f"the template has more than {SOURCE:,} characters")
    text = plain_paths(source)
    try:
        nodes = _PARSER.from_string(text).nodes
        return Reader(locate=locate, escapes=escapes, partials=partials).body(nodes)
    except LiquidError as fault:
        raise in_our_words(fault, text, _PARSER, locate) from fault
    except RecursionError as fault:
        raise LimitExceeded("an expression is nested too deep") from fault


def _settled(body: tree.Body, partials: Mapping[str, tree.Body]) -> dict[str, tree.Body]:
    """All bodies (the template's own under ""), where it is known whether loops resume and which names are counters."""
    bodies = {"": body, **partials}
    require_few(*bodies.values())
    calls = [node for node in tree.walk(tuple(bodies.values())) if isinstance(node, tree.Call)]
    counters = {_first(call) for call in calls if call.function == " count"}
    resumed = {_key(call) for call in calls if call.function == " part" and "resumes" in dict(call.named)}

    def settle(node: tree.Node) -> tree.Node:
        if isinstance(node, tree.Path) and node.root in counters and not node.steps:
            return tree.Call(function=" counted", args=(node, tree.Literal(value=node.root)))
        if isinstance(node, tree.Call) and node.function == " part":
            if _key(node) in resumed:
                return replace(node, function=" resume")
            return node if node.named else node.args[0]
        return node

    return {name: tree.change(each, settle) for name, each in bodies.items()}


def _first(call: tree.Call) -> object:
    return call.args[0].value if isinstance(call.args[0], tree.Literal) else None


def _key(call: tree.Call) -> object:
    return call.args[1].value if isinstance(call.args[1], tree.Literal) else None
