"""Random conditions about the shop of the tests, so dense that most comparisons lie at an edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from envoi.clock import Instant, instant
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
    Since,
    Span,
    Test,
    Trait,
    Unit,
    Window,
)
from envoi.events.catalogue import Kind
from envoi.events.event import Stored
from tests.conditions import shop
from tests.conditions.histories import BIRTHDAYS, DAYS, NUMBERS, TEXTS, ZONES, seeded
from tests.conditions.oracle import TIME_ZONES, length, list_of

Part = TypeVar("Part")

ORDERED = (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE)
PRESENCE = (Op.MISSING, Op.PRESENT)
COUNTS = [Decimal(n) for n in range(5)]
FADED = [Decimal(n) for n in ("-0.25", "0", "0.15625", "0.375", "0.625", "2.5")]
POINTS = [Decimal(n) for n in ("-1", "0", "1.5", "2.5", "5")]
TIMES = [Day("2017-03-12"), Day("2017-03-12T00:02"), Day("2017-03-12T05:03:00Z"), Day("2017-03-12T03:59:59.999999")]
ANNIVERSARIES = [0, 0, 1, 2, 7, -1, -3]
BORN = {day for day in BIRTHDAYS if len(day) == len("1984-02-29")}
#: How far from an anniversary `is in the next 7 days` and the like may change, 29 February being no day of its own.
OFFSETS = sorted({first + leap for days in ANNIVERSARIES for first in (-days, -days + 1, 0, 1) for leap in (0, 1)})
PATTERNS = ["^a", "b$", "(?i)A", ".", "^.?$", "[^a-z]", "\\bhi\\b", "_|é", "^\\W*$", ""]
#: By kind, smallest first.
POOLS: dict[Kind, Sequence[Literal]] = {
    Kind.NUMBER: sorted({Decimal(str(number)) for number in NUMBERS if number < 1e12}),
    Kind.TEXT: sorted(TEXTS),
    Kind.BOOLEAN: [False, True],
    Kind.TIME: TIMES,
    Kind.DATE: [Day(day) for day in DAYS],
}
WINDOWS = [
    Dates(Day("2017-03-12"), None),
    Dates(None, Day("2017-03-12T00:02")),
    Dates(Day("2017-03-12"), Day("2017-03-12T05:03:00Z")),
]
LISTS = {"Order Completed": ("", "products", "basket.extras"), "Product Viewed": ("",)}
SPANS = [*(Span(n, Unit.MINUTES) for n in range(1, 7)), Span(90, Unit.SECONDS), Span(1, Unit.HOURS)]
PATHS = {
    event: {path: found.kind for path in plan.paths() if (found := plan.find(path)) and found.kind is not Kind.ITEMS}
    for event, plan in shop.CATALOGUE.events.items()
}


class Sentences:
    """Conditions, drawn by chance."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.leaves: dict[str, Callable[[], Leaf]] = {
            "did": self.did,
            "measure": self.measure,
            "count": self.count,
            "since": self.since,
            "trait": self.trait,
            "compared": self.two_compared,
            "followed": self.followed,
            "nth": self.nth,
            "anniversary": lambda: Anniversary("birthday", self.random.choice(ANNIVERSARIES)),
            "points": lambda: Points("intent", self.compared(POINTS)),
            "decay": lambda: Points("warmth", self.compared(FADED)),
            "segment": lambda: Member(self.random.choice(list(shop.SEGMENTS))),
        }

    def condition(self, kind: str = "group") -> Condition:
        """A condition of one phrase of this kind, or a group of several of any."""
        return self.leaves[kind]() if kind in self.leaves else self.grouped(self.any_leaf, deep=3)

    def any_leaf(self) -> Condition:
        return self.random.choice(list(self.leaves.values()))()

    def grouped(self, part: Callable[[], Part], *, deep: int) -> Part | Not[Part] | All[Part] | AnyOf[Part]:
        if deep == 0 or self.random.random() < 0.3:
            return part()
        parts = tuple(self.grouped(part, deep=deep - 1) for _ in range(self.random.randint(2, 3)))
        return self.random.choice([Not(parts[0]), All(parts), AnyOf(parts)])  # type: ignore[return-value]

    # -- leaves

    def did(self) -> Did:
        op = self.random.choice([Op.EQ, Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN])
        return Did(self.scope(), self.of(op, COUNTS))

    def measure(self) -> Measured:
        event = self.random.choice(list(PATHS))
        path, kind = self.random.choice(list(PATHS[event].items()))
        of_numbers = [Function.SUM, Function.AVERAGE, Function.AVERAGE, Function.MIN, Function.MAX]
        function = self.random.choice([Function.DISTINCT, *(of_numbers if kind is Kind.NUMBER else [])])
        scope = self.scope(event, list_of(event, path)[0])
        if function in (Function.SUM, Function.DISTINCT):
            return Measured(function, scope, path, self.compared(COUNTS))
        return Measured(function, scope, path, self.compared(POOLS[Kind.NUMBER], PRESENCE))

    def count(self) -> Measured:
        return Measured(Function.COUNT, self.scope(), "", self.compared(COUNTS))

    def two_compared(self) -> Compared:
        left, right = (self.random.choice([self.count, self.measure])() for _ in range(2))
        sides = (Amount(one.function, one.scope, one.path) for one in (left, right))
        return Compared(next(sides), self.random.choice(ORDERED), next(sides))

    def followed(self) -> Followed:
        first, then = self.scope(), replace(self.scope(), window=None)
        same = self.random.choice(["", "sku", "coupon", "gift", "total"])
        if same == "sku":
            first, then = (replace(self.scope("Product Viewed"), window=one.window) for one in (first, then))
        within = self.random.choice([None, *SPANS[:4], *SPANS[:4]])
        return Followed(first, then, self.random.random() < 0.5, same, within)

    def nth(self) -> Nth:
        scope = self.scope()
        return Nth(
            self.random.choice([1, 1, 2, 3, -1, -1]),
            scope,
            self.filter(scope.event, self.random.choice(LISTS[scope.event])),
        )

    def since(self) -> Since:
        return Since(Unit.MINUTES, self.random.random() < 0.5, self.scope(), self.compared(COUNTS, PRESENCE))

    def trait(self) -> Trait:
        name = self.random.choice([*shop.TRAITS, "consent.newsletter", "consent.profiling", "model.churn"])
        if name == "model.churn":
            return Trait(name, self.test(Kind.NUMBER))
        if name == "tier":
            return Trait(name, self.compared(["gold", "silver", "vip"], PRESENCE))
        return Trait(name, self.test(shop.TRAITS[name].kind if name in shop.TRAITS else Kind.BOOLEAN))

    # -- which events

    def scope(self, event: str = "", items: str = "") -> Scope:
        """A scope that speaks of no list but `items`; if that is empty, of any one."""
        event = event or self.random.choice(list(PATHS))
        items = items or self.random.choice(LISTS[event])
        filtered = self.random.random() < 0.6
        return Scope(event, self.filter(event, items) if filtered else None, self.window())

    def filter(self, event: str, items: str) -> Filter:
        allowed = [path for path in PATHS[event] if list_of(event, path)[0] in ("", items)]
        # What lies in the list is what goes wrong.
        inside = [path for path in allowed if items and list_of(event, path)[0]]

        def tested() -> Filter:
            path = self.random.choice(inside if inside and self.random.random() < 0.6 else allowed)
            return Property(path, self.test(PATHS[event][path]))

        return self.grouped(tested, deep=self.random.choice([0, 1, 2]))

    def window(self) -> Window | None:
        near, far = self.random.choices(SPANS, k=2)
        both = Ago(far, near) if length(near) < length(far) else Ago(far)
        event = self.random.choice(list(PATHS))
        after = After(event, self.filter(event, "") if self.random.random() < 0.3 else None)
        return self.random.choice([None, Ago(far), Ago(far), Ago(None, near), both, self.random.choice(WINDOWS), after])

    # -- tests

    def test(self, kind: Kind) -> Test:
        """Any test that a property of this kind may be put to."""
        if kind is Kind.BOOLEAN:
            return self.of(self.random.choice([Op.EQ, Op.NE, *PRESENCE]), POOLS[kind])
        more = (Op.CONTAINS, Op.STARTS, Op.ENDS) if kind is Kind.TEXT else ()
        if kind is Kind.TEXT and self.random.random() < 0.15:
            return Test(Op.MATCHES, (self.random.choice(PATTERNS),))
        return self.compared(POOLS[kind], (*more, *PRESENCE))

    def compared(self, pool: Sequence[Literal], more: Sequence[Op] = ()) -> Test:
        return self.of(self.random.choice([*ORDERED, Op.BETWEEN, Op.IN, Op.NOT_IN, *more]), pool)

    def of(self, op: Op, pool: Sequence[Literal]) -> Test:
        """A test with values of the pool, which is in order."""
        if op in PRESENCE:
            return Test(op)
        if op is Op.BETWEEN:
            low, high = sorted(self.random.choices(range(len(pool)), k=2))
            return Test(op, (pool[low], pool[high]))
        return Test(
            op, tuple(self.random.choices(pool, k=self.random.randint(1, 3) if op in (Op.IN, Op.NOT_IN) else 1))
        )


