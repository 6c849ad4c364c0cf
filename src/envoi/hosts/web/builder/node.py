"""A condition as a form: nodes with fields, as a browser posts them.

Every field of a form is called `ID:FIELD`. The root is `c`, its parts are `c.0`, `c.1`, and what belongs to a rule by a
name, as its tests, is `c.0.where`; so the names alone say how everything nests.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: The id of the whole.
ROOT = "c"
#: The kinds of node that hold others.
GROUPS = ("all", "any")
#: A form is not nested deeper than a text may be.
DEEPEST = 60

#: No group has more than so many digits of parts.
_DIGITS = 4

Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A group of rules, a rule, a group of tests or a test."""

    #: "all", "any", "test" within a filter, the kind of a rule, or "text" for what no form can show.
    kind: str
    is_not: bool = False
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: tuple[Node, ...] = ()
    #: By name: the tests that belong to a rule.
    inner: Mapping[str, Node] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        """Whether it holds others."""
        return self.kind in GROUPS

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next(iter(self.values.get(name, ())), default)

    def having(self, **values: str | Sequence[str]) -> Node:
        """The node with these fields."""
        new = {name: (each,) if isinstance(each, str) else tuple(each) for name, each in values.items()}
        return replace(self, values={**self.values, **new})


def posted(fields: Mapping[str, Sequence[str]]) -> Node | None:
    """The form that these fields are of; None if there is none among them.

    >>> form = posted({"c:kind": ["all"], "c.0:kind": ["member"], "c.0:segment": ["VIP"], "text": ["..."]})
    >>> form.parts[0].get("segment")
    'VIP'
    """
    known: dict[str, Values] = {}
    below: dict[str, list[str]] = {}
    for name, values in fields.items():
        node, colon, field_ = name.partition(":")
        if colon and node.count(".") < DEEPEST:
            known.setdefault(node, {})[field_] = tuple(values)
    for node in known:
        parent, dot, last = node.rpartition(".")
        if dot:
            below.setdefault(parent, []).append(last)
    return _posted(ROOT, known, below) if ROOT in known else None


def number_of(step: str) -> int | None:
    """The place that a step of an id names; None if it is no place that a form could have.

    >>> number_of("12"), number_of("where"), number_of("9" * 5_000)
    (12, None, None)
    """
    return int(step) if step.isascii() and step.isdecimal() and len(step) <= _DIGITS else None


def _posted(node: str, known: Mapping[str, Values], below: Mapping[str, list[str]]) -> Node:
    own = dict(known[node])
    names = below.get(node, [])
    numbers = sorted(number for name in names if (number := number_of(name)) is not None)
    return Node(
        kind=(own.pop("kind", None) or ("text",))[0],
        is_not=bool(own.pop("not", ())),
        values=own,
        parts=tuple(_posted(f"{node}.{n}", known, below) for n in numbers),
        inner={name: _posted(f"{node}.{name}", known, below) for name in names if not name[:1].isdigit()},
    )


def changed(root: Node, node: str, change: Callable[[Node], Node | None]) -> Node:
    """The form with the node of this id changed, or taken out where `change` gives None; the root itself stays."""
    _, *steps = node.split(".")
    return _changed(root, steps, change) or replace(root, parts=())


def _changed(node: Node, steps: Sequence[str], change: Callable[[Node], Node | None]) -> Node | None:
    if not steps:
        return change(node)
    step, *rest = steps
    if (n := number_of(step)) is not None:
        if n >= len(node.parts):
            return node
        made = _changed(node.parts[n], rest, change)
        return replace(node, parts=(*node.parts[:n], *([made] if made else []), *node.parts[n + 1 :]))
    if step not in node.inner:
        return node
    made = _changed(node.inner[step], rest, change)
    others = {name: each for name, each in node.inner.items() if name != step}
    # Tests of which none is left are no tests at all.
    return replace(node, inner=others if made is None or not made.parts else {**others, step: made})
