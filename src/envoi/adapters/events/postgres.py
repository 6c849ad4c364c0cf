"""The log in a PostgreSQL database: a row an event, acknowledged after the server's fsync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.postgres import APPENDING, as_bytes, as_json
from envoi.events.emptied import ERASURES, emptied_id
from envoi.events.event import ENVOI, NOBODY, Event, PersonId, Rejected, Stored
from envoi.people.regroup import BEYOND, PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.adapters.postgres import Postgres
    from envoi.events.port import Batch, Follow, Whose

#: How many events one read fetches: so a long read holds no snapshot that would keep old rows from being cleared away.
_PAGE = 1_000

# Names are bytes: see `as_bytes`.
_TABLES = (
    """CREATE TABLE IF NOT EXISTS events (
        seq bigint PRIMARY KEY, source bytea NOT NULL, id bytea NOT NULL, person bytea NOT NULL, body bytea NOT NULL,
        UNIQUE (source, id))""",
    """CREATE TABLE IF NOT EXISTS rejected (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source bytea NOT NULL, body bytea NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS marks (name bytea PRIMARY KEY, position bigint NOT NULL)",
)

# Of each (source, id) the first that came, if none is there; without gaps, since one process appends at a time.
_INSERT = """WITH came AS (
        SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[])
            WITH ORDINALITY AS came (source, id, person, body, place)),
    first AS (SELECT DISTINCT ON (source, id) * FROM came ORDER BY source, id, place),
    new AS (
        SELECT * FROM first
            WHERE NOT EXISTS (SELECT FROM events AS e WHERE e.source = first.source AND e.id = first.id))
    INSERT INTO events
        SELECT %s + row_number() OVER (ORDER BY place), source, id, person, body FROM new ORDER BY place
        RETURNING seq, source, id"""
_SELECT = "SELECT seq, person, body FROM events"
_MARK = "INSERT INTO marks VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET position = excluded.position"

_event = msgspec.json.Decoder(Event).decode
_rejected = msgspec.json.Decoder(Rejected).decode


