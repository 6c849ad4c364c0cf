"""Each kind of leaf as SQL: who it holds for among those with something to judge, found by one scan of history."""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from typing import TYPE_CHECKING, Any

from envoi.conditions import calendar
from envoi.conditions.bound import (
    Age,
    AnniversaryLeaf,
    BoundLeaf,
    ComparedLeaf,
    DecayedLeaf,
    EventLeaf,
    FollowedLeaf,
    NthLeaf,
    PointsLeaf,
    TraitLeaf,
)
from envoi.conditions.bound import Storage as Held
from envoi.conditions.decay import DAY
from envoi.conditions.tables_scope import filtered, scope, scope_of_several
from envoi.conditions.tables_sql import bound, checked, held_in, joined, kind_of, rows_of, sql
from envoi.conditions.tree import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envoi.clock import Instant
    from envoi.conditions.bound import Events, Measure, Quantity
    from envoi.tables import Query

_COUNTED = (Function.COUNT, Function.SUM, Function.DISTINCT)


def scan(leaf: BoundLeaf, at: Instant, *, opposite: bool) -> Query:
    """The people, among those with something to judge, for whom the leaf holds at `at`; or for whom it does not."""
    found, check = _SCANS[type(leaf)](leaf, at)
    return sql(found, " NOT (", check, ")") if opposite else sql(found, " ", check)


# -- measures


def scan_of_all(leaves: Sequence[EventLeaf], at: Instant) -> Query:
    """The people with some event for whom every one of these leaves holds, all over the same events."""
    found, _ = _measured(leaves[0], at)
    return sql(found, " ", joined(" AND ", (_having(leaf, at) for leaf in leaves)))


def _measured(leaf: EventLeaf, at: Instant) -> tuple[Query, Query]:
    events = scope(leaf.events, at, each_item=leaf.measure.of_item)
    return sql("SELECT e.person AS person FROM ", events, " GROUP BY e.person HAVING"), _having(leaf, at)


def _having(leaf: EventLeaf, at: Instant) -> Query:
    measure = leaf.measure
    match measure.function:
        case Age.OF_LAST | Age.OF_FIRST:
            edge = "MAX" if measure.function is Age.OF_LAST else "MIN"
            return checked(sql(bound(at), f" - {edge}(e.at)"), leaf.check)
        case Function.AVERAGE:
            # Sums of whole numbers instead of a quotient: no engine rounds it.
            amount, parts = _folded(measure)
            return checked(amount, leaf.check, times=f" * {parts}")
        case _:
            return checked(_folded(measure)[0], leaf.check)


def _folded(measure: Measure) -> tuple[str, str]:
    """What a group amounts to, as a quotient of whole numbers."""
    column = held_in("i" if measure.of_item else "e", measure.path, measure.storage)
    match measure.function:
        case Function.SUM:
            return f"COALESCE(SUM({column}), 0)", "1"
        case Function.DISTINCT:
            return f"COUNT(DISTINCT {column})", "1"
        case Function.AVERAGE:
            return f"SUM({column})", f"COUNT({column})"
        case Function.MIN | Function.MAX:
            return f"{measure.function.upper()}({column})", "1"
        case _:
            return "COUNT(*)", "1"


