"""Random conditions about nothing in particular: every tree that a text can have, its names as odd as can be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st

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
    Window,
)

Part = TypeVar("Part")

_ODD = [
    "consent.",
    "consent.a b",
    ".",
    "a..b",
    "`",
    '"',
    "\\",
    "\\`",
    " ",
    "\n",
    "é",
    "e\u0301",
    "1a",
    "true",
    "days",
    "times",
]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(_ODD)
names = st.one_of(texts.filter(bool), st.sampled_from(sorted(RESERVED)), st.sampled_from(["total", "a.b", "a.and.b"]))
numbers = st.decimals(-9 * 10**12, 9 * 10**12, places=6).map(lambda number: number.normalize())
days = st.builds(
    lambda day, time: Day(day.isoformat() + time),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["", "T09:30", "T23:59:59", "T00:00:00.5", "T00:00:00.000001Z", "T12:00-05:00"]),
)
literals: st.SearchStrategy[Literal] = st.one_of(numbers, texts, st.booleans(), days)
spans = st.builds(Span, st.integers(1, 1000), st.sampled_from(Unit))
_whole = st.integers(0, 10**6).map(Decimal)
_FUNCTIONS = [function for function in Function if function is not Function.COUNT]
_single = [op for op in Op if op not in (Op.BETWEEN, Op.IN, Op.NOT_IN, Op.MISSING, Op.PRESENT)]

tests: st.SearchStrategy[Test] = st.one_of(
    st.builds(lambda op, value: Test(op, (value,)), st.sampled_from(_single), literals),
    st.tuples(literals, literals).map(lambda two: Test(Op.BETWEEN, two)),
    st.builds(Test, st.sampled_from([Op.IN, Op.NOT_IN]), st.lists(literals, min_size=1, max_size=3).map(tuple)),
    st.sampled_from([Test(Op.MISSING), Test(Op.PRESENT)]),
)
#: After a window, `between` two dates would be another.
measured = tests.filter(lambda test: test.op is not Op.BETWEEN or not isinstance(test.values[0], Day))
times: st.SearchStrategy[Test] = st.one_of(
    st.builds(lambda op, n: Test(op, (n,)), st.sampled_from([Op.EQ, Op.LT, Op.LE, Op.GT, Op.GE]), _whole),
    st.tuples(_whole, _whole).map(lambda two: Test(Op.BETWEEN, two)),
)


def _grouped(inner: st.SearchStrategy[Part]) -> st.SearchStrategy[Not[Part] | All[Part] | AnyOf[Part]]:
    few = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, few), st.builds(AnyOf, few))


filters: st.SearchStrategy[Filter] = st.recursive(st.builds(Property, names, tests), _grouped, max_leaves=4)
windows: st.SearchStrategy[Window | None] = st.one_of(
    st.none(),
    st.builds(Ago, spans),
    st.builds(Ago, st.none(), spans),
    st.tuples(spans, spans).filter(lambda two: two[0].micros > two[1].micros).map(lambda two: Ago(*two)),
    st.builds(Dates, days),
    st.builds(Dates, st.none(), days),
    st.builds(Dates, days, days),
    st.builds(After, texts, st.none() | filters),
)
# Deferred, lest Hypothesis write out all that they may be.
scopes = st.deferred(lambda: st.builds(Scope, texts, st.none() | filters, windows))
_plain_scopes = st.deferred(lambda: st.builds(Scope, texts, st.none() | filters))
amounts = st.one_of(
    st.builds(Amount, st.just(Function.COUNT), scopes), st.builds(Amount, st.sampled_from(_FUNCTIONS), scopes, names)
)
_ordered = st.sampled_from([Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE])
_places = st.integers(1, 130) | st.just(-1)
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        st.builds(Did, scopes, times),
        st.builds(Measured, st.sampled_from(_FUNCTIONS), scopes, names, measured),
        st.builds(Measured, st.just(Function.COUNT), scopes, st.just(""), measured),
        st.builds(Since, st.sampled_from(Unit), st.booleans(), scopes, measured),
        st.builds(Compared, amounts, _ordered, amounts),
        st.builds(Followed, scopes, _plain_scopes, st.booleans(), st.just("") | names, st.none() | spans),
        st.builds(Nth, _places, scopes, filters),
        st.builds(Anniversary, names, st.integers(-365, 365)),
        st.builds(Trait, names, tests),
        st.builds(Trait, names.map(lambda name: f"model.{name}"), tests),
        st.builds(Trait, names.map(lambda name: f"consent.{name}"), st.just(Test(Op.EQ, (True,)))),
        st.builds(Member, texts),
        st.builds(Points, names, tests),
    ),
    _grouped,
    max_leaves=5,
)
