"""Counts of a day's mails in a PostgreSQL database, in the same transaction as the mails themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.adapters.postgres import Postgres
    from envoi.clock import Instant

_TABLE = """CREATE TABLE IF NOT EXISTS mail_days (
    domain text NOT NULL, day bigint NOT NULL, campaign text NOT NULL, mails bigint NOT NULL,
    PRIMARY KEY (domain, day, campaign))"""
_ADD = """INSERT INTO mail_days VALUES (%s, %s, %s, %s)
    ON CONFLICT (domain, day, campaign) DO UPDATE SET mails = mail_days.mails + excluded.mails"""


class PostgresDayBook:
    """Keeps the table `mail_days` of the ledger's own connection."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(_TABLE)

    def sent(self, domain: str, day: Instant) -> Mapping[str, int]:
        """See `DayBook.sent`."""
        found = self._db.rows("SELECT campaign, mails FROM mail_days WHERE domain = %s AND day = %s", (domain, day))
        return dict(found)

    def add(self, domain: str, day: Instant, campaign: str, mails: int) -> None:
        """See `DayBook.add`."""
        self._db.rows(_ADD, (domain, day, campaign, mails))
