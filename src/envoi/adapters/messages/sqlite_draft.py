"""A campaign's plan on its way into the ledger's tables in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import json

from envoi.adapters.database import refusals, transaction, write_rows
from envoi.adapters.messages.ledger_rows import COLUMNS
from envoi.adapters.messages.sqlite_ledger_rows import written
from envoi.messages.freeze import taken_over, went_out
from envoi.messages.ledger import State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from envoi.adapters.messages.watermark import Watermark
    from envoi.clock import Instant
    from envoi.messages.ledger import Entry

_BEGIN = """INSERT INTO ledger_drafts VALUES (?, 1)
    ON CONFLICT (campaign) DO UPDATE SET number = number + 1 RETURNING number"""
_BEGUN = "SELECT number FROM ledger_drafts WHERE campaign = ?"
_CLEAR = """DELETE FROM ledger WHERE campaign = :campaign
    AND person IN (SELECT person FROM ledger WHERE campaign = :campaign LIMIT :size)"""
_ADD = f"INSERT INTO ledger ({COLUMNS}, is_written_to) VALUES"
_END = "INSERT INTO ledger_runs (campaign, at, size) VALUES (?, ?, ?)"
# Asks for each by itself: a join walks the whole campaign once it is large.
_TAKEN = """SELECT value FROM json_each(:asked)
    WHERE EXISTS (SELECT 1 FROM ledger WHERE campaign = :campaign AND person = value)"""
_TAKEN_ADDRESSES = """SELECT value FROM json_each(:asked)
    WHERE EXISTS (SELECT 1 FROM ledger INDEXED BY ledger_addresses
        WHERE campaign = :campaign AND address = value AND is_written_to)"""
_IS_PLANNED = "SELECT 1 FROM ledger_runs WHERE campaign = ?"


class SqliteDraft:
    """See `Draft`."""

    def __init__(self, connection: sqlite3.Connection, campaign: str, watermark: Watermark | None) -> None:
        self._db = connection
        self._campaign = campaign
        self._watermark = watermark
        self._number = 0

    def is_open(self) -> bool:
        """Whether the campaign can be planned still; raises as `begin` does."""
        with refusals():
            if self._db.execute(_IS_PLANNED, (self._campaign,)).fetchone():
                return False
        if self._watermark and self._campaign in self._watermark.read()[1]:
            raise went_out(self._campaign)
        return True

    def commit(self) -> AbstractContextManager[None]:
        """See `Draft.commit`."""
        return transaction(self._db)

    def begin(self) -> bool:
        """See `Draft.begin`."""
        if not self.is_open():
            return False
        ((self._number,),) = self._db.execute(_BEGIN, (self._campaign,)).fetchall()
        return True

    def hold(self) -> None:
        """See `Draft.hold`."""
        if self._db.execute(_BEGUN, (self._campaign,)).fetchone() != (self._number,):
            raise taken_over(self._campaign)

    def clear(self, most: int) -> int:
        """See `Draft.clear`."""
        return self._db.execute(_CLEAR, {"campaign": self._campaign, "size": most}).rowcount

    def taken(self, people: Sequence[str], addresses: Sequence[str]) -> tuple[set[str], set[str]]:
        """See `Taken`."""
        asked = {"campaign": self._campaign, "asked": json.encode(people).decode()}
        taken = self._db.execute(_TAKEN, asked).fetchall()
        used = self._db.execute(_TAKEN_ADDRESSES, {**asked, "asked": json.encode(addresses).decode()}).fetchall()
        return {person for (person,) in taken}, {address for (address,) in used}

    def add(self, entries: Sequence[Entry], at: Instant) -> None:  # noqa: ARG002 - each entry has it
        """See `Draft.add`."""
        write_rows(self._db, _ADD, [(*written(each), each.state is State.PLANNED) for each in entries])

    def end(self, size: int, at: Instant) -> None:
        """See `Draft.end`."""
        self._db.execute(_END, (self._campaign, at, size))
        self._db.execute("DELETE FROM ledger_drafts WHERE campaign = ?", (self._campaign,))
