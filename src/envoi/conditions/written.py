"""From a tree back to text: parse(written(tree)) == tree, for every tree that a text can have."""

from __future__ import annotations

import re

from envoi.conditions.deeds import NEVER, ONCE
from envoi.conditions.reader import RESERVED
from envoi.conditions.tree import (
    After,
    Ago,
    All,
    Amount,
    Anniversary,
    AnyOf,
    Compared,
    Condition,
    Dates,
    Day,
    Deed,
    Did,
    Filter,
    Followed,
    Gated,
    Leaf,
    Literal,
    Measured,
    Member,
    Not,
    Nth,
    Op,
    Points,
    Property,
    Scope,
    Span,
    Test,
    Trait,
    Window,
)
from envoi.events.event import CONSENT, MODEL

_TIMES = {Op.GT: "more than", Op.GE: "at least", Op.LT: "fewer than", Op.LE: "at most", Op.EQ: "exactly"}


def written(condition: Condition) -> str:
    """The condition as a person would write it.

    >>> written(Not(Member("Recent buyers")))
    'not in segment "Recent buyers"'
    """
    if isinstance(condition, Gated):
        return written(condition.parts[0])
    if isinstance(condition, All | AnyOf):
        return (" and " if isinstance(condition, All) else " or ").join(map(_grouped, condition.parts))
    if isinstance(condition, Not):
        return f"not {_grouped(condition.part)}"
    return _leaf(condition)


def _grouped(part: Condition) -> str:
    if isinstance(part, Gated):
        return _grouped(part.parts[0])
    return f"({written(part)})" if isinstance(part, All | AnyOf) else written(part)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Member):
        return f"in segment {_text(leaf.segment)}"
    if isinstance(leaf, Points):
        return f"points {_name(leaf.name)} {test(leaf.test)}"
    if isinstance(leaf, Anniversary):
        return f"{_path(leaf.name)} {_days(leaf.days)}"
    return _field(leaf) if isinstance(leaf, Trait) else _deed(leaf)


def _deed(leaf: Deed) -> str:
    if isinstance(leaf, Did):
        return _did(leaf)
    if isinstance(leaf, Measured):
        return f"{_amount(Amount(leaf.function, leaf.scope, leaf.path))} {test(leaf.test)}"
    if isinstance(leaf, Compared):
        return f"{_amount(leaf.left)} {leaf.op} {_amount(leaf.right)}"
    if isinstance(leaf, Followed):
        return _followed(leaf)
    whose = f"{_text(leaf.scope.event)}{_rest(leaf.scope)}"
    if isinstance(leaf, Nth):
        return f"the {_place(leaf.place)} {whose} had {_whole_filter(leaf.had)}"
    return f"{leaf.unit} since {'first' if leaf.first else 'last'} {whose} {test(leaf.test)}"


def _field(leaf: Trait) -> str:
    purpose, model = leaf.name.removeprefix(CONSENT), leaf.name.removeprefix(MODEL)
    if purpose and purpose != leaf.name and leaf.test == Test(Op.EQ, (True,)):
        return f"consents to {_name(purpose)}"
    if model and model != leaf.name:
        return f"model {_name(model)} {test(leaf.test)}"
    return f"{_path(leaf.name)} {test(leaf.test)}"


def _days(days: int) -> str:
    if days == 0:
        return "is today"
    unit = "day" if abs(days) == 1 else "days"
    return f"is in the next {days} {unit}" if days > 0 else f"was in the last {-days} {unit}"


def _place(place: int) -> str:
    """A place as it is said.

    >>> _place(1), _place(2), _place(11), _place(23), _place(-1)
    ('first', '2nd', '11th', '23rd', 'last')
    """
    if place in (1, -1):
        return "first" if place == 1 else "last"
    teens = place // 10 % 10 == 1
    return f"{place}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def _amount(amount: Amount) -> str:
    path = f".{_path(amount.path)}" if amount.path else ""
    return f"{amount.function}({_text(amount.scope.event)}{path}){_rest(amount.scope)}"


def _followed(leaf: Followed) -> str:
    first, then = leaf.first, leaf.then
    did = "did" if leaf.happened else "did not"
    same = f" with the same {_path(leaf.same)}" if leaf.same else ""
    within = f" within {_span(leaf.within)}" if leaf.within else ""
    rest = f"{_where(then.where)}{same}{within}{_window(first.window)}"
    return f"did {_text(first.event)}{_where(first.where)} then {did} {_text(then.event)}{rest}"


def _did(leaf: Did) -> str:
    event = _text(leaf.scope.event)
    if leaf.times == NEVER:
        return f"did not {event}{_rest(leaf.scope)}"
    return f"did {event}{_where(leaf.scope.where)}{_times(leaf.times)}{_window(leaf.scope.window)}"


def _times(times: Test) -> str:
    if times == ONCE:
        return ""
    if times.op is Op.BETWEEN:
        return f" between {_value(times.values[0])} and {_value(times.values[1])} times"
    return f" {_TIMES[times.op]} {_value(times.values[0])} {'time' if times.values[0] == 1 else 'times'}"


def _rest(scope: Scope) -> str:
    return _where(scope.where) + _window(scope.window)


def _where(where: Filter | None) -> str:
    return "" if where is None else f" where {_whole_filter(where)}"


def _whole_filter(where: Filter) -> str:
    inside = _filter(where)
    return inside if isinstance(where, Property) else f"({inside})"


def _filter(part: Filter) -> str:
    if isinstance(part, Property):
        return f"{_path(part.path)} {test(part.test)}"
    if isinstance(part, Not):
        return f"not {_inner(part.part)}"
    return (" and " if isinstance(part, All) else " or ").join(map(_inner, part.parts))


def _inner(part: Filter) -> str:
    return f"({_filter(part)})" if isinstance(part, All | AnyOf) else _filter(part)


def _window(window: Window | None) -> str:
    if isinstance(window, Ago):
        if window.near is None:
            return f" in the last {_span(window.far)}" if window.far else ""
        if window.far is None:
            return f" more than {_span(window.near)} ago"
        near = str(window.near.amount) if window.near.unit is window.far.unit else _span(window.near)
        return f" between {near} and {_span(window.far)} ago"
    if isinstance(window, After):
        return f" since the last {_text(window.event)}{_where(window.where)}"
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
