"""One event of the log, as a judge takes it: also where people turn out to be one, or one to be two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.regroup import Merged, Separated, change_of
from envoi.people.story import Story, left_after, stories
from envoi.people.undone import takes_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import Stored
    from envoi.events.port import Archive
    from envoi.segments.base import Judge
    from envoi.segments.transition import Transition


def happen(judge: Judge, stored: Stored, archive: Archive) -> Sequence[Transition]:
    """Who moves by the event."""
    match change_of(stored.event):
        case Merged(gone=gone):
            return judge.merge(stored, gone)
        case Separated(person=person, to=to):
            found = stories(archive, person, until=stored.seq)
            parts = ((each, found.get(each, Story())) for each in (person, to))
            return [move for each, story in parts for move in judge.rebuild(each, story.events(each), stored)]
        case None if takes_back(stored.event):
            return judge.rebuild(stored.person, left_after(archive, stored).events(stored.person), stored)
        case None:
            return judge.event(stored)