class PostgresEventLog:
    """An EventLog in a PostgreSQL database; processes that append take turns."""

    def __init__(self, database: Postgres, key: bytes = b"", whose: Whose | None = None) -> None:
        """With the project's secret as `key`, an event that was erased is known when it is delivered again."""
        self._db = database
        self._key = key
        self._whose = whose
        database.create(*_TABLES)

    def append(self, batch: Batch, follow: Follow | None = None) -> list[Stored]:
        """Writes the batch, and what follows from it, in one commit and returns what was new.

        Raises:
            StoreFailed: the server refused, or its disk is full; nothing is stored.
            StoreLost: the connection was lost, and it is stored as a whole or not at all.
            StoreBusy: another process kept the log locked too long; nothing is stored.
        """
        with self._db.transaction():
            self._db.rows("SELECT pg_advisory_xact_lock(%s)", (APPENDING,))
            stored = self._add(self._whose(batch.events) if self._whose else batch.events)
            new: Sequence[Stored] = stored
            while follow and (new := self._add(follow(new))):
                stored = [*stored, *new]
            for each in batch.rejected:
                rejected = (as_bytes(each.source), as_json(each))
                self._db.rows("INSERT INTO rejected (source, body) VALUES (%s, %s)", rejected)
            if batch.mark is not None:
                self._db.rows(_MARK, (as_bytes(batch.mark.name), batch.mark.position))
        return stored

    def read(self, after: int = 0) -> Iterator[Stored]:
        """Every event with a position above `after`, in order of position."""
        while page := self._select("WHERE seq > %s ORDER BY seq LIMIT %s", after, _PAGE):
            yield from page
            after = page[-1].seq

    def fetch(self, seqs: Sequence[int]) -> list[Stored]:
        """The events at these positions, in the order asked; a position that does not exist is left out."""
        wanted = [seq for seq in seqs if 0 < seq < 1 << 63]
        found = {
            each.seq: each for each in self._select("WHERE seq = ANY(%s) AND person <> %s", wanted, as_bytes(NOBODY))
        }
        return [found[seq] for seq in seqs if seq in found]

    def find(self, source: str, ids: Sequence[str]) -> list[Stored]:
        """The events of one source with these ids, in order of position; an id that is not there is left out."""
        wanted = [as_bytes(each) for each in dict.fromkeys(ids)]
        return self._select("WHERE source = %s AND id = ANY(%s) ORDER BY seq", as_bytes(source), wanted)

    def of(self, person: PersonId, after: int) -> list[Stored]:
        """The person's events with a position above `after`, in order; for the end of the log, all of which is read."""
        return self._select("WHERE seq > %s AND person = %s ORDER BY seq", after, as_bytes(person))

    def regrouped(self, after: int = 0) -> list[Stored]:
        """The events above `after` by which people turned out to be one, or two, in order."""
        where = "WHERE source = %s AND id >= %s AND id < %s AND seq > %s ORDER BY seq"
        return self._select(where, as_bytes(ENVOI), as_bytes(PREFIX), as_bytes(BEYOND), after)

    def set_aside(self, source: str = "") -> Iterator[Rejected]:
        """The records that could not be events, oldest first; of one source, or of all if `source` is empty."""
        sql = """SELECT number, body FROM rejected
            WHERE number > %s AND %s IN ('', source) ORDER BY number LIMIT %s"""
        after = 0
        while page := self._db.rows(sql, (after, as_bytes(source), _PAGE)):
            yield from (_rejected(body) for _, body in page)
            after = page[-1][0]

    def position(self, mark: str = "") -> int:
        """How far the named import has come; for the empty name, the last position of the log."""
        if mark:
            rows = self._db.rows("SELECT position FROM marks WHERE name = %s", (as_bytes(mark),))
        else:
            rows = self._db.rows("SELECT COALESCE(MAX(seq), 0) FROM events")
        return int(rows[0][0]) if rows else 0

    def _add(self, events: Sequence[tuple[PersonId, Event]]) -> list[Stored]:
        """Inserts those that are new, numbered without a gap."""
        if events and self.position(ERASURES):
            events = self._without_erased(events)
        if not events:
            return []
        names = [(as_bytes(event.source), as_bytes(event.id)) for _, event in events]
        people = [as_bytes(person) for person, _ in events]
        bodies = [as_json(event) for _, event in events]
        sources, ids = ([name[part] for name in names] for part in (0, 1))
        rows = self._db.rows(_INSERT, (sources, ids, people, bodies, self.position()))
        # The first of each, which is the one that was stored.
        came = dict(zip(reversed(names), reversed(events), strict=True))
        return [
            Stored(seq=seq, person=came[source, name][0], event=came[source, name][1])
            for seq, source, name in sorted(rows)
        ]

    def _without_erased(self, events: Sequence[tuple[PersonId, Event]]) -> Sequence[tuple[PersonId, Event]]:
        """Leaves out what was here before and was erased."""
        ids = [as_bytes(emptied_id(event.source, event.id, self._key)) for _, event in events]
        sources = [as_bytes(event.source) for _, event in events]
        sql = """SELECT e.id FROM events AS e
            JOIN unnest(%s::bytea[], %s::bytea[]) AS came (source, id) ON e.source = came.source AND e.id = came.id"""
        known = {bytes(name) for (name,) in self._db.rows(sql, (sources, ids))}
        return [each for each, name in zip(events, ids, strict=True) if name not in known]

    def _select(self, sql: str, *values: object) -> list[Stored]:
        rows: list[tuple[Any, ...]] = self._db.rows(f"{_SELECT} {sql}", values)
        return [Stored(seq=seq, person=PersonId(bytes(who).decode()), event=_event(body)) for seq, who, body in rows]
