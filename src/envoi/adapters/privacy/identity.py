"""What says who is whom lets go of people: their keys, and that others were told apart from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.privacy.sql import Row, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.adapters.privacy.sql import Sql
    from envoi.events.event import PersonId
    from envoi.people.privacy.port import Erasable

_encode = msgspec.json.Encoder().encode
_apart = msgspec.json.Decoder(list[str]).decode


@dataclass(frozen=True, slots=True)
class ErasableKeys:
    """The table `identity`: the store itself forgets keys; that others are not this person is taken out of theirs."""

    store: Erasable
    sql: Sql

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        # The store's own connection writes too: one after the other.
        count = self.store.erase(people, addresses)
        with self.sql.together():
            for node, apart in self._apart_from(people):
                left = [each for each in apart if each not in people]
                held = self.sql.held(_encode(left).decode() if left else "")
                self.sql.change("UPDATE identity SET apart = ? WHERE node = ?", (held, node))
                count += 1
        return count

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        return self.store.find(people, addresses) + sum(1 for _ in self._apart_from(people))

    def _apart_from(self, people: Sequence[PersonId]) -> Iterator[tuple[object, list[str]]]:
        empty = self.sql.held("")
        rows: list[Row] = self.sql.rows("SELECT node, apart FROM identity WHERE apart <> ?", (empty,))
        gone = set(people)
        for node, held in rows:
            if gone.intersection(apart := _apart(text_of(held))):
                yield node, apart
