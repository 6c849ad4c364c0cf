"""Who came into a segment and who left it: the last of them with their causes, and its size from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from envoi.clock import Instant, instant, moment
from envoi.events.event import Name
from envoi.segments.batch import count
from envoi.segments.transition import BY_TIME, event_of, from_event
from envoi.tables import Query, column, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from envoi.conditions.bound import Bound
    from envoi.events.event import PersonId, Stored
    from envoi.events.port import Archive
    from envoi.tables import Tables

#: How many days of history are shown.
DAYS = 30
#: Every time zone is a multiple of this apart from any other.
_QUARTER = 15 * 60 * 1_000_000
_MOVES = (Name.SEGMENT_ENTERED, Name.SEGMENT_LEFT)
#: Events of history that record a move of one segment.
_OF = f"e.name IN (?, ?) AND e.{quoted(column('text', 'segment'))} = ?"
#: A cause that is an event begins with this (segments/transition.py).
_EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One person's way in or out."""

    #: Its position in the log.
    seq: int
    person: PersonId
    at: Instant
    entered: bool
    #: "event", "time" or "definition".
    cause: str
    #: The event that is the cause, if one is.
    by: Stored | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A segment at the end of a day."""

    day: str
    people: int
    entered: int = 0
    left: int = 0
    #: Whether it was counted from those who entered and left; else it was judged afterwards, as of then.
    is_recorded: bool = False


def moves_of(stored: Sequence[Stored], archive: Archive) -> list[Move]:
    """The moves that these events record, in their order; what is no transition is left out."""
    found = [(one.seq, move) for one in stored if (move := from_event(one))]
    causes = {event_of(move.cause) for _, move in found if _sort(move.cause) == _EVENT}
    events = {one.seq: one for one in archive.fetch(sorted(causes))}
    return [
        Move(
            seq=seq,
            person=move.person,
            at=move.at,
            entered=move.entered,
            cause=_sort(move.cause),
            by=events.get(event_of(move.cause)) if _sort(move.cause) == _EVENT else None,
        )
        for seq, move in found
    ]


def _sort(cause: str) -> str:
    return BY_TIME if cause == BY_TIME else cause.split(maxsplit=1)[0]


def last_moves(segment: str, tables: Tables, archive: Archive, *, limit: int) -> list[Stored]:
    """The events of the last moves that history has, the newest first; none where no live host ever ran."""
    if not _is_recorded(tables):
        return []
    sql = f"SELECT e.seq AS seq FROM events AS e WHERE {_OF} ORDER BY e.seq DESC LIMIT ?"
    return archive.fetch(tables.query(Query(sql, (*_MOVES, segment, limit))).column("seq").to_pylist())


def _is_recorded(tables: Tables) -> bool:
    observed = tables.observed()
    return any("segment" in observed.get(name, {}) for name in _MOVES)


def by_day(segment: str, condition: Bound, tables: Tables, *, at: Instant, zone: tzinfo) -> list[Day]:
    """The segment at the end of each of the last days, and now; by its log, and before that began as judged today."""
    ends = _ends(at, zone)
    recorded = _recorded(segment, tables, ends)
    seen = tables.query(Query("SELECT MIN(first_at) AS first FROM people", ())).column("first")[0].as_py()
    days = []
    for (day, end), known in zip(ends, recorded, strict=True):
        if known is not None:
            days.append(known)
        elif seen is not None and end >= seen:
            days.append(Day(day=day, people=count(condition, tables, end)))
    return days


def _ends(at: Instant, zone: tzinfo) -> list[tuple[str, Instant]]:
    """Each day and its last instant; today ends now."""
    today = moment(at).astimezone(zone).date()
    past = [today - timedelta(days=n) for n in range(DAYS - 1, 0, -1)]
    midnights = [datetime.combine(day + timedelta(days=1), time(), zone) for day in past]
    return [
        *((day.isoformat(), Instant(instant(end) - 1)) for day, end in zip(past, midnights, strict=True)),
        (today.isoformat(), at),
    ]


def _recorded(segment: str, tables: Tables, ends: Sequence[tuple[str, Instant]]) -> list[Day | None]:
    """What the log says of each day; None for days before anything was recorded."""
    if not _is_recorded(tables):
        return [None] * len(ends)
    entered = f"SUM(CASE WHEN e.name = '{Name.SEGMENT_ENTERED}' THEN 1 ELSE 0 END)"
    sql = (
        f"SELECT CAST(FLOOR(e.at / ?) AS BIGINT) AS quarter, {entered} AS entered, COUNT(*) - {entered} AS gone"
        f" FROM events AS e WHERE {_OF} AND e.at <= ? GROUP BY quarter ORDER BY quarter"
    )
    rows = tables.query(Query(sql, (_QUARTER, *_MOVES, segment, ends[-1][1]))).to_pylist()
    return list(_added_up(rows, ends))


def _added_up(rows: Iterable[Mapping[str, int]], ends: Sequence[tuple[str, Instant]]) -> Iterable[Day | None]:
    waiting, people, has_begun = list(rows), 0, False
    for day, end in ends:
        entered = left = 0
        while waiting and int(waiting[0]["quarter"]) * _QUARTER <= end:
            row = waiting.pop(0)
            entered, left = entered + int(row["entered"]), left + int(row["gone"])
        people += entered - left
        has_begun = has_begun or entered + left > 0
        yield Day(day=day, people=people, entered=entered, left=left, is_recorded=True) if has_begun else None
