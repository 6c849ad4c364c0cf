"""A campaign's plan on its way into the ledger's tables in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.ledger_rows import COLUMNS
from envoi.adapters.messages.postgres_rows import person_of, plain
from envoi.adapters.postgres import as_bytes
from envoi.messages.freeze import taken_over, went_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from envoi.adapters.messages.watermark import Watermark
    from envoi.adapters.postgres import Postgres
    from envoi.clock import Instant
    from envoi.messages.ledger import Entry

_BEGIN = """INSERT INTO ledger_drafts VALUES (%s, 1)
    ON CONFLICT (campaign) DO UPDATE SET number = ledger_drafts.number + 1 RETURNING number"""
_BEGUN = "SELECT number FROM ledger_drafts WHERE campaign = %s FOR UPDATE"
_CLEAR = """DELETE FROM ledger WHERE campaign = %(campaign)s
    AND person IN (SELECT person FROM ledger WHERE campaign = %(campaign)s LIMIT %(size)s)"""
_ADD = f"""INSERT INTO ledger ({COLUMNS}, is_written_to)
    SELECT %s, n.person, n.address, n.decision, n.state, n.reason, 0, %s, n.due, 0, n.state = 'planned'
    FROM unnest(%s::bytea[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])
        AS n (person, address, decision, state, reason, due)"""
_END = "INSERT INTO ledger_runs (campaign, at, size) VALUES (%s, %s, %s)"
_IS_PLANNED = "SELECT 1 FROM ledger_runs WHERE campaign = %s"
_TAKEN = "SELECT person FROM ledger WHERE campaign = %s AND person = ANY(%s)"
_TAKEN_ADDRESSES = "SELECT address FROM ledger WHERE campaign = %s AND is_written_to AND address = ANY(%s)"


class PostgresDraft:
    """See `Draft`."""

    def __init__(self, database: Postgres, campaign: str, watermark: Watermark | None) -> None:
        self._db = database
        self._campaign = campaign
        self._watermark = watermark
        self._number = 0

    def is_open(self) -> bool:
        """Whether the campaign can be planned still; raises as `begin` does."""
        if self._db.rows(_IS_PLANNED, (self._campaign,)):
            return False
        if self._watermark and self._campaign in self._watermark.read()[1]:
            raise went_out(self._campaign)
        return True

    def commit(self) -> AbstractContextManager[None]:
        """See `Draft.commit`."""
        return self._db.transaction()

    def begin(self) -> bool:
        """See `Draft.begin`."""
        ((self._number,),) = self._db.rows(_BEGIN, (self._campaign,))
        # Asked when it is certain that nobody is about to end a plan of it.
        if self.is_open():
            return True
        self._db.rows("DELETE FROM ledger_drafts WHERE campaign = %s", (self._campaign,))
        return False

    def hold(self) -> None:
        """See `Draft.hold`."""
        if self._db.rows(_BEGUN, (self._campaign,)) != [(self._number,)]:
            raise taken_over(self._campaign)

    def clear(self, most: int) -> int:
        """See `Draft.clear`."""
        return self._db.change(_CLEAR, {"campaign": self._campaign, "size": most})

    def taken(self, people: Sequence[str], addresses: Sequence[str]) -> tuple[set[str], set[str]]:
        """See `Taken`."""
        taken = self._db.rows(_TAKEN, (self._campaign, [as_bytes(each) for each in people]))
        used = self._db.rows(_TAKEN_ADDRESSES, (self._campaign, list(addresses)))
        return {person_of(person) for (person,) in taken}, {address for (address,) in used}

    def add(self, entries: Sequence[Entry], at: Instant) -> None:
        """See `Draft.add`."""
        columns = (
            [as_bytes(each.person) for each in entries],
            [each.address for each in entries],
            [each.decision for each in entries],
            [each.state.value for each in entries],
            [plain(each.reason) for each in entries],
            [each.due for each in entries],
        )
        self._db.rows(_ADD, (self._campaign, at, *columns))

    def end(self, size: int, at: Instant) -> None:
        """See `Draft.end`."""
        self._db.rows(_END, (self._campaign, at, size))
        self._db.rows("DELETE FROM ledger_drafts WHERE campaign = %s", (self._campaign,))
