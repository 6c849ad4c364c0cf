"""A person's word on who is who: two people are one, or one is two; while a live host runs, too."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import Conflict, NotFound
from envoi.events.event import ENVOI, PersonId
from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.audit import known_as, note
from envoi.hosts.folder import state_folder
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import clock_of, settings_alone
from envoi.people.privacy.audit import Deed
from envoi.people.regroup import Change, Merged, Separated, as_event, change_of
from envoi.reports.answers import PeopleMerged, PeopleSeparated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from envoi.clock import Clock
    from envoi.hosts.stores import Log
    from envoi.people.port import IdentityStore, ProfileStore
    from envoi.people.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who says so, and why."""

    because: str
    by: str
    #: How sure it is, up to 1: of a program that compared two records.
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """A project's log, profiles and keys, open for such a word."""

    root: Path
    log: Log
    people: ProfileStore
    identity: IdentityStore
    clock: Clock

    def nodes_of(self, person: str) -> list[PersonId]:
        """The keys that are this person, in order; of a person with one key, that."""
        return self.identity.nodes_of(PersonId(person))

    def merge(self, one: str, other: str, word: Word) -> PeopleMerged:
        """Makes two people one: who is called by the more trusted key stays, or else who was seen first.

        Where they are one already, nothing changes.

        Raises:
            NotFound: the log knows nobody of this id.
            StoreBusy: another process kept the log locked too long.
        """
        first, second = sorted((self._seen(one), self._seen(other)), key=lambda profile: profile.first_seen)
        if first.person == second.person:
            return PeopleMerged(person=first.person, gone="", nodes=[], because=word.because, changed=False)
        wanted = Merged(
            into=first.person, gone=second.person, nodes=(), because=word.because, score=word.score, by=word.by
        )
        for done in self._append(wanted):
            if isinstance(done, Merged):
                return PeopleMerged(
                    person=done.into, gone=done.gone, nodes=list(done.nodes), because=word.because, changed=True
                )
        return PeopleMerged(person=first.person, gone="", nodes=[], because=word.because, changed=False)

    def separate(self, person: str, nodes: Sequence[str], word: Word) -> PeopleSeparated:
        """Gives nodes back: what they did is no longer the person's, as if it never had been.

        Raises:
            NotFound: the log knows nobody of this id, or the person has no such node.
            Conflict: the person is called by one of the nodes.
            StoreBusy: another process kept the log locked too long.
        """
        who = self._seen(person).person
        given = tuple(PersonId(node) for node in dict.fromkeys(nodes))
        wanted = Separated(person=who, nodes=given, to=PersonId(""), because=word.because, by=word.by)
        (done,) = (each for each in self._append(wanted) if isinstance(each, Separated))
        return PeopleSeparated(person=done.person, to=done.to, nodes=list(done.nodes), because=done.because)

    def undo(self, merge: str, word: Word) -> PeopleSeparated:
        """Takes back the merge that the event with this id records.

        Raises:
            NotFound: there is no such event.
            Conflict: it was taken back already.
        """
        changes = [change_of(one.event) for one in self.log.find(ENVOI, [merge])]
        found = next((each for each in changes if isinstance(each, Merged)), None)
        if found is None:
            raise NotFound(f"no merge has the id {merge!r}", hint="it is the id of an event 'People Merged'")
        into = self._seen(found.into).person
        if not set(found.nodes) <= set(self.nodes_of(into)):
            raise Conflict(f"{found.gone!r} is not {into!r} any more: the merge was taken back", hint="nothing to do")
        return self.separate(into, found.nodes, word)

    def part(self, one: str, other: str, word: Word) -> PeopleSeparated | None:
        """Makes two ids that were merged two people again; None if they are two already.

        Raises:
            NotFound: the log knows nobody of one of the ids.
            Conflict: no merge joined them, so nobody knows which keys were whose.
        """
        into = self._seen(one).person
        if self._seen(other).person != into:
            return None
        had = set(self.nodes_of(into))
        for stored in reversed(self.log.regrouped()):
            change = change_of(stored.event)
            # Of one that was taken back its keys are elsewhere.
            if not isinstance(change, Merged) or not had.issuperset(change.nodes):
                continue
            if (one in change.nodes) != (other in change.nodes):
                return self.separate(into, change.nodes, word)
        raise Conflict(f"{one!r} and {other!r} were one from the first", hint="envoi separate takes a key off a person")

    def _seen(self, person: str) -> Profile:
        """Whoever this id stands for now.

        Raises:
            NotFound: nobody.
        """
        found = as_of_now(self.log, self.people, PersonId(person))
        if found is None:
            raise NotFound(f"no person {person!r}", hint="ids are as 'envoi who' lists them: 17, email:ada@example.org")
        return found

    def _append(self, wanted: Change) -> list[Change]:
        """What became of it: the log says how it is at that moment."""
        now = self.clock.now()
        who = wanted.into if isinstance(wanted, Merged) else wanted.person
        what = Deed.MERGED if isinstance(wanted, Merged) else Deed.SEPARATED
        # Noted first: what cannot be noted is not done.
        note(self.root, what, by=wanted.by, about=known_as(self.root, who))
        asked = as_event(wanted, cause=f"{wanted.by} at {now}", at=now, seen_at=now)
        stored = self.log.append(Batch(events=[(who, asked)]))
        return [change for one in stored if (change := change_of(one.event))]


@contextmanager
def open_identities(root: Path) -> Iterator[Identities]:
    """Opens a project for it, whatever else is going on there.

    Raises:
        NotFound: there is no such folder.
        InvalidProject: `envoi.toml` has mistakes.
        StoreBusy: another process kept the log locked too long.
    """
    settings = settings_alone(root)
    with open_stores(settings, state_folder(root)) as kept:
        yield Identities(root=root, log=kept.log, people=kept.people, identity=kept.identity, clock=clock_of(settings))


def merge(root: Path, one: str, other: str, word: Word) -> PeopleMerged:
    """Makes two people of the project in `root` one: see `Identities.merge`."""
    with open_identities(root) as known:
        return known.merge(one, other, word)


def separate(root: Path, person: str, nodes: Sequence[str], word: Word) -> PeopleSeparated:
    """Gives nodes of a person of the project in `root` back: see `Identities.separate`."""
    with open_identities(root) as known:
        return known.separate(person, nodes, word)
