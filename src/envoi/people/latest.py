"""Profiles as of the log's last event, for one who asks again and again: what is new in the log is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.event import LOOKING_BACK, NOBODY
from envoi.people.folding import Folding
from envoi.people.profile import Profile, fold, is_silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import PersonId, Stored
    from envoi.events.port import Archive, EventLog
    from envoi.people.port import ProfileStore

#: Profiles remembered.
_MOST = 5_000
#: News that no profile in the store has yet, remembered.
_MOST_NEWS = 20_000


class Latest:
    """Folds news over what the store has; it writes nothing."""

    def __init__(self, log: EventLog, people: ProfileStore, archive: Archive) -> None:
        self._log = log
        self._people = people
        self._archive = archive
        #: Up to here the log has been read.
        self._seen = self._folded = people.position()
        self._news: dict[PersonId, list[Stored]] = {}
        self._count = 0
        self._known: dict[PersonId, Profile] = {}
        #: Those that turned out to be one, or two, as they were then: their news go on from there.
        self._regrouped: dict[PersonId, Profile] = {}

    def refresh(self) -> None:
        """Reads what is new in the log."""
        if self.has_many_news:
            self._start_over()
        for stored in self._log.read(after=self._seen):
            self._seen = stored.seq
            if stored.person == NOBODY or is_silent(stored.event):
                continue
            self._count += 1
            if stored.event.name in LOOKING_BACK:
                self._regroup(stored)
            self._news.setdefault(stored.person, []).append(stored)
            if stored.person in self._known:
                self._known[stored.person] = fold(self._known[stored.person], stored)

    @property
    def has_many_news(self) -> bool:
        """Whether somebody had better fold what is new into the store."""
        return self._count > _MOST_NEWS

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one, as of the last refresh; of who is somebody else now, theirs."""
        found = self.under(people)
        while gone := [one.into for one in found.values() if one.into]:
            now = self.under(gone)
            found = {person: now[one.into] if one.into else one for person, one in found.items()}
        return found

    def under(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """What there is under these very ids; of who turned out to be another, that."""
        if len(self._known) > _MOST:
            self._known.clear()
        if asked := [person for person in people if person not in self._known]:
            stored = self._people.get(asked)
            for person in asked:
                profile = max(stored.get(person), self._regrouped.get(person), key=_seq)
                for one in self._news.get(person, ()):
                    profile = fold(profile, one)
                if profile:
                    self._known[person] = profile
        return {person: self._known[person] for person in people if person in self._known}

    def pass_over(self, own: Sequence[Stored]) -> None:
        """What was just appended, and says nothing that a profile would hold, need not be read if it comes next."""
        if own and own[0].seq == self._seen + 1:
            self._seen = own[-1].seq

    def _regroup(self, stored: Stored) -> None:
        """People turned out to be one, or two, or something was taken back."""
        folding = Folding(self.under, self._archive)
        folding.fold(stored)
        self._regrouped |= folding.profiles
        self._known |= folding.profiles

    def _start_over(self) -> None:
        """Forgets the news that have reached the store meanwhile."""
        position = self._people.position()
        if position <= self._folded:
            return
        self._folded = position
        self._news = {
            person: left for person, some in self._news.items() if (left := [one for one in some if one.seq > position])
        }
        self._count = sum(map(len, self._news.values()))
        self._regrouped = {person: one for person, one in self._regrouped.items() if one.seq > position}


def _seq(profile: Profile | None) -> int:
    return profile.seq if profile else -1
