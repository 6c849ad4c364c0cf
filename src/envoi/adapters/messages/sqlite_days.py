"""Counts of a day's mails in the project's SQLite file, in the same transaction as the mails themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.database import create, refusals

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from envoi.clock import Instant

_TABLE = """CREATE TABLE IF NOT EXISTS mail_days (
    domain TEXT NOT NULL,
    day INTEGER NOT NULL,
    campaign TEXT NOT NULL,
    mails INTEGER NOT NULL,
    PRIMARY KEY (domain, day, campaign)
) STRICT, WITHOUT ROWID"""
_ADD = """INSERT INTO mail_days VALUES (?, ?, ?, ?)
    ON CONFLICT (domain, day, campaign) DO UPDATE SET mails = mails + excluded.mails"""


class SqliteDayBook:
    """Keeps the table `mail_days` of a connection that `open_database` made: the ledger's own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        create(connection, _TABLE)

    def sent(self, domain: str, day: Instant) -> Mapping[str, int]:
        """See `DayBook.sent`."""
        with refusals():
            found = self._db.execute(
                "SELECT campaign, mails FROM mail_days WHERE domain = ? AND day = ?", (domain, day)
            )
            return dict(found.fetchall())

    def add(self, domain: str, day: Instant, campaign: str, mails: int) -> None:
        """See `DayBook.add`."""
        with refusals():
            self._db.execute(_ADD, (domain, day, campaign, mails))
