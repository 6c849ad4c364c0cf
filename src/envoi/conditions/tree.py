"""A condition as data: the tree a person's sentence parses into, and prints back from, without loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

Part_co = TypeVar("Part_co", covariant=True)


@dataclass(frozen=True, slots=True)
class All(Generic[Part_co]):
    """Every part holds."""

    parts: tuple[Part_co, ...]


@dataclass(frozen=True, slots=True)
class Gated(All[Part_co]):
    """A condition as it was written, the first part, and gates that the project puts before it: what people allow.

    It is judged like every `All`; it reads as it was written.
    """


@dataclass(frozen=True, slots=True)
class AnyOf(Generic[Part_co]):
    """At least one part holds."""

    parts: tuple[Part_co, ...]


@dataclass(frozen=True, slots=True)
class Not(Generic[Part_co]):
    """The part does not hold."""

    part: Part_co


class Op(StrEnum):
    """How a value is compared; each is written as its value reads."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    MATCHES = "matches"
    MISSING = "is missing"
    PRESENT = "is present"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, or an instant with its zone, as ISO 8601."""

    text: str


Literal = str | Decimal | bool | Day


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison with one value, two (`between`, both included), several (`in`) or none (`is missing`)."""

    op: Op
    values: tuple[Literal, ...] = ()


class Unit(StrEnum):
    """Units of time that always last the same."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86_400, Unit.WEEKS: 604_800}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as it was written: 30 days."""

    amount: int
    unit: Unit

    @property
    def micros(self) -> int:
        """The length in microseconds.

        >>> Span(2, Unit.MINUTES).micros
        120000000
        """
        return self.amount * SECONDS[self.unit] * 1_000_000


@dataclass(frozen=True, slots=True)
class Ago:
    """A window that moves with the present: now - far < at <= now - near."""

    #: None: from the beginning.
    far: Span | None = None
    #: None: up to now.
    near: Span | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """A window that stands still: since <= at < until."""

    since: Day | None = None
    until: Day | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """A test of one property of an event; of a field of its line items if the path goes through a list."""

    path: str
    test: Test
    at: int = field(default=0, compare=False)


Filter = All["Filter"] | AnyOf["Filter"] | Not["Filter"] | Property


@dataclass(frozen=True, slots=True)
class After:
    """A window that begins after the person's last event of this sort; empty as long as there was none."""

    event: str
    where: Filter | None = None
    at: int = field(default=0, compare=False)


Window = Ago | Dates | After


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events are meant."""

    event: str
    where: Filter | None = None
    window: Window | None = None
    at: int = field(default=0, compare=False)


class Function(StrEnum):
    """What is computed over the events in scope."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True)
class Did:
    """`did "X" more than 3 times in the last 30 days`; the test is of the number of times."""

    scope: Scope
    times: Test


@dataclass(frozen=True, slots=True)
class Measured:
    """`sum("X".total) in the last 90 days > 200`."""

    function: Function
    scope: Scope
    path: str
    test: Test


@dataclass(frozen=True, slots=True)
class Amount:
    """`sum("X".total) in the last 90 days`; a count has no path."""

    function: Function
    scope: Scope
    path: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """`count("X") in the last 7 days > count("X") between 7 and 14 days ago`."""

    left: Amount
    op: Op
    right: Amount


@dataclass(frozen=True, slots=True)
class Followed:
    """`did "X" then did not "Y" with the same cart_id within 4 hours in the last 7 days`; the window is that of X."""

    first: Scope
    #: Without a window.
    then: Scope
    #: Whether it did follow, or did not.
    happened: bool
    #: A property that both have, with equal values; empty: none.
    same: str = ""
    #: None: ever after.
    within: Span | None = None


@dataclass(frozen=True, slots=True)
class Nth:
    """`the 2nd "X" in the last 30 days had total > 50`; the place counts from 1, and -1 is the last."""

    place: int
    scope: Scope
    had: Filter


@dataclass(frozen=True, slots=True)
class Since:
    """`days since last "X" between 31 and 60`; the test's numbers count `unit`."""

    unit: Unit
    first: bool
    scope: Scope
    test: Test


@dataclass(frozen=True, slots=True)
class Trait:
    """`age between 25 and 34`.

    `consents to newsletter` is the trait `consent.newsletter`, true, and `model churn` the trait `model.churn`.
    """

    name: str
    test: Test
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Anniversary:
    """`birthday is today`, `is in the next 7 days` (7), `was in the last 3 days` (-3)."""

    name: str
    days: int
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """`in segment "Recent buyers"`."""

    segment: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Points:
    """`points purchase_intent >= 10`."""

    name: str
    test: Test
    at: int = field(default=0, compare=False)


Deed = Did | Measured | Compared | Since | Followed | Nth
Leaf = Deed | Trait | Anniversary | Member | Points
Condition = All["Condition"] | AnyOf["Condition"] | Not["Condition"] | Leaf