def _compared(leaf: ComparedLeaf, at: Instant) -> tuple[Query, Query]:
    """Both sides as quotients of whole numbers, multiplied crosswise."""
    both = sql(
        _side(leaf.left, at, "{amount} AS la, {parts} AS lp, {none} AS ra, {none} AS rp"),
        " UNION ALL ",
        _side(leaf.right, at, "{none} AS la, {none} AS lp, {amount} AS ra, {parts} AS rp"),
    )
    shared = gcd(leaf.left.unit, leaf.right.unit)
    left, right = (
        sql(_total(side, f"{of}a"), f" * COALESCE(MAX({other}p), 1) * ", bound(unit // shared))
        for side, of, other, unit in ((leaf.left, "l", "r", leaf.right.unit), (leaf.right, "r", "l", leaf.left.unit))
    )
    check = sql(left, f" {'<>' if leaf.check.op == '!=' else leaf.check.op} ", right)
    return sql("SELECT person FROM (", both, ") AS sides GROUP BY person HAVING"), check


def _side(side: Quantity, at: Instant, columns: str) -> Query:
    amount, parts = (f"CAST({each} AS DECIMAL(38, 0))" for each in _folded(side.measure))
    named = columns.replace("{amount}", amount).replace("{parts}", parts)
    named = named.replace("{none}", "CAST(NULL AS DECIMAL(38, 0))")
    events = scope(side.events, at, each_item=side.measure.of_item)
    return sql(f"SELECT e.person AS person, {named} FROM ", events, " GROUP BY e.person")


def _total(side: Quantity, amount: str) -> str:
    return f"COALESCE(MAX({amount}), 0)" if side.measure.function in _COUNTED else f"MAX({amount})"


# -- points


def _points(leaf: PointsLeaf, at: Instant) -> tuple[Query, Query]:
    given = _given(leaf.parts, at)
    return sql("SELECT person FROM (", given, ") AS given GROUP BY person HAVING"), checked("SUM(given)", leaf.check)


def _given(parts: Sequence[tuple[int, Events]], at: Instant, *, more: Query | str = "") -> Query:
    """The events of a scheme with the points given for them, and `more` columns."""
    if together := scope_of_several([events for _, events in parts], at):
        events, tests = together
        each = (
            sql("CASE WHEN ", test, " THEN CAST(", bound(points), " AS BIGINT) ELSE 0 END")
            for test, (points, _) in zip(tests, parts, strict=True)
        )
        return sql("SELECT e.person AS person, ", joined(" + ", each), " AS given", more, " FROM ", events)
    scans = (
        sql(
            "SELECT e.person AS person, CAST(", bound(points), " AS BIGINT) AS given", more, " FROM ", scope(events, at)
        )
        for points, events in parts
    )
    return joined(" UNION ALL ", scans)


def _decayed(leaf: DecayedLeaf, at: Instant) -> tuple[Query, Query]:
    # Whole days, as the microseconds in them: engines differ in how they divide.
    age = sql(", (", bound(at), " - e.at) - (", bound(at), " - e.at) % ", bound(DAY), " AS age")
    worth = rows_of([(days * DAY, weight) for days, weight in enumerate(leaf.weights)], "worth(age, weight)")
    given = sql("(", _given(leaf.parts, at, more=age), ") AS given JOIN ", worth, " ON worth.age = given.age")
    return sql("SELECT person FROM ", given, " GROUP BY person HAVING"), checked("SUM(given * weight)", leaf.check)


# -- order


def _followed(leaf: FollowedLeaf, at: Instant) -> tuple[Query, Query]:
    return _ever_followed(leaf, at) if leaf.within is None else _soon_followed(leaf, leaf.within, at)


def _ever_followed(leaf: FollowedLeaf, at: Instant) -> tuple[Query, Query]:
    found = sql("SELECT person FROM (", _both(leaf, at), ") AS steps GROUP BY person, same HAVING")
    if leaf.happened:
        return found, sql("MAX(reply) > MIN(opened)")
    return found, sql("MAX(opened) >= COALESCE(MAX(reply), MAX(opened))")


def _soon_followed(leaf: FollowedLeaf, within: int, at: Instant) -> tuple[Query, Query]:
    if not leaf.happened:
        # Only where the time for it has passed.
        leaf = replace(leaf, first=replace(leaf.first, near=max(leaf.first.near, within)))
    frame = "RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
    later = f"MIN(reply) OVER (PARTITION BY person, same ORDER BY COALESCE(opened, reply) {frame})"
    each = sql(f"SELECT person, opened, {later} AS next_reply FROM (", _both(leaf, at), ") AS steps")
    found = sql("SELECT person FROM (", each, ") AS pairs WHERE opened IS NOT NULL AND")
    if leaf.happened:
        return found, sql("next_reply - opened <= ", bound(within))
    return found, sql("(next_reply IS NULL OR next_reply - opened > ", bound(within), ")")


def _both(leaf: FollowedLeaf, at: Instant) -> Query:
    """When each first event opened, and when each other was a reply; one event may be both."""
    # A reply comes after what it replies to, so it need not be looked for earlier.
    then = replace(leaf.then, far=leaf.first.far, since=leaf.first.since)
    same = held_in("e", leaf.path, leaf.storage) if leaf.path else "CAST(NULL AS BIGINT)"
    there = f" AND {same} IS NOT NULL" if leaf.path else ""
    none = "CAST(NULL AS BIGINT)"
    if together := scope_of_several([leaf.first, then], at):
        events, tests = together
        opened, reply = (sql("CASE WHEN ", test, " THEN e.at END") for test in tests)
        return sql(
            f"SELECT e.person, {same} AS same, ", opened, " AS opened, ", reply, " AS reply FROM ", events, there
        )
    first = sql(f"SELECT e.person, {same} AS same, e.at AS opened, {none} AS reply FROM ", scope(leaf.first, at), there)
    return sql(first, f" UNION ALL SELECT e.person, {same}, {none}, e.at FROM ", scope(then, at), there)


def _nth(leaf: NthLeaf, at: Instant) -> tuple[Query, Query]:
    order = "e.at, e.seq" if leaf.place > 0 else "e.at DESC, e.seq DESC"
    numbered = sql(
        f"SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.person ORDER BY {order}) AS place FROM ", scope(leaf.events, at)
    )
    found = sql("SELECT e.person AS person FROM (", numbered, ") AS e WHERE e.place = ", bound(abs(leaf.place)), " AND")
    return found, filtered(leaf.had, at)


# -- what is known of people


def latest(key: str, storage: Held, at: Instant) -> Query:
    """The person and latest value of a trait, in parentheses."""
    newest = "ROW_NUMBER() OVER (PARTITION BY t.person ORDER BY t.at DESC, t.seq DESC) AS newest"
    told = sql(
        f'SELECT t.person, t."{kind_of(storage)}" AS held, {newest} FROM traits AS t WHERE t."key" = ',
        bound(key),
        " AND t.at <= ",
        bound(at),
    )
    return sql("(SELECT person, held FROM (", told, ") AS told WHERE newest = 1)")


def _trait(leaf: TraitLeaf, at: Instant) -> tuple[Query, Query]:
    held = latest(leaf.key, leaf.storage, at)
    return sql("SELECT person FROM ", held, " AS latest WHERE"), checked("held", leaf.check)


def _anniversary(leaf: AnniversaryLeaf, at: Instant) -> tuple[Query, Query]:
    here = calendar.today(at, leaf.zone)
    elsewhere = {name: day for name in sorted(calendar.zones()) if (day := calendar.today_in(name, at)) != here}
    days = {here, *elsewhere.values()}
    marks = [
        (day.isoformat(), mark) for day in sorted(days) for mark in sorted(calendar.marks(day, leaf.first, leaf.last))
    ]
    # A name that is of no zone and a zone where it is the same day come to the same.
    own = sql(
        " LEFT JOIN ",
        latest(calendar.TIME_ZONE, Held.TEXT, at),
        " AS own ON own.person = born.person LEFT JOIN ",
        rows_of([(name, day.isoformat()) for name, day in elsewhere.items()], "zones(zone, day)"),
        " ON zones.zone = own.held",
    )
    found = sql(
        "SELECT born.person AS person FROM ",
        latest(leaf.key, Held.TEXT, at),
        " AS born",
        own if elsewhere else "",
        " JOIN ",
        rows_of(marks, "marks(day, mark)"),
        " ON marks.day = ",
        sql("COALESCE(zones.day, ", bound(here.isoformat()), ")") if elsewhere else bound(here.isoformat()),
        " AND marks.mark = RIGHT(born.held, 5) WHERE",
    )
    return found, sql("LENGTH(born.held) = 10 AND SUBSTR(born.held, 5, 1) = ", bound("-"))


#: A query up to the test of each person, and the test. Any: each is called with the leaf that it stands beside.
_SCANS: dict[type[BoundLeaf], Callable[[Any, Instant], tuple[Query, Query]]] = {
    EventLeaf: _measured,
    PointsLeaf: _points,
    DecayedLeaf: _decayed,
    ComparedLeaf: _compared,
    FollowedLeaf: _followed,
    NthLeaf: _nth,
    TraitLeaf: _trait,
    AnniversaryLeaf: _anniversary,
}
