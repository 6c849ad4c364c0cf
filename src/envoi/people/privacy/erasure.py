"""An erasure from its beginning to its receipt: what is written down so that a crash on the way loses nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant, iso
from envoi.events.event import ENVOI, Event, Name, PersonId
from envoi.people.privacy.names import Names
from envoi.people.privacy.pseudonym import Pseudonym, pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """One that is under way. It is the last place to name the people, and goes when all is done."""

    #: Drawn at random.
    id: str
    #: Its place in the list of erasures.
    number: int
    people: tuple[PersonId, ...]
    addresses: tuple[str, ...]
    #: Who was asked to be erased; `people` may be more ids of theirs.
    about: tuple[Pseudonym, ...]
    message_ids: tuple[str, ...]
    #: Whether one of them had said no to something: then their addresses get no mail, whoever has them next.
    said_no: bool
    because: str
    by: str
    at: Instant
    #: What rows of the ledger are renamed with; thrown away with this.
    salt: str
    #: What there was of them, by store, when it began.
    found: dict[str, int]
    #: True where a backup was put back that still had them.
    is_replay: bool = False

    @property
    def names(self) -> Names:
        """All that they were known by."""
        return Names(people=frozenset(self.people), addresses=frozenset(self.addresses))

    def markers(self, turn: int, at: Instant) -> list[tuple[PersonId, Event]]:
        """The events that tell whoever follows the log; each stays in it, without its person."""
        return [
            (
                person,
                Event(
                    id=f"{self.id}.{turn}.{number}",
                    source=ENVOI,
                    name=Name.PERSON_ERASED,
                    keys={},
                    at=at,
                    seen_at=at,
                    props={"erasure": self.id},
                ),
            )
            for number, person in enumerate(self.people)
        ]


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of erasures, which is kept with the backups: by it they are done again."""

    number: int
    at: str
    #: The pseudonyms of all ids of these people.
    people: tuple[Pseudonym, ...]
    #: How many people that were.
    count: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased, when, and from where; it tells nobody who that was."""

    erasure: str
    number: int
    at: str
    by: str
    because: str
    #: Who: to be compared, by who has the project's secret, with the pseudonym of an id.
    about: tuple[Pseudonym, ...]
    #: The pseudonyms of their ids and addresses, by which `verify` looks for them.
    names: tuple[Pseudonym, ...]
    #: How many records there were, by store.
    erased: dict[str, int]
    #: What stays, and why.
    kept: dict[str, str]
    #: The entry of the audit log.
    audit: str
    is_replay: bool = False


def listed(erasure: Erasure, secret: bytes) -> Erased:
    """Its line in the list."""
    people = tuple(pseudonym(each, secret) for each in erasure.people)
    return Erased(number=erasure.number, at=iso(erasure.at), people=people, count=len(erasure.about))


def receipt_of(erasure: Erasure, secret: bytes, *, audit: str) -> Receipt:
    """Its receipt, once all is done."""
    names = sorted({*erasure.people, *erasure.addresses})
    return Receipt(
        erasure=erasure.id,
        number=erasure.number,
        at=iso(erasure.at),
        by=erasure.by,
        because=erasure.names.out_of(erasure.because),
        about=erasure.about,
        names=tuple(pseudonym(each, secret) for each in names),
        erased=erasure.found,
        kept=KEPT,
        audit=audit,
        is_replay=erasure.is_replay,
    )


#: What an erasure leaves, as its receipt says.
KEPT = {
    "places in the log": "empty: without source record, person, time or content, so that the rest keeps its order",
    "rows of the ledger": "of nobody: so that a campaign's sums stay right",
    "suppressed addresses": "as keys that only this project can make: so that no mail goes there again",
    "audit log and list of erasures": "pseudonyms: so that a backup that is put back is erased again, and for proof",
}


def erased_since(erased: Iterable[Erased], at: str) -> int:
    """How many people were erased at or after `at` (ISO 8601, UTC): a model that was trained before knew them.

    >>> old = Erased(number=1, at="2026-01-01T00:00:00Z", people=(), count=2)
    >>> erased_since([old], "2025-12-31T00:00:00Z"), erased_since([old], "2026-01-02T00:00:00Z")
    (2, 0)
    """
    return sum(each.count for each in erased if each.at >= at)


def to_replay(erased: Iterable[Erased], done: int, people: Iterable[PersonId], secret: bytes) -> list[PersonId]:
    """Those of these people who were erased after the `done` erasures that a database has gone through."""
    gone = {each for one in erased if one.number > done for each in one.people}
    return sorted(person for person in set(people) if pseudonym(person, secret) in gone) if gone else []


def last_number(erased: Sequence[Erased]) -> int:
    """How many erasures there have been."""
    return max((each.number for each in erased), default=0)
