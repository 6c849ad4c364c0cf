"""All stores of a project that hold personal data, as an erasure reaches them: what the data map says, opened."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database
from envoi.adapters.people.enriched import FILE as ANSWERS
from envoi.adapters.people.enriched import ErasableAnswers
from envoi.adapters.people.sqlite import FILE as PROFILES
from envoi.adapters.postgres import Postgres
from envoi.adapters.privacy.caches import ErasableRows
from envoi.adapters.privacy.compact import compact_postgres, compact_sqlite
from envoi.adapters.privacy.drafts import ErasableDrafts
from envoi.adapters.privacy.files import ErasableMails, ErasableRejects
from envoi.adapters.privacy.identity import ErasableKeys
from envoi.adapters.privacy.ledger import ErasableLedger
from envoi.adapters.privacy.lists import ErasableLinks, ErasableSuppressions
from envoi.adapters.privacy.log import ErasableAside, ErasableLog, ErasableMentions
from envoi.adapters.privacy.records import Records
from envoi.adapters.privacy.sql import PostgresSql, SqliteSql
from envoi.adapters.segments.sqlite import SqliteStateStore
from envoi.adapters.tables.duckdb_erase import ErasableHistory
from envoi.hosts.folder import secret, state_folder
from envoi.hosts.mailers import mail_folder
from envoi.hosts.privacy.requests import Requests
from envoi.hosts.sandbox import SANDBOX
from envoi.hosts.stores import DATABASE, open_stores, store_url_of
from envoi.hosts.surroundings import mail_url_of, settings_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from envoi.adapters.privacy.sql import Sql
    from envoi.clock import Instant
    from envoi.hosts.stores import Kept
    from envoi.people.privacy.port import Erasable
    from envoi.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A project opened for what its data map lists; its ports are opened beside."""

    root: Path
    settings: Settings
    kept: Kept
    secret: bytes
    #: The database of the log and the ledger, and that of the profiles, which may be the same.
    main: Sql
    profiles: Sql
    history: ErasableHistory
    records: Records
    compact: Callable[[], None]
    #: What a live host saves, which there is with SQLite alone.
    states: SqliteStateStore | None = None

    @property
    def state(self) -> Path:
        """The folder of what machines make."""
        return state_folder(self.root)

    def log(self, *, until: int = 1 << 62) -> ErasableLog:
        """The log, up to a position."""
        return ErasableLog(self.main, self.secret, until=until)

    def ledger(self, salt: bytes, now: Instant) -> ErasableLedger:
        """The ledger."""
        return ErasableLedger(self.main, salt, now=now)

    @property
    def aside(self) -> ErasableAside:
        """The records that could not be events."""
        return ErasableAside(self.main)

    def mail_folders(self) -> list[Path]:
        """Where mails lie that did not leave this machine."""
        urls = {SANDBOX, mail_url_of(self.settings)}
        return sorted({folder for url in urls if (folder := mail_folder(url, self.root)) is not None})

    def stores(
        self, *, salt: bytes, now: Instant, message_ids: Sequence[str] = (), until: int = 1 << 62
    ) -> dict[str, Erasable]:
        """Every store, by its name in the data map, in the order in which an erasure goes through them.

        What is made from the log comes after the log, so that nothing is made of it again.
        """
        return {
            "events": self.log(until=until),
            "mentions": ErasableMentions(self.main),
            "rejected": self.aside,
            "ledger": self.ledger(salt, now),
            "identity": ErasableKeys(self.kept.identity, self.main),
            "reviews": self.kept.reviews,
            "links": ErasableLinks(self.main),
            "suppressions": ErasableSuppressions(self.main, self.secret),
            "states": ErasableRows(self.main, "states"),
            "memberships": ErasableRows(self.main, "memberships"),
            "people": ErasableRows(self.profiles, "people"),
            "enriched": ErasableAnswers(self.state),
            "history": self.history,
            "mail": ErasableMails(self.mail_folders(), message_ids),
            "rejects": ErasableRejects(self.state / "rejects"),
            "drafts": ErasableDrafts(self.state / "drafts"),
            "requests": Requests(self.root),
        }


@contextmanager
def reached(root: Path) -> Iterator[Reach]:
    """Opens the project so.

    Raises:
        StoreBusy: another process kept a store locked too long.
    """
    settings, state = settings_alone(root), state_folder(root)
    history = ErasableHistory(state / "history.duckdb")
    records = Records(state, root / settings.privacy.erased if settings.privacy.erased else None)
    with open_stores(settings, state) as kept:
        if url := store_url_of(settings):
            with closing(Postgres(url)) as database:
                sql = PostgresSql(database)

                def compact_all() -> None:
                    compact_postgres(database)
                    _compact_answers(state)

                yield Reach(
                    root=root, settings=settings, kept=kept, secret=secret(root), main=sql, profiles=sql,
                    history=history, records=records, compact=compact_all,
                )  # fmt: skip
            return
        with (
            closing(open_database(state / DATABASE)) as main,
            closing(open_database(state / PROFILES)) as profiles,
        ):

            def compact() -> None:
                compact_sqlite(main)
                compact_sqlite(profiles)
                _compact_answers(state)

            yield Reach(
                root=root, settings=settings, kept=kept, secret=secret(root), main=SqliteSql(main),
                profiles=SqliteSql(profiles), history=history, records=records, compact=compact,
                states=SqliteStateStore(main),
            )  # fmt: skip


def _compact_answers(state: Path) -> None:
    """What other sources answered lies in a file of its own, wherever the rest is."""
    if (state / ANSWERS).exists():
        with closing(open_database(state / ANSWERS)) as answers:
            compact_sqlite(answers)
