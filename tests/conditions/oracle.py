"""Who a condition holds for, worked out slowly from the words of docs/reference/conditions.md, to check the judges.

It reads the tree as it was parsed and the events as they came, and shares no code with the judges of the package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo, available_timezones

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
    Did,
    Filter,
    Followed,
    Function,
    Literal,
    Measured,
    Member,
    Not,
    Nth,
    Op,
    Points,
    Property,
    Scope,
    Since,
    Span,
    Test,
    Trait,
    Unit,
)
from envoi.events.catalogue import Kind
from envoi.events.event import Stored, Value
from tests.conditions import shop

Known = str | bool | Fraction | datetime | None
Row = tuple[Mapping[str, Value], Mapping[str, Value]]

LENGTHS = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.WEEKS: timedelta(weeks=1),
}
LARGEST = 9_223_372_036_854
ZONE = ZoneInfo("America/New_York")
TIME_ZONES = available_timezones()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Oracle:
    """Judges one person, whose events these are, by what had happened by `seen`."""

    def __init__(self, history: Sequence[Stored], seen: int) -> None:
        self.events = sorted((one for one in history if one.event.at <= seen), key=lambda one: (one.event.at, one.seq))

    def holds(self, condition: Condition, now: int) -> bool:
        """Whether it holds at `now` if nothing happens after `seen`."""
        if isinstance(condition, All | AnyOf):
            judged = [self.holds(part, now) for part in condition.parts]
            return all(judged) if isinstance(condition, All) else any(judged)
        if isinstance(condition, Not):
            return not self.holds(condition.part, now)
        if isinstance(condition, Member):
            return self.holds(shop.DEFINITIONS.segments[condition.segment], now)
        if isinstance(condition, Compared | Followed | Nth | Anniversary):
            return self.in_order(condition, now)
        return compares(condition.times if isinstance(condition, Did) else condition.test, self.value(condition, now))

    def in_order(self, leaf: Compared | Followed | Nth | Anniversary, now: int) -> bool:
        """What compares no value with a value that is written."""
        if isinstance(leaf, Compared):
            sides = [self.measure(side, now) for side in (leaf.left, leaf.right)]
            return None not in sides and COMPARED[leaf.op](sides[0], sides[1:])
        if isinstance(leaf, Followed):
            return any(self.is_followed(leaf, one, now) for one in self.counting(leaf.first, now))
        if isinstance(leaf, Nth):
            found = self.counting(leaf.scope, now)[:: leaf.place // abs(leaf.place)]
            which = found[abs(leaf.place) - 1 : abs(leaf.place)]
            return any(self.rows(one, Scope(leaf.scope.event, leaf.had), now) for one in which)
        return self.anniversary(leaf, now)

    def value(self, leaf: Did | Measured | Since | Trait | Points, now: int) -> Known:
        """What the leaf compares."""
        match leaf:
            case Trait(name):
                return self.trait(name)
            case Points(name):
                scheme = shop.DEFINITIONS.points[name]
                if half_life := shop.DEFINITIONS.half_lives.get(name):
                    return sum(
                        (Fraction(n) * self.worth(scope, length(half_life), now) for n, scope in scheme), Fraction(0)
                    )
                return Fraction(sum(n * len(self.counting(scope, now)) for n, scope in scheme))
            case Did(scope):
                return Fraction(len(self.counting(scope, now)))
            case Since(unit, first, scope):
                ends = [one.event.at for one in self.counting(scope, now)]
                return Fraction(now - ends[0 if first else -1], length(Span(1, unit))) if ends else None
            case Measured():
                return self.measure(leaf, now)

    def trait(self, name: str) -> Known:
        """The latest value: the last one told, by the time it was true and then by when it was told."""
        latest: Value = None
        for one in self.events:
            props = one.event.props
            if one.event.name == "Consent Changed" and name == f"consent.{props['purpose']}":
                latest = props["granted"] is True
            if one.event.name == "Profile Updated" and not name.startswith("consent."):
                told = [value for path, value in flat(props) if path == name]
                latest = told[0] if told else latest
        kinds = {"consent": Kind.BOOLEAN, "model": Kind.NUMBER}
        kind = kinds.get(name.split(".", maxsplit=1)[0]) or shop.TRAITS[name].kind
        return known(latest, kind)

    def worth(self, scope: Scope, half_life: int, now: int) -> Fraction:
        """Of each event, what its whole days have left of one point, rounded to millionths."""
        ages = [timedelta(microseconds=now - one.event.at).days for one in self.counting(scope, now)]
        return sum((Fraction(round(1e6 * 0.5 ** (age * 86_400e6 / half_life)), 10**6) for age in ages), Fraction(0))

    def is_followed(self, leaf: Followed, one: Stored, now: int) -> bool:
        """Whether some other came later, in time and with the same value; or none did, and the time has passed."""
        own = at(one.event.name, leaf.same, one.event.props, {}) if leaf.same else "any"
        until = now if leaf.within is None else one.event.at + length(leaf.within)
        replies = [
            other
            for other in self.counting(leaf.then, now)
            if one.event.at < other.event.at <= until
            and (not leaf.same or at(other.event.name, leaf.same, other.event.props, {}) == own)
        ]
        return own is not None and (bool(replies) if leaf.happened else not replies and until <= now)

    def anniversary(self, leaf: Anniversary, now: int) -> bool:
        """Whether the day of some year that is theirs is today, or one of the days before or after, where they are."""
        born, place = self.trait(leaf.name), self.trait("time_zone")
        zone = ZoneInfo(str(place)) if place in TIME_ZONES else ZONE
        days = range(1, leaf.days + 1) if leaf.days > 0 else range(leaf.days, 0) if leaf.days < 0 else [0]
        here = local_day(now, zone)
        return any(is_theirs(born, here + timedelta(days=day)) for day in days)

    def counting(self, scope: Scope, now: int) -> list[Stored]:
        """The events in scope, oldest first."""
        return [one for one in self.events if one.event.name == scope.event and self.rows(one, scope, now)]

    def rows(self, one: Stored, scope: Scope, now: int, measured: str = "") -> list[Row]:
        """The event with each of its line items that the scope and the measure speak of; one empty item if of none."""
        if isinstance(scope.window, After):
            last = [each.event.at for each in self.counting(Scope(scope.window.event, scope.window.where), now)][-1:]
            if not last or one.event.at <= last[0]:
                return []
        elif not in_window(one.event.at, scope.window, now):
            return []
        items = line_items(one, [*paths(scope.where), measured])
        return [(one.event.props, item) for item in items if passes(scope, scope.where, one.event.props, item)]

    def measure(self, leaf: Measured | Amount, now: int) -> Known:
        """The value of a measure; counts and sums over nothing are 0, all else is missing."""
        found: list[Known] = []
        counted = 0
        for one in self.events:
            if one.event.name == leaf.scope.event:
                rows = self.rows(one, leaf.scope, now, leaf.path)
                counted += bool(rows)
                if not goes_through_list(leaf.scope.event, leaf.path):
                    rows = rows[:1]
                found += [at(leaf.scope.event, leaf.path, *row) for row in rows if leaf.path]
        there = [value for value in found if value is not None]
        numbers = [value for value in there if isinstance(value, Fraction)]
        match leaf.function:
            case Function.COUNT:
                return Fraction(counted)
            case Function.DISTINCT:
                return Fraction(len(set(there)))
            case Function.SUM:
                return sum(numbers, Fraction(0))
            case Function.AVERAGE:
                return sum(numbers, Fraction(0)) / len(numbers) if numbers else None
            case Function.MIN:
                return min(numbers, default=None)
            case Function.MAX:
                return max(numbers, default=None)


def in_window(happened: int, window: Ago | Dates | None, now: int) -> bool:
    """In the last W: now - W < at <= now; more than W ago: at <= now - W; since D: D <= at; before D: at < D."""
    if isinstance(window, Ago):
        return (window.far is None or now - length(window.far) < happened) and (
            window.near is None or happened <= now - length(window.near)
        )
    if isinstance(window, Dates):
        at = EPOCH + timedelta(microseconds=happened)
        return (window.since is None or begin(window.since) <= at) and (
            window.until is None or at < begin(window.until)
        )
    return True


def local_day(now: int, zone: tzinfo) -> date:
    """The day whose midnight was the last."""
    about = (EPOCH + timedelta(microseconds=now)).date()
    around = [about + timedelta(days=day) for day in range(-2, 3)]
    return max(day for day in around if datetime.combine(day, time(), zone) <= EPOCH + timedelta(microseconds=now))


def is_theirs(born: Known, day: date) -> bool:
    """Whether they celebrate on this day; who was born on 29 February does on the 28th if that is the last."""
    if not isinstance(born, str) or len(born) != len("1984-02-29"):
        return False
    leap = born.endswith("-02-29") and day.month == 2 and (day + timedelta(days=1)).month == 3
    return born[4:] == f"-{day:%m-%d}" or (leap and born[4] == "-")


def length(span: Span) -> int:
    return span.amount * (LENGTHS[span.unit] // timedelta(microseconds=1))


def begin(day: Day, zone: tzinfo = ZONE) -> datetime:
    """A date without a zone is of the project's zone, and without a time the instant at which it begins."""
    at = datetime.fromisoformat(day.text)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def paths(where: Filter | None) -> list[str]:
    match where:
        case None:
            return []
        case Property(path):
            return [path]
        case Not(part):
            return paths(part)
    return [path for part in where.parts for path in paths(part)]


