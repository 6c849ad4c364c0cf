"""Who moves, as it happens: read beside the live host from its SQLite file, without ever making it wait."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.database import refusals
from envoi.events.event import ENVOI, Event, PersonId, Stored
from envoi.segments.port import Plan

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

_event = msgspec.json.Decoder(Event).decode
_plan = msgspec.json.Decoder(Plan).decode


class SqliteMoves:
    """The plan, sizes and transitions in a project's SQLite file, through a connection that only reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def plan(self) -> Plan:
        """The segments that the live host watches, or watched last; none if none ever ran."""
        with self._snapshot():
            rows = self._rows("SELECT body FROM plan") if self._has("plan") else []
        return _plan(rows[0][0]) if rows else Plan()

    def sizes(self) -> tuple[Mapping[str, int], int]:
        """How many people are in each segment that has any, and the last position of the log at that very moment."""
        with self._snapshot():
            sql = "SELECT segment, COUNT(*) FROM memberships GROUP BY segment"
            return dict(self._rows(sql)) if self._has("memberships") else {}, self._head()

    def since(self, after: int, limit: int) -> tuple[list[Stored], int] | None:
        """What Envoi itself wrote after that position, and the last position; None if more than `limit` events came."""
        with self._snapshot():
            head = self._head()
            if head - after > limit:
                return None
            sql = "SELECT seq, person, body FROM events WHERE seq > ? AND seq <= ? AND source = ? ORDER BY seq"
            rows = self._rows(sql, after, head, ENVOI)
        return [Stored(seq=seq, person=PersonId(who), event=_event(body)) for seq, who, body in rows], head

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """All questions of the block are answered as of one commit; a reader in WAL mode holds up no writer."""
        with refusals():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def _has(self, table: str) -> bool:
        return bool(self._rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table))

    def _head(self) -> int:
        return int(self._rows("SELECT COALESCE(MAX(seq), 0) FROM events")[0][0])

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with refusals():
            return self._connection.execute(sql, values).fetchall()
