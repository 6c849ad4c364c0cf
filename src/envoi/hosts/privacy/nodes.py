"""All ids under which a project knows one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envoi.events.event import PersonId


def nodes_of(person: PersonId) -> list[PersonId]:
    """The ids that are this person's."""
    return [person]
