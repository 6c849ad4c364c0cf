"""From a tree back to text: parse(written(tree)) == tree, for every tree that a text can have."""

from __future__ import annotations

import re

from envoi.conditions.parse import NEVER, ONCE
from envoi.conditions.reader import RESERVED
from envoi.conditions.tree import (
    Ago,
    All,
    AnyOf,
    Condition,
    Dates,
    Day,
    Did,
    Filter,
    Leaf,
    Literal,
    Measured,
    Member,
    Not,
    Op,
    Points,
    Property,
    Scope,
    Since,
    Span,
    Test,
    Trait,
)
from envoi.events.event import CONSENT

_TIMES = {Op.GT: "more than", Op.GE: "at least", Op.LT: "fewer than", Op.LE: "at most", Op.EQ: "exactly"}


def written(condition: Condition) -> str:
    """The condition as a person would write it.

    >>> written(Not(Member("Recent buyers")))
    'not in segment "Recent buyers"'
    """
    if isinstance(condition, All | AnyOf):
        return (" and " if isinstance(condition, All) else " or ").join(map(_grouped, condition.parts))
    if isinstance(condition, Not):
        return f"not {_grouped(condition.part)}"
    return _leaf(condition)


def _grouped(part: Condition) -> str:
    return f"({written(part)})" if isinstance(part, All | AnyOf) else written(part)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Did):
        return _did(leaf)
    if isinstance(leaf, Measured):
        path = f".{_path(leaf.path)}" if leaf.path else ""
        return f"{leaf.function}({_text(leaf.scope.event)}{path}){_rest(leaf.scope)} {test(leaf.test)}"
    if isinstance(leaf, Since):
        which = "first" if leaf.first else "last"
        return f"{leaf.unit} since {which} {_text(leaf.scope.event)}{_rest(leaf.scope)} {test(leaf.test)}"
    return _field(leaf)


def _field(leaf: Trait | Member | Points) -> str:
    if isinstance(leaf, Member):
        return f"in segment {_text(leaf.segment)}"
    if isinstance(leaf, Points):
        return f"points {_name(leaf.name)} {test(leaf.test)}"
    purpose = leaf.name.removeprefix(CONSENT)
    if purpose and purpose != leaf.name and leaf.test == Test(Op.EQ, (True,)):
        return f"consents to {_name(purpose)}"
    return f"{_path(leaf.name)} {test(leaf.test)}"


def _did(leaf: Did) -> str:
    event = _text(leaf.scope.event)
    if leaf.times == NEVER:
        return f"did not {event}{_rest(leaf.scope)}"
    return f"did {event}{_where(leaf.scope)}{_times(leaf.times)}{_window(leaf.scope.window)}"


def _times(times: Test) -> str:
    if times == ONCE:
        return ""
    if times.op is Op.BETWEEN:
        return f" between {_value(times.values[0])} and {_value(times.values[1])} times"
    return f" {_TIMES[times.op]} {_value(times.values[0])} {'time' if times.values[0] == 1 else 'times'}"


def _rest(scope: Scope) -> str:
    return _where(scope) + _window(scope.window)


def _where(scope: Scope) -> str:
    if scope.where is None:
        return ""
    inside = _filter(scope.where)
    return f" where {inside}" if isinstance(scope.where, Property) else f" where ({inside})"


def _filter(part: Filter) -> str:
    if isinstance(part, Property):
        return f"{_path(part.path)} {test(part.test)}"
    if isinstance(part, Not):
        return f"not {_inner(part.part)}"
    return (" and " if isinstance(part, All) else " or ").join(map(_inner, part.parts))


def _inner(part: Filter) -> str:
    return f"({_filter(part)})" if isinstance(part, All | AnyOf) else _filter(part)


def _window(window: Ago | Dates | None) -> str:
    if isinstance(window, Ago):
        if window.near is None:
            return f" in the last {_span(window.far)}" if window.far else ""
        if window.far is None:
            return f" more than {_span(window.near)} ago"
        near = str(window.near.amount) if window.near.unit is window.far.unit else _span(window.near)
        return f" between {near} and {_span(window.far)} ago"
    return "" if window is None else _dates(window)


def _dates(window: Dates) -> str:
    if window.since and window.until:
        return f" between {window.since.text} and {window.until.text}"
    if window.since:
        return f" since {window.since.text}"
    return f" before {window.until.text}" if window.until else ""


def _span(span: Span) -> str:
    return f"{span.amount} {span.unit if span.amount != 1 else span.unit.removesuffix('s')}"


def test(comparison: Test) -> str:
    """A comparison as it is written.

    >>> test(Test(Op.IN, ("gold", "vip")))
    'in ("gold", "vip")'
    """
    op, values = comparison.op, comparison.values
    if op is Op.BETWEEN:
        return f"between {_value(values[0])} and {_value(values[1])}"
    if op in (Op.IN, Op.NOT_IN):
        return f"{op} ({', '.join(_value(value) for value in values)})"
    return f"{op} {_value(values[0])}" if values else str(op)


def _value(value: Literal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    return value.text if isinstance(value, Day) else f"{value:f}"


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _path(path: str) -> str:
    parts = path.split(".")
    return ".".join(_name(part) for part in parts) if all(parts) else _name(path)


def _name(name: str) -> str:
    if re.fullmatch(r"[^\W\d]\w*", name) and name not in RESERVED:
        return name
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
