"""One campaign's rows of the ledger in PostgreSQL, as a turn reads and writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envoi.adapters.messages.ledger_rows import COLUMNS, STATES, entry_from
from envoi.adapters.postgres import as_bytes
from envoi.clock import Instant
from envoi.events.event import PersonId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.adapters.postgres import Postgres
    from envoi.messages.ledger import Entry, State

#: What the index `ledger_due` holds, in its own words.
OPEN = "state IN ('planned', 'claimed', 'submitting', 'deferred')"

_HELD = "SELECT person, state, fence FROM ledger WHERE campaign = %s AND person = ANY(%s) ORDER BY person FOR UPDATE"
# Here and below SKIP LOCKED: what another worker is about to take is left to it.
_OVERDUE = f"""SELECT {COLUMNS} FROM ledger
    WHERE campaign = %s AND state IN ('claimed', 'submitting') AND due <= %s FOR UPDATE SKIP LOCKED"""
_FREE = f"""SELECT {COLUMNS} FROM ledger
    WHERE campaign = %s AND state IN ('planned', 'deferred') AND due <= %s
    ORDER BY due, person LIMIT %s FOR UPDATE SKIP LOCKED"""
_WRITE = """UPDATE ledger AS l
    SET state = n.state, reason = n.reason, fence = n.fence, at = n.at, due = n.due, attempts = n.attempts, worker = %s
    FROM unnest(%s::bytea[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::int[])
        AS n (person, state, reason, fence, at, due, attempts)
    WHERE l.campaign = %s AND l.person = n.person"""
_NEXT = "SELECT min(due) FROM ledger WHERE campaign = %s AND state IN ('planned', 'deferred')"


class PostgresRows:
    """See `Rows`; used within a transaction that holds the campaign's row."""

    def __init__(self, database: Postgres, campaign: str) -> None:
        self._db = database
        self._campaign = campaign

    def held(self, people: Sequence[PersonId]) -> Mapping[PersonId, tuple[State, int]]:
        """See `Rows.held`."""
        rows = self._db.rows(_HELD, (self._campaign, [as_bytes(person) for person in people]))
        return {person_of(person): (STATES[state], fence) for person, state, fence in rows}

    def overdue(self, now: Instant) -> list[Entry]:
        """See `Rows.overdue`."""
        return list(map(entry_of, self._db.rows(_OVERDUE, (self._campaign, now))))

    def free(self, now: Instant, size: int) -> list[Entry]:
        """See `Rows.free`."""
        return list(map(entry_of, self._db.rows(_FREE, (self._campaign, now, size))))

    def write(self, entries: Sequence[Entry], worker: str) -> None:
        """See `Rows.write`."""
        if not entries:
            return
        columns = (
            [as_bytes(each.person) for each in entries],
            [each.state.value for each in entries],
            [plain(each.reason) for each in entries],
            [each.fence for each in entries],
            [each.at for each in entries],
            [each.due for each in entries],
            [each.attempts for each in entries],
        )
        self._db.rows(_WRITE, (worker, *columns, self._campaign))

    def next_due(self) -> Instant | None:
        """See `Rows.next_due`."""
        ((due,),) = self._db.rows(_NEXT, (self._campaign,))
        return None if due is None else Instant(due)


def entry_of(row: tuple[Any, ...]) -> Entry:
    """The entry of a row of COLUMNS."""
    return entry_from(row, person_of(row[1]))


def person_of(name: bytes) -> PersonId:
    """The person whose name is stored as these bytes (see `as_bytes`)."""
    return PersonId(bytes(name).decode())


def plain(reason: str) -> str:
    """A reason as a text of PostgreSQL, which holds no NUL and no half of a character; a server may have said one."""
    return reason.replace("\0", "\ufffd").encode(errors="replace").decode()
