"""From the form to the condition it says, or, for each rule that says none, what is missing or wrong."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from envoi.conditions.deeds import NEVER, ONCE
from envoi.conditions.parse import parse
from envoi.conditions.reader import Reader
from envoi.conditions.tree import (
    After,
    Ago,
    All,
    Amount,
    Anniversary,
    AnyOf,
    Compared,
    Dates,
    Day,
    Did,
    Followed,
    Function,
    Measured,
    Member,
    Not,
    Nth,
    Op,
    Points,
    Property,
    Scope,
    Since,
    Test,
    Trait,
    Unit,
)
from envoi.errors import ConditionError
from envoi.events.event import CONSENT, MODEL
from envoi.hosts.web.builder.node import ROOT, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envoi.conditions.tree import Condition, Filter, Leaf, Literal, Span, Window

Made = TypeVar("Made")

#: The ends that each kind of window has.
_AGO = {"last": ("far",), "older": ("near",), "ago": ("far", "near")}
_DATES = {"since": ("since",), "before": ("until",), "dates": ("since", "until")}


class _Told(Exception):
    """What is wrong has been noted at the node it is wrong in."""


class Form:
    """Reads a form; `faults` holds what is wrong, by the id of the node."""

    def __init__(self) -> None:
        self.faults: dict[str, ConditionError] = {}

    def condition(self, node: Node, at: str = ROOT) -> Condition | None:
        """What the node says; None if something in it is wrong."""
        try:
            made = self._any(node, at)
        except _Told:
            return None
        return Not(made) if node.is_not else made

    @contextmanager
    def _noted(self, at: str) -> Iterator[None]:
        try:
            yield
        except ConditionError as error:
            self.faults.setdefault(at, error)
            raise _Told from None

    def _any(self, node: Node, at: str) -> Condition:
        if node.is_group:
            # Every part is read, so that every fault is found.
            parts = [self.condition(part, f"{at}.{n}") for n, part in enumerate(node.parts)]
            with self._noted(at):
                _need(parts, "this group is empty", "add a rule to it, or remove it")
            made = tuple(part for part in parts if part is not None)
            if len(made) < len(parts):
                raise _Told
            return made[0] if len(made) == 1 else All(made) if node.kind == "all" else AnyOf(made)
        with self._noted(at):
            if node.kind == "text":
                return parse(node.get("text").replace("\r\n", "\n"))
            return self._leaf(node, at)

    # -- leaves

    def _leaf(self, node: Node, at: str) -> Leaf:
        deeds: dict[str, Callable[[Node, str], Leaf]] = {
            "did": lambda node, at: Did(self._scope(node, at), _times(node)),
            "measured": self._measured,
            "compared": self._compared,
            "since": self._since,
            "followed": self._followed,
            "nth": self._nth,
        }
        return deeds[node.kind](node, at) if node.kind in deeds else _of_person(node)

    def _measured(self, node: Node, at: str) -> Measured:
        amount = self._amount(node, at)
        return Measured(amount.function, amount.scope, amount.path, _test(node))

    def _compared(self, node: Node, at: str) -> Compared:
        left, right = self._amount(node, at, "left_"), self._amount(node, at, "right_")
        return Compared(left, _one_of(Op, node.get("op"), "how to compare"), right)

    def _since(self, node: Node, at: str) -> Since:
        unit = _one_of(Unit, node.get("unit"), "a unit of time")
        return Since(unit, node.get("which") == "first", self._scope(node, at), _test(node))

    def _nth(self, node: Node, at: str) -> Nth:
        place = {"first": 1, "last": -1}.get(node.get("which")) or _read(node.get("place"), Reader.whole)
        _need(place, "places count from 1", "write 2 for the second")
        had = self._filter(node, at, "had")
        if had is None:
            raise ConditionError("say what it had", hint="add a test")
        return Nth(place, self._scope(node, at), had)

    def _followed(self, node: Node, at: str) -> Followed:
        first = self._scope(node, at)
        then = Scope(_name(node, "then_event", "the event that follows"), self._filter(node, at, "then_where"))
        within = _span(node, "within") if node.get("within").strip() else None
        return Followed(first, then, node.get("then") != "did not", node.get("same"), within)

    def _amount(self, node: Node, at: str, before: str = "") -> Amount:
        function = _one_of(Function, node.get(f"{before}function"), "what to work out")
        path = ""
        if function is not Function.COUNT:
            path = _name(node, f"{before}path", "a property")
        return Amount(function, self._scope(node, at, before), path)

    def _scope(self, node: Node, at: str, before: str = "") -> Scope:
        event = _name(node, f"{before}event", "an event")
        return Scope(event, self._filter(node, at, f"{before}where"), self._window(node, at, before))

    def _window(self, node: Node, at: str, before: str) -> Window | None:
        kind = node.get(f"{before}window")
        if kind in _AGO:
            return Ago(**{name: _span(node, f"{before}{name}") for name in _AGO[kind]})
        if kind in _DATES:
            return Dates(**{name: _day(node, f"{before}{name}") for name in _DATES[kind]})
        if kind == "after":
            event = _name(node, f"{before}after_event", "an event")
            return After(event, self._filter(node, at, f"{before}after"))
        return None

    # -- filters

    def _filter(self, node: Node, at: str, name: str) -> Filter | None:
        tests = node.inner.get(name)
        return None if tests is None else self._tests(tests, f"{at}.{name}")

    def _tests(self, node: Node, at: str) -> Filter:
        if node.kind == "test":
            with self._noted(at):
                found: Filter = Property(_name(node, "path", "a property"), _test(node))
        else:
            with self._noted(at):
                _need(node.parts, "there is no test", "add one")
                _need(node.is_group, "this is no test", "")
            made = tuple(self._tests(part, f"{at}.{n}") for n, part in enumerate(node.parts))
            found = made[0] if len(made) == 1 else All(made) if node.kind == "all" else AnyOf(made)
        return Not(found) if node.is_not else found


def _of_person(node: Node) -> Leaf:
    match node.kind:
        case "member":
            return Member(_name(node, "segment", "a segment"))
        case "points":
            return Points(_name(node, "name", "a points scheme"), _test(node))
        case "consent":
            return Trait(CONSENT + _name(node, "name", "a purpose"), Test(Op.EQ, (True,)))
        case "model":
            return Trait(MODEL + _name(node, "name", "a model"), _test(node))
        case "anniversary":
            name, when = _name(node, "name", "a date"), node.get("when")
            days = 0 if when == "today" else _read(node.get("days"), Reader.whole)
            return Anniversary(name, -days if when == "last" else days)
        case "trait":
            return Trait(_name(node, "name", "a field"), _test(node))
        case _:
            raise ConditionError(f"there is no rule of the kind {node.kind!r}")


# -- fields


def _times(node: Node) -> Test:
    often = node.get("often", "once")
    if often in ("once", "never"):
        return ONCE if often == "once" else NEVER
    op = _one_of(Op, often, "how often")
    numbers = [node.get("n"), node.get("m")] if op is Op.BETWEEN else [node.get("n")]
    return Test(op, tuple(Decimal(_read(number, Reader.whole)) for number in numbers))


def _test(node: Node) -> Test:
    op, given = _one_of(Op, node.get("op"), "how to compare"), node.values.get("value", ())
    if op in (Op.MISSING, Op.PRESENT):
        return Test(op)
    if op in (Op.IN, Op.NOT_IN):
        # The last input is for one more.
        given = tuple(value for value in given if value)
        _need(given, "no value is given", "fill in at least one")
    else:
        count = 2 if op is Op.BETWEEN else 1
        given = (*given, *[""] * count)[:count]
    return Test(op, tuple(_literal(value, node.get("as", "text")) for value in given))


def _literal(value: str, sort: str) -> Literal:
    match sort:
        case "number":
            return _read(value, Reader.number)
        case "day":
            return _read(value, Reader.day)
        case "truth":
            return value == "true"
        case _:
            return value


def _span(node: Node, name: str) -> Span:
    return _read(f"{node.get(name)} {node.get(f'{name}_unit', 'days')}", Reader.span)


def _day(node: Node, name: str) -> Day:
    return _read(node.get(name), Reader.day)


def _name(node: Node, field: str, what: str) -> str:
    found = node.get(field)
    _need(found, f"choose {what}", "")
    return found


def _one_of(of: Callable[[str], Made], value: str, what: str) -> Made:
    try:
        return of(value)
    except ValueError:
        raise ConditionError(f"choose {what}") from None


def _read(text: str, phrase: Callable[[Reader], Made]) -> Made:
    """What one input holds, read as the language would; its place in the input says nothing to anybody."""
    try:
        reader = Reader(text)
        found = phrase(reader)
        reader.need_end("nothing more")
    except ConditionError as error:
        raise ConditionError(error.what, hint=error.hint) from None
    return found


def _need(found: object, what: str, hint: str) -> None:
    if not found:
        raise ConditionError(what, hint=hint)
