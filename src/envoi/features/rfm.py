"""Recency, frequency and spend in five scores each, and the tiers they make: fields that conditions can test.

The cut points are written in the project and stay until someone changes them, so a person's score moves only by what
the person does and by time, never because others changed; `cut_points` proposes them from history (quintiles).
Each score from 1 to 5 and each tier is itself a condition, so they are exact at every instant, like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from envoi.conditions.bind_values import fitted_number, shown
from envoi.conditions.parse import NEVER, ONCE
from envoi.conditions.tree import (
    All,
    AnyOf,
    Condition,
    Did,
    Function,
    Measured,
    Not,
    Op,
    Scope,
    Since,
    Span,
    Test,
    Unit,
)
from envoi.conditions.written import test as written
from envoi.errors import ConditionError, ProjectError, did_you_mean
from envoi.events.number import SCALE
from envoi.tables import Query, num

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.clock import Instant
    from envoi.conditions.bind import Derived
    from envoi.conditions.tree import Ago
    from envoi.tables import Tables

SCORES = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rfm:
    """How a project scores its buyers."""

    event: str
    #: The property that is spent, a number.
    spend: str
    window: Ago
    #: Days since the last order, ascending: up to the first is score 5, beyond the last is score 1.
    recency_days: tuple[Decimal, Decimal, Decimal, Decimal]
    #: Orders in the window, ascending: above the last is score 5, up to the first is score 1.
    orders: tuple[Decimal, Decimal, Decimal, Decimal]
    #: Spend in the window, ascending likewise.
    spends: tuple[Decimal, Decimal, Decimal, Decimal]

    def __post_init__(self) -> None:
        """Checks the cut points: only ascending ones give everyone exactly one score.

        Raises:
            ProjectError: they do not ascend, or a number of orders is not whole.
        """
        for name in ("recency_days", "orders", "spends"):
            cuts = getattr(self, name)
            if list(cuts) != sorted(cuts):
                raise ProjectError(f"the cut points rfm.{name} do not ascend", hint="write the smallest first")
        if any(cut != int(cut) for cut in self.orders):
            raise ProjectError("the cut points rfm.orders are numbers of orders", hint="write whole numbers")


#: The tiers in order: a person is in the first that fits; (recency, frequency, spend) each at least.
TIERS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("champions", (4, 4, 4)),
    ("loyal", (3, 4, 1)),
    ("big spenders", (3, 1, 4)),
    ("promising", (4, 1, 1)),
    ("needs attention", (3, 1, 1)),
    ("slipping away", (2, 1, 1)),
    ("lost", (1, 1, 1)),
)


def fields(rfm: Rfm) -> dict[str, Derived]:
    """The derived fields: rfm_recency, rfm_frequency, rfm_spend (1 to 5) and rfm_tier; missing without an order."""
    return {
        **{f"rfm_{which}": partial(_scores, rfm, which) for which in ("recency", "frequency", "spend")},
        "rfm_tier": partial(_tiers, rfm),
    }


def _scores(rfm: Rfm, which: str, test: Test) -> Condition:
    if test.op in (Op.MISSING, Op.PRESENT):
        return _bought(rfm, test.op)
    check = fitted_number(test, 1)
    wanted = [_score(rfm, which, score) for score in SCORES if check.passes(score)]
    if not wanted:
        raise ConditionError(f"rfm_{which} is never {written(test)}", hint="scores go from 1 to 5")
    return wanted[0] if len(wanted) == 1 else AnyOf(tuple(wanted))


def _score(rfm: Rfm, which: str, score: int) -> Condition:
    """The condition of having exactly this score."""
    if which == "recency":
        step, cuts = 5 - score, rfm.recency_days
    else:
        step, cuts = score - 1, rfm.orders if which == "frequency" else rfm.spends
    parts = [_bought(rfm)]
    if step > 0:
        parts.append(_compared(rfm, which, Test(Op.GT, (cuts[step - 1],))))
    if step < len(cuts):
        parts.append(_compared(rfm, which, Test(Op.LE, (cuts[step],))))
    return All(tuple(parts))


def _bought(rfm: Rfm, op: Op = Op.PRESENT) -> Condition:
    """Whether there is an order to score, or none."""
    return Did(Scope(rfm.event, None, rfm.window), ONCE if op is Op.PRESENT else NEVER)


def _compared(rfm: Rfm, which: str, test: Test) -> Condition:
    scope = Scope(rfm.event, None, rfm.window)
    if which == "recency":
        return Since(Unit.DAYS, first=False, scope=scope, test=test)
    if which == "frequency":
        return Did(scope, test)
    return Measured(Function.SUM, scope, rfm.spend, test)


def _tiers(rfm: Rfm, test: Test) -> Condition:
    if test.op in (Op.MISSING, Op.PRESENT):
        return _bought(rfm, test.op)
    names = [name for name, _ in TIERS]
    if test.op not in (Op.EQ, Op.NE, Op.IN, Op.NOT_IN):
        raise ConditionError(f"a tier cannot be asked '{test.op}'", hint='write rfm_tier = "champions"')
    for value in test.values:
        if value not in names:
            raise ConditionError(f"no tier {shown(value)}", hint=did_you_mean(str(value), names))
    wanted = [name for name in names if (name in test.values) == (test.op in (Op.EQ, Op.IN))]
    if not wanted:
        raise ConditionError(f"no tier is {written(test)}", hint="write rfm_tier is missing for those without one")
    parts = tuple(_tier(rfm, name) for name in wanted)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _tier(rfm: Rfm, name: str) -> Condition:
    """The condition of fitting this tier and none before it."""
    index = [tier for tier, _ in TIERS].index(name)
    fits = [_at_least(rfm, least) for _, least in TIERS[: index + 1]]
    return All((fits[-1], *(Not(earlier) for earlier in fits[:-1])))


def _at_least(rfm: Rfm, least: tuple[int, int, int]) -> Condition:
    """Every score at least so high; written with one comparison a score, not five."""
    recency, frequency, spend = least
    parts = [_bought(rfm)]
    if recency > 1:
        parts.append(_compared(rfm, "recency", Test(Op.LE, (rfm.recency_days[5 - recency],))))
    if frequency > 1:
        parts.append(_compared(rfm, "frequency", Test(Op.GT, (rfm.orders[frequency - 2],))))
    if spend > 1:
        parts.append(_compared(rfm, "spend", Test(Op.GT, (rfm.spends[spend - 2],))))
    return All(tuple(parts))


def cut_points(tables: Tables, rfm: Rfm, at: Instant) -> dict[str, tuple[Decimal, ...]]:
    """Quintiles of the people who bought in the window as it is at `at`: what `rfm`'s cut points could be.

    The q-th is the value of the person at rank ceil(n * q / 5), rounded to hundredths; empty where nobody bought.
    """
    far, near = rfm.window.far, rfm.window.near
    sql = (
        f"SELECT ? - MAX(e.at) AS recency, COUNT(*) AS orders, COALESCE(SUM(e.{num(rfm.spend)}), 0) AS spend"
        f" FROM events AS e WHERE e.name = ? AND e.at <= ?{' AND e.at > ?' if far else ''} GROUP BY e.person"
    )
    bounds = (at - (near.micros if near else 0), *([at - far.micros] if far else []))
    rows = tables.query(Query(sql, (at, rfm.event, *bounds)))
    return {
        "recency_days": _quintiles(rows.column("recency").to_pylist(), Span(1, Unit.DAYS).micros),
        "orders": _quintiles(rows.column("orders").to_pylist(), 1),
        "spends": _quintiles(rows.column("spend").to_pylist(), SCALE),
    }


def _quintiles(values: Sequence[int], unit: int) -> tuple[Decimal, ...]:
    """Four cut points in `unit`s.

    >>> _quintiles([10, 20, 30, 40, 50], 10)
    (Decimal('1.00'), Decimal('2.00'), Decimal('3.00'), Decimal('4.00'))
    """
    ranked = sorted(values)
    ranks = [-(-len(ranked) * q // 5) for q in (1, 2, 3, 4)]
    return tuple(round(Decimal(ranked[rank - 1]) / unit, 2) for rank in ranks) if ranked else ()
