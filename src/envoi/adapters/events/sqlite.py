"""The log in the project's SQLite file: a row an event, acknowledged after fsync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.database import create, refusals, transaction, write_rows
from envoi.events.emptied import ERASURES, emptied_id
from envoi.events.event import ENVOI, NOBODY, Event, PersonId, Rejected, Stored
from envoi.people.regroup import BEYOND, PREFIX

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from envoi.events.port import Batch, Follow, Whose

#: How many events one read fetches: so a long read holds no snapshot that would keep the WAL from being emptied.
_PAGE = 1_000

_TABLES = (
    """CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, body BLOB NOT NULL,
        UNIQUE (source, id)
    ) STRICT""",
    "CREATE TABLE IF NOT EXISTS rejected (number INTEGER PRIMARY KEY, source TEXT NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)

_INSERT = "INSERT INTO events (source, id, person, body) VALUES ON CONFLICT (source, id) DO NOTHING"

_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(Event).decode
_rejected = msgspec.json.Decoder(Rejected).decode


class SqliteEventLog:
    """An EventLog in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection, key: bytes = b"", whose: Whose | None = None) -> None:
        """With the project's secret as `key`, an event that was erased is known when it is delivered again."""
        self._connection = connection
        self._key = key
        self._whose = whose
        create(connection, *_TABLES)

    def append(self, batch: Batch, follow: Follow | None = None) -> list[Stored]:
        """Writes the batch, and what follows from it, in one commit and returns what was new.

        Raises:
            StoreFailed: the disk is full or failed; nothing is stored.
            StoreBusy: another process kept the file locked too long; nothing is stored.
        """
        with transaction(self._connection):
            stored = self._add(self._whose(batch.events) if self._whose else batch.events)
            new: Sequence[Stored] = stored
            while follow and (new := self._add(follow(new))):
                stored = [*stored, *new]
            if batch.rejected:
                rejected = [(each.source, _encode(each)) for each in batch.rejected]
                self._connection.executemany("INSERT INTO rejected (source, body) VALUES (?, ?)", rejected)
            if batch.mark is not None:
                mark = (batch.mark.name, batch.mark.position)
                self._connection.execute("INSERT OR REPLACE INTO marks (name, position) VALUES (?, ?)", mark)
        return stored

    def read(self, after: int = 0) -> Iterator[Stored]:
        """Every event with a position above `after`, in order of position."""
        sql = "SELECT seq, person, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        while page := self._select(sql, after, _PAGE):
            yield from page
            after = page[-1].seq

    def fetch(self, seqs: Sequence[int]) -> list[Stored]:
        """The events at these positions, in the order asked; a position that does not exist is left out."""
        sql = "SELECT seq, person, body FROM events WHERE seq IN (SELECT value FROM json_each(?)) AND person <> ?"
        found = {each.seq: each for each in self._select(sql, _encode(list(seqs)).decode(), NOBODY)}
        return [found[seq] for seq in seqs if seq in found]

    def find(self, source: str, ids: Sequence[str]) -> list[Stored]:
        """The events of one source with these ids, in order of position; an id that is not there is left out."""
        found: list[Stored] = []
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _PAGE):
            some = wanted[start : start + _PAGE]
            places = ",".join("?" * len(some))
            sql = f"SELECT seq, person, body FROM events WHERE source = ? AND id IN ({places})"
            found += self._select(sql, source, *some)
        return sorted(found, key=lambda each: each.seq)

    def of(self, person: PersonId, after: int) -> list[Stored]:
        """The person's events with a position above `after`, in order; for the end of the log, all of which is read."""
        return self._select("SELECT seq, person, body FROM events WHERE seq > ? AND person = ?", after, person)

    def regrouped(self, after: int = 0) -> list[Stored]:
        """The events above `after` by which people turned out to be one, or two, in order."""
        # By the index on (source, id), which has the positions too.
        sql = "SELECT seq, person, body FROM events WHERE source = ? AND id >= ? AND id < ? AND seq > ? ORDER BY seq"
        return self._select(sql, ENVOI, PREFIX, BEYOND, after)

    def set_aside(self, source: str = "") -> Iterator[Rejected]:
        """The records that could not be events, oldest first; of one source, or of all if `source` is empty."""
        sql = "SELECT number, body FROM rejected WHERE number > ? AND ? IN ('', source) ORDER BY number LIMIT ?"
        after = 0
        while page := self._rows(sql, after, source, _PAGE):
            yield from (_rejected(body) for _, body in page)
            after = page[-1][0]

    def position(self, mark: str = "") -> int:
        """How far the named import has come; for the empty name, the last position of the log."""
        if mark:
            rows = self._rows("SELECT position FROM marks WHERE name = ?", mark)
        else:
            rows = self._rows("SELECT COALESCE(MAX(seq), 0) FROM events")
        return int(rows[0][0]) if rows else 0

    def _add(self, events: Sequence[tuple[PersonId, Event]]) -> list[Stored]:
        """Inserts those that are new; SQLite numbers them without a gap."""
        if events and self.position(ERASURES):
            events = self._without_erased(events)
        if not events:
            return []
        rows = [(event.source, event.id, person, _encode(event)) for person, event in events]
        before = self._connection.total_changes
        last = write_rows(self._connection, _INSERT, rows)
        number = self._connection.total_changes - before
        if number < len(events):
            last = self.position()
            # The first of each that was new, in the order in which they came.
            new = self._rows("SELECT source, id FROM events WHERE seq > ? ORDER BY seq", last - number)
            first = {(event.source, event.id): (person, event) for person, event in reversed(events)}
            events = [first[source, name] for source, name in new]
        return [
            Stored(seq=seq, person=person, event=event) for seq, (person, event) in enumerate(events, last - number + 1)
        ]

    def _without_erased(self, events: Sequence[tuple[PersonId, Event]]) -> Sequence[tuple[PersonId, Event]]:
        """Leaves out what was here before and was erased."""
        by_id = {emptied_id(event.source, event.id, self._key): event.source for _, event in events}
        known: set[str] = set()
        for source in set(by_id.values()):
            asked = _encode([each for each, of in by_id.items() if of == source]).decode()
            sql = "SELECT id FROM events WHERE source = ? AND id IN (SELECT value FROM json_each(?))"
            known.update(name for (name,) in self._rows(sql, source, asked))
        return [each for each in events if emptied_id(each[1].source, each[1].id, self._key) not in known]

    def _select(self, sql: str, *values: object) -> list[Stored]:
        return [
            Stored(seq=seq, person=PersonId(who), event=_event(body)) for seq, who, body in self._rows(sql, *values)
        ]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with refusals():
            return self._connection.execute(sql, values).fetchall()
