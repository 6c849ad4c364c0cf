"""Which events count, as SQL: what stands after FROM, with the event as `e` and a line item as `i`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.conditions.sql import bound, checked, held_in, joined, sql
from envoi.conditions.tree import All, AnyOf, Not

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.clock import Instant
    from envoi.conditions.bound import BoundFilter, Events
    from envoi.tables import Query


def scope(events: Events, at: Instant, *, each_item: bool = False) -> Query:
    """FROM and WHERE for the events that count at `at`; with each line item that passes, if asked for."""
    parts = _window(events, at, "e")
    joins: list[Query] = []
    if events.after is not None:
        parts.append(sql("e.at > before.last_at"))
        joins.append(sql(" JOIN (", _last(events.after, at), ") AS before ON before.person = e.person"))
    if each_item:
        parts.append(sql("i.list = ", bound(events.items)))
        joins.append(sql(" JOIN items AS i ON i.seq = e.seq"))
        if events.where is not None:
            parts.append(of_filter(events.where))
    elif events.items or events.where is not None:
        parts.append(filtered(events, at))
    return sql("events AS e", *joins, " WHERE ", joined(" AND ", parts))


def scope_of_several(several: Sequence[Events], at: Instant) -> tuple[Query, list[Query]] | None:
    """FROM and WHERE for the events of any of several scopes, and the test for each; None if they take a scan each."""
    if any(events.items or events.after for events in several):
        return None
    tests = [joined(" AND ", _conditions(events, at)) for events in several]
    # What they have in common tells the engine early which part of history to leave out.
    fars = [events.far for events in several if events.far is not None]
    begin = [sql("e.at > ", bound(at - max(fars)))] if len(fars) == len(several) else []
    names = sql("e.name IN (", joined(", ", map(bound, sorted({events.name for events in several}))), ")")
    some = sql("(", joined(" OR ", (sql("(", test, ")") for test in tests)), ")")
    whole = [*begin, sql("e.at <= ", bound(at - min(events.near for events in several))), names, some]
    return sql("events AS e WHERE ", joined(" AND ", whole)), tests


def _conditions(events: Events, at: Instant) -> list[Query]:
    return [*_window(events, at, "e"), *([] if events.where is None else [of_filter(events.where)])]


def filtered(events: Events, at: Instant) -> Query:
    """Whether the event `e` passes the filter; of line items, whether some one of them does."""
    where = sql("TRUE") if events.where is None else of_filter(events.where)
    if not events.items:
        return where
    parts = [sql("i.seq = e.seq AND i.list = ", bound(events.items)), *_window(events, at, "i"), where]
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


def _window(events: Events, at: Instant, row: str) -> list[Query]:
    far = None if events.far is None else at - events.far
    bounds = {
        "name =": events.name,
        "at <=": at - events.near,
        "at >": far,
        "at >=": events.since,
        "at <": events.until,
    }
    return [sql(f"{row}.{column} ", bound(value)) for column, value in bounds.items() if value is not None]
