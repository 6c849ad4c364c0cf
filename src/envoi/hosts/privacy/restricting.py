"""Restricts the use of a person's data, or lifts that: in the log, so that all who follow it know at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import SystemClock
from envoi.errors import Conflict, NotFound
from envoi.events.event import PersonId
from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.audit import known_as, note
from envoi.hosts.local import open_letterbox
from envoi.people.privacy.audit import Deed
from envoi.people.privacy.restriction import is_restricted, restriction

if TYPE_CHECKING:
    from pathlib import Path


def restrict(root: Path, person: str, *, lift: bool = False, because: str, by: str) -> None:
    """Has the person's data kept and not used, or used again.

    Raises:
        NotFound: nothing is known of them.
        Conflict: it is so already.
    """
    with open_letterbox(root) as box:
        profile = as_of_now(box.log, box.people, PersonId(person))
        if profile is None:
            raise NotFound(f"no person {person!r}", hint="name them by their id, as 'envoi who' prints it")
        if is_restricted(profile) is not lift:
            state = "not restricted" if lift else "restricted already"
            raise Conflict("the use of this person's data is " + state)
        at = max(box.clock.now(), profile.last_seen) if box.settings.as_of else SystemClock().now()
        event = restriction(profile, restricted=not lift, at=at, because=because, by=by)
        note(root, Deed.RELEASED if lift else Deed.RESTRICTED, by=by, about=known_as(root, person))
        box.log.append(Batch(events=[event]))
