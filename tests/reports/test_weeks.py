"""Weeks end at the present; nothing later counts, and nothing that Envoi did."""

from __future__ import annotations

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.event import Event, Name, PersonId, Stored
from envoi.reports.weeks import WEEK, events_by_week

NOW = Instant(1_714_554_000_000_000)


def test_each_event_counts_in_its_week() -> None:
    # Two in the last week, one of them now; one exactly a week ago, so in the week before; one too old, one to come.
    happened = [("E", 0), ("E", WEEK - 1), ("E", WEEK), ("E", 3 * WEEK), ("E", -1), (Name.EMAIL_SENT, 1)]
    tables = DuckTables(None, Catalogue())
    tables.write(
        [
            Stored(
                seq=seq,
                person=PersonId("a"),
                event=Event(id=str(seq), source="t", name=name, keys={}, at=Instant(NOW - age), seen_at=NOW),
            )
            for seq, (name, age) in enumerate(happened, 1)
        ]
    )
    assert events_by_week(tables, NOW, weeks=3) == [0, 1, 2]
