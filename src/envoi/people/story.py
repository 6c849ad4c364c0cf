"""What a person did, as the log tells it: their own events in order, and those of others who turned out to be them.

A story can be cut by nodes: each part is then as if the other had never been in it. So a merge can be undone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.people.identity import home_of
from envoi.people.regroup import Merged, Separated, change_of, lineage
from envoi.people.undone import kept_by, taken_by, takes_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from envoi.events.event import PersonId, Stored
    from envoi.events.port import Archive


@dataclass(slots=True)
class Joined:
    """Someone who turned out to be this person, and the event that says so."""

    by: Stored
    story: Story


@dataclass(slots=True)
class Story:
    """One person."""

    items: list[Stored | Joined] = field(default_factory=list)
    #: What the people were called who turned out to be this one.
    once: set[PersonId] = field(default_factory=set)

    def events(self, person: PersonId) -> list[Stored]:
        """All that happened to the person, in the order of the log."""
        found = sorted(_all(self), key=lambda one: one.seq)
        return [one if one.person == person else replace(one, person=person) for one in found]

    def cut(self, nodes: AbstractSet[PersonId]) -> tuple[Story, Story]:
        """What stays, and what these nodes did."""
        stays, leaves = Story(once=self.once - nodes), Story(once=self.once & nodes)
        for item in self.items:
            if isinstance(item, Joined):
                for part, rest in zip((stays, leaves), item.story.cut(nodes), strict=True):
                    part.join(item.by, rest)
            else:
                part = leaves if home_of(item.event, otherwise=item.person) in nodes else stays
                part.items.append(item)
        return stays, leaves

    def drop(self, places: AbstractSet[int]) -> None:
        """Takes out the events at these positions of the log: they count no more."""
        for item in self.items:
            if isinstance(item, Joined):
                item.story.drop(places)
        self.items = [
            item for item in self.items if (item.story.items if isinstance(item, Joined) else item.seq not in places)
        ]

    def join(self, by: Stored, other: Story) -> None:
        """Adds the story of another who turned out to be this person."""
        if not self.items:
            # As if it had been theirs from the beginning: nobody was merged with anybody.
            self.items = list(other.items)
        elif other.items:
            self.items.append(Joined(by, other))


def told(events: Iterable[Stored]) -> dict[PersonId, Story]:
    """The story of everybody whom these events of the log, in its order, are about."""
    found: dict[PersonId, Story] = {}
    for stored in events:
        match change_of(stored.event):
            case Merged(into=into, gone=gone):
                story, other = found.setdefault(into, Story()), found.pop(gone, Story())
                story.join(stored, other)
                story.once |= {gone} | other.once
            case Separated(person=person, to=to, nodes=nodes):
                found[person], found[to] = found.get(person, Story()).cut(frozenset(nodes))
                found[to].once.discard(to)
        if takes_back(stored.event):
            found.setdefault(stored.person, Story()).drop(taken_by(stored.event))
            continue
        found.setdefault(stored.person, Story()).items.append(stored)
    return found


def _all(story: Story) -> Iterator[Stored]:
    for item in story.items:
        if isinstance(item, Joined):
            yield from _all(item.story)
        else:
            yield item


def stories(archive: Archive, person: PersonId, *, until: int) -> dict[PersonId, Story]:
    """The stories at this position of the log of the person, and of whoever parted from them there.

    All of the log is looked through: it is done only where someone turned out to be two people.
    """
    changes = [one for one in archive.regrouped() if one.seq <= until]
    events = {one.seq: one for who in lineage(changes, person) for one in archive.of(who, after=0) if one.seq <= until}
    return told(events[seq] for seq in sorted(events))


def left_after(archive: Archive, stored: Stored) -> Story:
    """The story of the person of whom this event takes something back, without that."""
    return told(archive.fetch(sorted(kept_by(stored.event)))).get(stored.person, Story())


def given_back(archive: Archive, stored: Iterable[Stored]) -> dict[int, list[int]]:
    """For each of these events by which someone turned out to be two: the positions of the events that go with them."""
    found: dict[int, list[int]] = {}
    for one in stored:
        if isinstance(change := change_of(one.event), Separated):
            parted = stories(archive, change.person, until=one.seq)[change.to]
            found[one.seq] = [each.seq for each in parted.events(change.to)]
    return found
