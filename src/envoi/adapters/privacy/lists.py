"""Two lists let go of people: where links of mails lead, and why addresses are suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.privacy.sql import places
from envoi.messages.suppression import Standing, Strike, key_of
from envoi.people.privacy.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.adapters.privacy.sql import Sql
    from envoi.events.event import PersonId

_encode = msgspec.json.Encoder().encode
_standing = msgspec.json.Decoder(Standing).decode


@dataclass(frozen=True, slots=True)
class ErasableLinks:
    """The table `links`: a link that was made for one person leads nowhere once they are erased."""

    sql: Sql

    def links(self, names: Names) -> list[tuple[str, str]]:
        """The ids and targets of those that name the person."""
        rows = self.sql.rows("SELECT id, url FROM links ORDER BY id")
        return [(name, url) for name, url in rows if names.are_in_link(url)]

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        found = self.links(Names(people=frozenset(people), addresses=frozenset(addresses)))
        with self.sql.together():
            for name, _ in found:
                self.sql.rows("DELETE FROM links WHERE id = ?", (name,))
        return len(found)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        return len(self.links(Names(people=frozenset(people), addresses=frozenset(addresses))))


@dataclass(frozen=True, slots=True)
class ErasableSuppressions:
    """The table `suppressions`: that an address gets no mail stays, as the law asks; words that name it go."""

    sql: Sql
    secret: bytes

    def standings(self, addresses: Iterable[str]) -> list[Standing]:
        """What is known of these addresses."""
        keys = [key_of(each, self.secret) for each in addresses]
        rows = self.sql.rows(f"SELECT body FROM suppressions WHERE key IN {places(keys)} ORDER BY key", keys)
        return [_standing(bytes(body)) for (body,) in rows]

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        names, count = Names(people=frozenset(people), addresses=frozenset(addresses)), 0
        with self.sql.together():
            for one in self.standings(addresses):
                if (wiped := _wiped(one, names)) != one:
                    self.sql.rows("UPDATE suppressions SET body = ? WHERE key = ?", (_encode(wiped), one.key))
                    count += 1
        return count

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        names = Names(people=frozenset(people), addresses=frozenset(addresses))
        return sum(_wiped(one, names) != one for one in self.standings(addresses))


def _wiped(one: Standing, names: Names) -> Standing:
    """The same without the address, and without the ids of mails, which were made of the person's id."""

    def wiped(strike: Strike, number: int) -> Strike:
        mail = strike.message_id if strike.message_id.startswith("by ") else f"mail {number}"
        return Strike(strike.at, names.out_of(mail), names.out_of(strike.reason))

    return Standing(
        key=one.key,
        hard=wiped(one.hard, 0) if one.hard else None,
        soft=tuple(wiped(each, number) for number, each in enumerate(one.soft, 1)),
        lifted=wiped(one.lifted, 0) if one.lifted else None,
    )
