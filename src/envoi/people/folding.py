"""Profiles while events are folded into them, also where people turn out to be one, or one to be two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.people.merge import merged, pointer
from envoi.people.profile import Profile, fold, is_silent
from envoi.people.regroup import Merged, Separated, change_of
from envoi.people.story import Joined, left_after, stories
from envoi.people.undone import takes_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from envoi.events.event import PersonId, Stored
    from envoi.events.port import Archive
    from envoi.people.story import Story

    #: The profiles of those of these people who have one.
    Load = Callable[[Sequence[PersonId]], Mapping[PersonId, Profile]]


class Folding:
    """Folds events of the log in their order; what has been folded before changes nothing."""

    def __init__(self, load: Load, archive: Archive) -> None:
        self._load = load
        self._archive = archive
        self._asked: set[PersonId] = set()
        #: The profiles read and folded.
        self.profiles: dict[PersonId, Profile] = {}

    def get(self, person: PersonId) -> Profile | None:
        """The person's profile as it is now."""
        self.expect([person])
        return self.profiles.get(person)

    def expect(self, people: Iterable[PersonId]) -> None:
        """Reads these people's profiles at once."""
        if new := [person for person in dict.fromkeys(people) if person not in self._asked]:
            self.profiles |= self._load(new)
            self._asked.update(new)

    def fold(self, stored: Stored) -> None:
        """Takes one more event in."""
        match change_of(stored.event):
            case Merged() as change:
                self._merge(change, stored)
            case Separated() as change:
                self._separate(change, stored)
            case None if takes_back(stored.event):
                self._take_back(stored)
            case None:
                self.profiles[stored.person] = fold(self.get(stored.person), stored)

    def _merge(self, change: Merged, stored: Stored) -> None:
        gone = self.get(change.gone)
        if self._is_behind(change.into, stored):
            if gone is not None and gone.seq >= stored.seq:
                # Another process has folded further, and what was here has gone where it belongs.
                self._tell_anew(change.into, stored, stories(self._archive, change.into, until=stored.seq))
            else:
                known = self.get(change.into)
                theirs = None if gone is None or gone.into else gone
                found = merged(None if known and known.into else known, theirs or Profile(person=change.gone), stored)
                self.profiles[change.into] = found
        if self._is_behind(change.gone, stored):
            self.profiles[change.gone] = pointer(change.gone, change.into, stored.seq)

    def _separate(self, change: Separated, stored: Stored) -> None:
        parts = (change.person, change.to)
        if any(self._is_behind(person, stored) for person in parts):
            found = stories(self._archive, change.person, until=stored.seq)
            for person in parts:
                if self._is_behind(person, stored):
                    self._tell_anew(person, stored, found)
        for person in parts:
            now = self.get(person)
            once = () if now is None or now.into else now.once
            self.expect(once)
            for name in once:
                left = self.profiles.get(name)
                # One who has become a person again by themselves meanwhile is left alone.
                if left is not None and left.into and left.seq < stored.seq:
                    self.profiles[name] = pointer(name, person, stored.seq)

    def _take_back(self, stored: Stored) -> None:
        """What is left of the person when something counts no more."""
        if self._is_behind(stored.person, stored):
            story = left_after(self._archive, stored)
            found = profile_of(story, stored.person, seq=stored.seq)
            self.profiles[stored.person] = replace(found, is_gone=not story.items)

    def _is_behind(self, person: PersonId, stored: Stored) -> bool:
        known = self.get(person)
        return known is None or known.seq < stored.seq

    def _tell_anew(self, person: PersonId, stored: Stored, found: Mapping[PersonId, Story]) -> None:
        if any(not is_silent(one.event) for one in found[person].events(person)):
            self.profiles[person] = profile_of(found[person], person, seq=stored.seq)


def profile_of(story: Story, person: PersonId, *, seq: int) -> Profile:
    """The profile of someone whose story this is up to a position of the log."""
    found: Profile | None = None
    for item in story.items:
        if isinstance(item, Joined):
            found = merged(found, profile_of(item.story, person, seq=item.by.seq), item.by)
        elif not is_silent(item.event):
            found = fold(found, item)
    return replace(found or Profile(person=person), person=person, seq=seq, once=tuple(sorted(story.once)))


def survivor(load: Load, person: PersonId) -> Profile | None:
    """The profile of whoever the person turned out to be."""
    found = load([person]).get(person)
    while found is not None and found.into:
        found = load([found.into]).get(found.into)
    return found
