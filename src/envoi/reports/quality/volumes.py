"""How many events of each name came from each source, day by day, against what comes on such days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from envoi.clock import Instant, duration
from envoi.events.event import Name
from envoi.people.quality.volume import WEEKS, banded
from envoi.reports.quality.traits import HOUR_OF
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from envoi.people.quality.volume import DayCount
    from envoi.reports.quality.windows import Windows
    from envoi.tables import Tables

#: Of Envoi's own events, what others tell us.
_TOLD = (Name.PROFILE_UPDATED, Name.CONSENT_CHANGED)
_OWN = tuple(name.value for name in Name if name not in _TOLD)
#: So many days are shown.
SHOWN = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The events of one name from one source."""

    event: str
    source: str
    total: int
    newest: Instant
    days: Sequence[DayCount]


def streams(tables: Tables, windows: Windows, *, width: float) -> list[Stream]:
    """Each stream with its last whole days; today is not over, and is not among them."""
    since = windows.at - duration(timedelta(days=SHOWN + 7 * WEEKS + 1))
    hour = HOUR_OF.format('"at"')
    sql = (
        f"SELECT name, COALESCE(source, '') AS source, {hour} AS hour, COUNT(*) AS n FROM events"
        f' WHERE "at" > ? AND "at" <= ? AND name NOT IN ({", ".join("?" * len(_OWN))}) GROUP BY name, source, hour'
    )
    counts: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in tables.query(Query(sql, (since, windows.at, *_OWN))).to_pylist():
        counts[row["name"], row["source"]][windows.day(int(row["hour"]))] += int(row["n"])
    shown = windows.whole_days(SHOWN)
    return [
        Stream(
            event=each.event,
            source=each.source,
            total=each.total,
            newest=each.newest,
            days=banded(
                counts[each.event, each.source], shown, begins=windows.day(each.first // _HOUR + 24), width=width
            ),
        )
        for each in _whole(tables, windows)
    ]


_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    event: str
    source: str
    total: int
    first: int
    newest: Instant


def _whole(tables: Tables, windows: Windows) -> list[_Whole]:
    """Every stream there ever was, with when it began: its first day was not a whole one."""
    sql = (
        "SELECT name AS event, COALESCE(source, '') AS source, COUNT(*) AS total, MIN(\"at\") AS first,"
        f' MAX("at") AS newest FROM events WHERE "at" <= ? AND name NOT IN ({", ".join("?" * len(_OWN))})'
        " GROUP BY name, source ORDER BY name, source"
    )
    return [_Whole(**row) for row in tables.query(Query(sql, (windows.at, *_OWN))).to_pylist()]
