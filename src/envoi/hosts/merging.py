"""Who makes two people of a project one, and two of one again: what matching and its pages hand their pairs to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.events.event import PersonId
from envoi.hosts.identity import Word, open_identities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from envoi.hosts.identity import Identities
    from envoi.people.match.port import Merge, Separate

    #: Makes it ready for the project in a folder.
    Merger = Callable[[Path], AbstractContextManager["Merging"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """Merging and its way back."""

    merge: Merge
    separate: Separate


@contextmanager
def merging_of(root: Path) -> Iterator[Merging]:
    """What merges the people of the project in `root`, whatever else is going on there."""
    with open_identities(root) as known:
        yield over(known)


def over(known: Identities) -> Merging:
    """The same for stores that are open."""

    def merge(one: PersonId, other: PersonId, *, because: str, by: str, score: float) -> PersonId:
        return PersonId(known.merge(one, other, Word(because=because, by=by, score=score)).person)

    def separate(one: PersonId, other: PersonId, *, because: str, by: str) -> None:
        known.part(one, other, Word(because=because, by=by))

    return Merging(merge=merge, separate=separate)
