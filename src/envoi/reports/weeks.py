"""How much happened in each of the last weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.event import Name
from envoi.tables import Query

if TYPE_CHECKING:
    from envoi.clock import Instant
    from envoi.tables import Tables

#: What Envoi itself does.
OWN = (Name.DECISION_MADE, Name.EMAIL_SENT, Name.EMAIL_FAILED)
WEEK = 7 * 24 * 3600 * 1_000_000


def events_by_week(tables: Tables, at: Instant, *, weeks: int) -> list[int]:
    """How many events there were in each of the last `weeks` spans of seven days that end at `at`, oldest first.

    What Envoi itself did is left out.
    """
    sql = (
        'SELECT CAST(FLOOR((? - "at") / ?) AS BIGINT) AS ago, COUNT(*) AS n FROM events'
        f' WHERE "at" <= ? AND "at" > ? AND name NOT IN ({", ".join("?" * len(OWN))}) GROUP BY ago'
    )
    rows = tables.query(Query(sql, (at, WEEK, at, at - weeks * WEEK, *OWN))).to_pylist()
    counted = {int(row["ago"]): int(row["n"]) for row in rows}
    return [counted.get(ago, 0) for ago in reversed(range(weeks))]
