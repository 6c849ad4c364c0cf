"""What an import brought is taken back: the event of the log that says so of one person, which every fold follows.

Nothing leaves the log. The event names the places of what was taken back, and of all else that is known of the person
at that moment, so that whoever follows looks up these few instead of reading the log again.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from envoi.events.event import ENVOI, Event, Name, PersonId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.clock import Instant


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """Of one person: which events count no more, and from which all that is left follows."""

    person: PersonId
    #: The name of the import.
    by: str
    #: Positions in the log.
    taken: tuple[int, ...]
    #: Of the person, and of those who turned out to be them or were taken for them; who is who is among them.
    kept: tuple[int, ...]


def as_event(undone: Undone, *, at: Instant) -> Event:
    """The event that records it; of the same import and person it has the same id."""
    told = blake2b(f"{undone.by}\0{undone.person}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Event(
        id=f"undone {told}",
        source=ENVOI,
        name=Name.IMPORT_UNDONE,
        keys={"user_id": undone.person},
        at=at,
        seen_at=at,
        props={"import": undone.by, "taken": list(undone.taken), "kept": list(undone.kept)},
    )


def takes_back(event: Event) -> bool:
    """Whether by this event others count no more."""
    return event.name == Name.IMPORT_UNDONE and event.source == ENVOI


def taken_by(event: Event) -> frozenset[int]:
    """The positions of the events that count no more by this one; none if it is no such event."""
    return frozenset(_places(event, "taken")) if takes_back(event) else frozenset()


def kept_by(event: Event) -> Sequence[int]:
    """The positions of what is left."""
    return _places(event, "kept")


def _places(event: Event, name: str) -> list[int]:
    found = event.props.get(name)
    return [place for place in found if isinstance(place, int)] if isinstance(found, list) else []
