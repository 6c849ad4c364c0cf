"""What is made from the log lets go of people: profiles, what the live judge saved, and who is in which segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.privacy.sql import places, some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.privacy.sql import Sql
    from envoi.events.event import PersonId


@dataclass(frozen=True, slots=True)
class ErasableRows:
    """A table whose rows are each of one person, as its column `person` says; a table that is not there holds none."""

    sql: Sql
    table: str

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.erase`."""
        if self.table not in self.sql.tables():
            return 0
        with self.sql.together():
            return sum(
                self.sql.change(f"DELETE FROM {self.table} WHERE person IN {places(few)}", [*map(self.sql.held, few)])
                for few in some(list(people))
            )

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`."""
        if self.table not in self.sql.tables():
            return 0
        return sum(
            int(
                self.sql.rows(
                    f"SELECT COUNT(*) FROM {self.table} WHERE person IN {places(few)}", [*map(self.sql.held, few)]
                )[0][0]
            )
            for few in some(list(people))
        )