#: What `Sentences.condition` may be asked for.
KINDS = (
    *("did", "measure", "count", "since", "trait", "points", "segment", "group"),
    *("compared", "followed", "nth", "anniversary", "decay"),
)
conditions = st.integers(0, 1 << 32).map(lambda seed: Sentences(seeded(seed)).condition())


def spans(condition: Condition) -> Iterator[int]:
    """Every length of time after which an event may begin or cease to count, in microseconds."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from spans(part)
    elif isinstance(condition, Not):
        yield from spans(condition.part)
    elif isinstance(condition, Member):
        yield from spans(shop.DEFINITIONS.segments[condition.segment])
    elif isinstance(condition, Points):
        for _, scope in shop.DEFINITIONS.points[condition.name]:
            yield from _of_window(scope)
        if condition.name in shop.DEFINITIONS.half_lives:
            yield from (length(Span(days, Unit.DAYS)) for days in range(1, 12))
    else:
        yield from _of_leaf(condition)


def _of_leaf(leaf: Leaf) -> Iterator[int]:
    if isinstance(leaf, Compared):
        yield from (*_of_window(leaf.left.scope), *_of_window(leaf.right.scope))
    elif isinstance(leaf, Followed):
        yield from (*_of_window(leaf.first), *([length(leaf.within)] if leaf.within else []))
    elif isinstance(leaf, Did | Measured | Since | Nth):
        yield from _of_window(leaf.scope)
    if isinstance(leaf, Since):
        ages = [age for age in leaf.test.values if isinstance(age, Decimal)]
        yield from (int(age * length(Span(1, leaf.unit))) for age in ages)


def _of_window(scope: Scope) -> list[int]:
    if not isinstance(scope.window, Ago):
        return []
    return [length(span) for span in (scope.window.far, scope.window.near) if span]


def edges(condition: Condition, history: list[Stored], until: int = 2018) -> list[Instant]:
    """Every instant at which the condition may change for someone, and the microseconds before and after, in order.

    Of anniversaries those up to the end of the year `until`.
    """
    after = {0, *spans(condition)}
    at = {one.event.at + span for one in history for span in after} | (
        set(_midnights(history, until)) if dated(condition) else set()
    )
    return sorted({Instant(one + off) for one in at for off in (-1, 0, 1)})


def dated(condition: Condition) -> bool:
    """Whether it speaks of anniversaries."""
    if isinstance(condition, All | AnyOf):
        return any(dated(part) for part in condition.parts)
    return dated(condition.part) if isinstance(condition, Not) else isinstance(condition, Anniversary)


def _midnights(history: list[Stored], until: int) -> Iterator[int]:
    """The midnights at which an anniversary that this history speaks of may come near, or be over."""
    told = [value for one in history for value in one.event.props.values() if isinstance(value, str)]
    # 29 February is not there every year; OFFSETS know of the day after the 28th.
    born = {day[5:] if day[5:] != "02-29" else "02-28" for day in told if day in BORN}
    days = [date.fromisoformat(f"{year}-{day}") for day in born for year in range(2016, until + 1)]
    for zone in {"America/New_York", *told} & {*ZONES} & TIME_ZONES:
        for day in days:
            for off in OFFSETS:
                yield instant(datetime.combine(day + timedelta(days=off), time(), ZoneInfo(zone)))
