"""What people asked for: kept until it is done and after, so that each is answered in time and can be shown to be."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from envoi.adapters.whole_file import write_whole
from envoi.clock import Instant, SystemClock, duration
from envoi.hosts.folder import secret, state_folder
from envoi.people.privacy.pseudonym import pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from envoi.events.event import PersonId

FILE = "requests.json"
#: The law's month (GDPR, article 12).
IN_TIME = timedelta(days=30)


class Kind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    ERASE = "erase"
    RESTRICT = "restrict"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    number: int
    kind: Kind
    #: Once it is done, the pseudonym of who it was.
    person: str
    at: Instant
    because: str = ""
    #: 0 while it is open.
    done_at: Instant = Instant(0)
    #: The receipt of an erasure, by its id.
    receipt: str = ""
    #: Why it could not be done yet.
    fault: str = ""

    @property
    def due(self) -> Instant:
        """Until when it is to be done."""
        return Instant(self.at + duration(IN_TIME))

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return not self.done_at


class Requests:
    """The file of them; it is small."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = state_folder(root) / FILE

    def all(self) -> list[Request]:
        """All requests, the newest first."""
        if not self._path.exists():
            return []
        return msgspec.json.decode(self._path.read_bytes(), type=list[Request])[::-1]

    def open(self, kind: Kind, person: str, at: Instant, *, because: str = "") -> Request:
        """Notes that this is asked for; what is open for the person already is not noted twice."""
        with self._changing() as found:
            for each in found:
                if each.is_open and (each.kind, each.person) == (kind, person):
                    return each
            made = Request(number=len(found) + 1, kind=kind, person=person, at=at, because=because)
            found.append(made)
        return made

    def done(self, number: int, at: Instant, *, receipt: str = "") -> None:
        """Notes that it was done; from now on it names nobody."""
        with self._changing() as found:
            one = found[number - 1]
            who = pseudonym(one.person, secret(self._root)) if one.is_open else one.person
            found[number - 1] = replace(one, person=who, done_at=at, receipt=receipt, because="", fault="")

    def failed(self, number: int, fault: str) -> None:
        """Notes why it could not be done."""
        with self._changing() as found:
            found[number - 1] = replace(found[number - 1], fault=fault)

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.erase`."""
        count = 0
        with self._changing() as found:
            for place, each in enumerate(found):
                if each.person in people:
                    # Whatever else they asked for is of no use any more.
                    who, done = pseudonym(each.person, secret(self._root)), each.done_at or SystemClock().now()
                    found[place] = replace(each, person=who, because="", fault="", done_at=done)
                    count += 1
        return count

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`."""
        return sum(each.person in people for each in self.all())

    @contextmanager
    def _changing(self) -> Iterator[list[Request]]:
        """One process at a time changes them; after a crash it is the old list or the new one."""
        with self._path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = self.all()[::-1]
            before = list(found)
            yield found
            if found == before:
                return
            write_whole(self._path, msgspec.json.encode(found))
