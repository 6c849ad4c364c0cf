"""From a condition to its form; what no form can show is a node of its text, so nothing is ever lost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from envoi.conditions.deeds import NEVER, ONCE
from envoi.conditions.tree import (
    After,
    Ago,
    All,
    Amount,
    Anniversary,
    AnyOf,
    Compared,
    Day,
    Did,
    Followed,
    Measured,
    Member,
    Not,
    Nth,
    Op,
    Points,
    Property,
    Since,
    Trait,
)
from envoi.conditions.written import written
from envoi.events.event import CONSENT, MODEL
from envoi.hosts.web.builder.node import Node
from envoi.hosts.web.builder.read import Form

if TYPE_CHECKING:
    from envoi.conditions.tree import Condition, Filter, Leaf, Literal, Scope, Span, Test, Window

    Fields = dict[str, str | tuple[str, ...]]


def shown(condition: Condition) -> Node:
    """The form of a whole condition: a group, be it of one rule."""
    made = _shown(condition)
    return made if made.is_group and not made.is_not else Node(kind="all", parts=(made,))


def _shown(condition: Condition) -> Node:
    if isinstance(condition, All | AnyOf):
        return Node(kind=_group(condition), parts=tuple(_shown(part) for part in condition.parts))
    inside = condition.part if isinstance(condition, Not) else condition
    made = None
    if isinstance(inside, All | AnyOf):
        made = Node(kind=_group(inside), is_not=True, parts=tuple(_shown(part) for part in inside.parts))
    elif not isinstance(inside, Not):
        made = _node(*_leaf(inside), is_not=isinstance(condition, Not))
    # The form shows a rule only if the rule can be read back from it.
    if made is not None and _fits_inputs(made) and Form().condition(made) == condition:
        return made
    return Node(kind="text", values={"text": (written(condition),)})


def _group(group: All[Condition] | AnyOf[Condition] | Filter) -> str:
    return "all" if isinstance(group, All) else "any"


def _node(kind: str, fields: Fields, inner: dict[str, Filter | None], *, is_not: bool = False) -> Node:
    tests = {name: _tests(each) for name, each in inner.items() if each is not None}
    return Node(kind=kind, is_not=is_not, inner=tests).having(**fields)


def _fits_inputs(node: Node) -> bool:
    """Whether a browser gives back every value as it got it: a line break in an input is lost."""
    values = [value for name, several in node.values.items() if name != "text" for value in several]
    return all(value.isprintable() for value in values) and all(map(_fits_inputs, (*node.parts, *node.inner.values())))


# -- leaves: the kind, the fields, and the filters


def _leaf(leaf: Leaf) -> tuple[str, Fields, dict[str, Filter | None]]:
    match leaf:
        case Did():
            fields, inner = _scope(leaf.scope)
            return "did", {**fields, **_times(leaf.times)}, inner
        case Measured():
            fields, inner = _amount(Amount(leaf.function, leaf.scope, leaf.path))
            return "measured", {**fields, **_test(leaf.test)}, inner
        case Compared():
            left, of_left = _amount(leaf.left, "left_")
            right, of_right = _amount(leaf.right, "right_")
            return "compared", {**left, "op": leaf.op.value, **right}, {**of_left, **of_right}
        case Since():
            fields, inner = _scope(leaf.scope)
            fields |= {"unit": leaf.unit.value, "which": "first" if leaf.first else "last"}
            return "since", {**fields, **_test(leaf.test)}, inner
        case Followed() | Nth():
            return _in_order(leaf)
        case _:
            kind, fields = _of_person(leaf)
            return kind, fields, {}


def _of_person(leaf: Trait | Anniversary | Member | Points) -> tuple[str, Fields]:
    match leaf:
        case Member():
            return "member", {"segment": leaf.segment}
        case Points():
            return "points", {"name": leaf.name, **_test(leaf.test)}
        case Anniversary():
            when = "today" if leaf.days == 0 else "next" if leaf.days > 0 else "last"
            return "anniversary", {"name": leaf.name, "when": when, "days": str(abs(leaf.days) or 7)}
    if leaf.name.startswith(CONSENT) and leaf.test.op is Op.EQ and leaf.test.values == (True,):
        return "consent", {"name": leaf.name.removeprefix(CONSENT)}
    if leaf.name.startswith(MODEL):
        return "model", {"name": leaf.name.removeprefix(MODEL), **_test(leaf.test)}
    return "trait", {"name": leaf.name, **_test(leaf.test)}


def _in_order(leaf: Followed | Nth) -> tuple[str, Fields, dict[str, Filter | None]]:
    if isinstance(leaf, Nth):
        fields, inner = _scope(leaf.scope)
        which = {1: "first", -1: "last"}.get(leaf.place, "nth")
        return "nth", {**fields, "which": which, "place": str(max(leaf.place, 2))}, {**inner, "had": leaf.had}
    fields, inner = _scope(leaf.first)
    fields |= {"then": "did" if leaf.happened else "did not", "then_event": leaf.then.event, "same": leaf.same}
    fields |= _span("within", leaf.within)
    return "followed", fields, {**inner, "then_where": leaf.then.where}


def _amount(amount: Amount, before: str = "") -> tuple[Fields, dict[str, Filter | None]]:
    fields, inner = _scope(amount.scope, before)
    return {**fields, f"{before}function": amount.function.value, f"{before}path": amount.path}, inner


def _scope(scope: Scope, before: str = "") -> tuple[Fields, dict[str, Filter | None]]:
    inner: dict[str, Filter | None] = {f"{before}where": scope.where}
    if isinstance(scope.window, After):
        inner[f"{before}after"] = scope.window.where
    return {f"{before}event": scope.event, **_window(scope.window, before)}, inner


def _times(times: Test) -> Fields:
    if times in (ONCE, NEVER):
        return {"often": "once" if times == ONCE else "never", "n": "2", "m": "5"}
    numbers = [_value(value) for value in times.values]
    return {"often": times.op.value, "n": numbers[0], "m": numbers[-1] if len(numbers) > 1 else "5"}


def _window(window: Window | None, before: str) -> Fields:
    match window:
        case None:
            fields: Fields = {"window": "ever"}
        case After():
            fields = {"window": "after", "after_event": window.event}
        case Ago():
            kind = "last" if window.near is None else "older" if window.far is None else "ago"
            fields = {"window": kind, **_span("far", window.far), **_span("near", window.near)}
        case _:
            kind = "dates" if window.since and window.until else "since" if window.since else "before"
            days = {"since": window.since, "until": window.until}
            fields = {"window": kind, **{name: day.text for name, day in days.items() if day}}
    return {f"{before}{name}": value for name, value in fields.items()}


def _span(name: str, span: Span | None) -> Fields:
    return {name: str(span.amount), f"{name}_unit": span.unit.value} if span else {}


def _test(test: Test) -> Fields:
    return {"op": test.op.value, "value": tuple(map(_value, test.values)), "as": _sort(test.values)}


def _sort(values: tuple[Literal, ...]) -> str:
    """What the values are; of several sorts, that of the first: then the form cannot be read back."""
    first = values[0] if values else ""
    if isinstance(first, bool):
        return "truth"
    return "number" if isinstance(first, Decimal) else "day" if isinstance(first, Day) else "text"


def _value(value: Literal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.text if isinstance(value, Day) else value


# -- filters


def _tests(filter_: Filter) -> Node:
    """A filter as a group, be it of one test."""
    made = _filter(filter_)
    return made if made.is_group else Node(kind="all", parts=(made,))


def _filter(part: Filter) -> Node:
    inside = part.part if isinstance(part, Not) else part
    is_not = isinstance(part, Not)
    if isinstance(inside, Property):
        return Node(kind="test", is_not=is_not).having(path=inside.path, **_test(inside.test))
    if isinstance(inside, Not):
        # Not what the form can show: it cannot be read back, and the whole rule falls back to its text.
        return Node(kind="text")
    return Node(kind=_group(inside), is_not=is_not, parts=tuple(map(_filter, inside.parts)))
