"""Which events count, as SQL: what stands after FROM, with the event as `e` and a line item as `i`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.conditions.tables_sql import bound, checked, held_in, joined, sql
from envoi.conditions.tree import All, AnyOf, Not

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from envoi.clock import Instant
    from envoi.conditions.bound import BoundFilter, Events
    from envoi.tables import Query

#: A stretch of time in microseconds: after the first, None if from the beginning, and until the second, it included.
Stretch = tuple[int | None, int]


def scope(events: Events, at: Instant, *, each_item: bool = False) -> Query:
    """FROM and WHERE for the events that count at `at`; with each line item that passes, if asked for."""
    parts = [*_named(events, "e"), *_within(span(events, at), "e")]
    joins: list[Query] = []
    if events.after is not None:
        parts.append(sql("e.at > before.last_at"))
        joins.append(sql(" JOIN (", _last(events.after, at), ") AS before ON before.person = e.person"))
    if each_item:
        parts.append(sql("i.list = ", bound(events.items)))
        joins.append(sql(" JOIN items AS i ON i.seq = e.seq"))
        parts += _where(events)
    elif events.items or events.where is not None:
        parts.append(filtered(events, at))
    return sql("events AS e", *joins, " WHERE ", joined(" AND ", parts))


def scope_of_several(several: Sequence[Events], at: Instant) -> tuple[Query, list[Query]] | None:
    """FROM and WHERE for the events of any of several scopes, and the test for each; None if they take a scan each."""
    if any(events.items or events.after for events in several):
        return None
    names, spans = {events.name for events in several}, {span(events, at) for events in several}
    own = [
        [
            *(_named(events, "e") if len(names) > 1 else []),
            *(_within(span(events, at), "e") if len(spans) > 1 else []),
            *_where(events),
        ]
        for events in several
    ]
    tests = [joined(" AND ", parts) if parts else sql("TRUE") for parts in own]
    # What they have in common tells the engine early which part of history to leave out.
    parts = [sql("e.name IN (", joined(", ", map(bound, sorted(names))), ")"), *_within(_around(spans), "e")]
    if len(spans) > 1 or any(events.where for events in several):
        parts.append(sql("(", joined(" OR ", (sql("(", test, ")") for test in tests)), ")"))
    return sql("events AS e WHERE ", joined(" AND ", parts)), tests


def span(events: Events, at: Instant) -> Stretch:
    """After when, None if from the beginning, and until when, the end included: the window without `after`."""
    begins = [] if events.far is None else [at - events.far]
    ends = [at - events.near]
    if events.since is not None:
        begins.append(events.since - 1)
    if events.until is not None:
        ends.append(events.until - 1)
    return max(begins, default=None), min(ends)


def filtered(events: Events, at: Instant) -> Query:
    """Whether the event `e` passes the filter; of line items, whether some one of them does."""
    where = sql("TRUE") if events.where is None else of_filter(events.where)
    if not events.items:
        return where
    # The name and the time are those of the event: so the engine can leave out other items early.
    same = [*_named(events, "i"), *_within(span(events, at), "i")]
    parts = [sql("i.seq = e.seq AND i.list = ", bound(events.items)), *same, where]
    return sql("EXISTS (SELECT 1 FROM items AS i WHERE ", joined(" AND ", parts), ")")


def of_filter(part: BoundFilter) -> Query:
    """A filter of the event `e` and the line item `i`."""
    if isinstance(part, All):
        return sql("(", joined(" AND ", map(of_filter, part.parts)), ")")
    if isinstance(part, AnyOf):
        return sql("(", joined(" OR ", map(of_filter, part.parts)), ")")
    if isinstance(part, Not):
        # A comparison with a missing value is NULL in SQL, and so is NOT NULL; for us it is false, so NOT is true.
        return sql("NOT COALESCE(", of_filter(part.part), ", FALSE)")
    return checked(held_in("i" if part.of_item else "e", part.path, part.storage), part.check)


def _last(events: Events, at: Instant) -> Query:
    return sql("SELECT e.person AS person, MAX(e.at) AS last_at FROM ", scope(events, at), " GROUP BY e.person")


def _around(spans: AbstractSet[Stretch]) -> Stretch:
    """The stretch that holds all of these."""
    begins = [after for after, _ in spans if after is not None]
    return min(begins) if len(begins) == len(spans) else None, max(until for _, until in spans)


def _named(events: Events, row: str) -> list[Query]:
    return [sql(f"{row}.name = ", bound(events.name))]


def _within(window: Stretch, row: str) -> list[Query]:
    after, until = window
    begin = [] if after is None else [sql(f"{row}.at > ", bound(after))]
    return [*begin, sql(f"{row}.at <= ", bound(until))]


def _where(events: Events) -> list[Query]:
    return [] if events.where is None else [of_filter(events.where)]