def list_of(event: str, path: str) -> tuple[str, str]:
    """The list a path leads into and the field of its items; no list if it leads into none."""
    for name, planned in shop.EVENTS[event].items():
        if planned.kind is Kind.ITEMS and path.startswith(f"{name}."):
            return name, path.removeprefix(f"{name}.")
    return "", path


def goes_through_list(event: str, path: str) -> bool:
    return bool(list_of(event, path)[0])


def line_items(one: Stored, asked: list[str]) -> list[Mapping[str, Value]]:
    lists = {list_of(one.event.name, path)[0] for path in asked} - {""}
    if not lists:
        return [{}]
    (name,) = lists
    found = lookup(one.event.props, name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def passes(scope: Scope, where: Filter | None, props: Mapping[str, Value], item: Mapping[str, Value]) -> bool:
    if where is None:
        return True
    if isinstance(where, All | AnyOf):
        judged = [passes(scope, part, props, item) for part in where.parts]
        return all(judged) if isinstance(where, All) else any(judged)
    if isinstance(where, Not):
        return not passes(scope, where.part, props, item)
    return compares(where.test, at(scope.event, where.path, props, item))


def at(event: str, path: str, props: Mapping[str, Value], item: Mapping[str, Value]) -> Known:
    """The value at a path of an event, or of the line item if the path leads into the list."""
    name, field = list_of(event, path)
    planned = shop.EVENTS[event]
    kind = planned[name].fields[field].kind if name else planned[path].kind
    return known(lookup(item if name else props, field), kind)


def lookup(props: Mapping[str, Value], path: str) -> Value:
    """The first value told at a path that is not null; a name with dots in it comes before nested objects."""
    told = [value for found, value in flat(props, objects=True) if found == path and value is not None]
    return told[0] if told else None


def flat(props: Mapping[str, Value], *, objects: bool = False) -> Iterator[tuple[str, Value]]:
    """Every path and its value; what lies at the top comes first."""
    yield from ((key, value) for key, value in props.items() if objects or not isinstance(value, dict))
    for key, value in props.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{path}", inner) for path, inner in flat(value, objects=objects))


def known(value: Value, kind: Kind) -> Known:
    """The value as its kind has it; of another sort, or too large a number, it is missing."""
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else None
    if kind is Kind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST:
            return None
        return Fraction(round(Fraction(Decimal(str(value)) * 1_000_000)), 1_000_000)
    if not isinstance(value, str):
        return None
    return instant(value) if kind is Kind.TIME else value


def instant(text: str) -> datetime | None:
    """An instant with its zone; a date alone is where it begins in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if len(text) == len("2017-12-01") else found if found.tzinfo else None


def compares(test: Test, value: Known) -> bool:
    """With a missing value, only `is missing` holds."""
    if value is None or test.op is Op.MISSING:
        return value is None and test.op is Op.MISSING
    return COMPARED[test.op](value, [like(literal, value) for literal in test.values])


COMPARED: dict[Op, Callable[[Known, list[Known]], bool]] = {
    Op.PRESENT: lambda _, __: True,
    Op.IN: lambda value, to: value in to,
    Op.NOT_IN: lambda value, to: value not in to,
    Op.CONTAINS: lambda value, to: str(to[0]) in str(value),
    Op.STARTS: lambda value, to: str(value)[: len(str(to[0]))] == to[0],
    Op.ENDS: lambda value, to: str(value)[::-1].startswith(str(to[0])[::-1]),
    Op.MATCHES: lambda value, to: bool(re.search(str(to[0]), str(value), re.ASCII)),
    Op.BETWEEN: lambda value, to: less(to[0], value) and less(value, to[1]),
    Op.EQ: lambda value, to: value == to[0],
    Op.NE: lambda value, to: value != to[0],
    Op.LT: lambda value, to: not less(to[0], value),
    Op.LE: lambda value, to: less(value, to[0]),
    Op.GT: lambda value, to: not less(value, to[0]),
    Op.GE: lambda value, to: less(to[0], value),
}


def less(one: Known, other: Known) -> bool:
    """Whether `one` is at most `other`, which is of the same sort."""
    if isinstance(one, str) and isinstance(other, str):
        return [ord(char) for char in one] <= [ord(char) for char in other]
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one <= other
    assert isinstance(one, Fraction)
    assert isinstance(other, Fraction)
    return one <= other


def like(literal: Literal, value: Known) -> Known:
    """What is written, as something that compares with `value`."""
    if isinstance(literal, Day):
        return begin(literal) if isinstance(value, datetime) else literal.text
    return Fraction(literal) if isinstance(literal, Decimal) else literal
