"""What an import would change: who is new, who would be another than before, and some of them before and after."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from envoi.events.event import PersonId, Stored, Value
from envoi.events.tally import MOST_PEOPLE
from envoi.people.profile import fold

if TYPE_CHECKING:
    from envoi.events.event import Event
    from envoi.events.port import Archive, Batch
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile

#: So many people are shown before and after.
SHOWN = 5


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of somebody; None where nothing is known."""

    name: str
    before: Value
    after: Value


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody before and after."""

    person: PersonId
    is_new: bool
    fields: list[Field]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of people and events."""

    new_people: int = 0
    changed_people: int = 0
    same_people: int = 0
    new_events: int = 0
    known_events: int = 0
    samples: list[Sample] = []


@dataclass(slots=True, kw_only=True)
class Comparing:
    """Compares batch by batch with what is stored."""

    people: ProfileStore
    archive: Archive
    #: By person: "new", "changed" or "same"; people are told apart up to as many as a tally does.
    fates: dict[PersonId, str] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    #: Ids of events that came already in this very file.
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, batch: Batch) -> None:
        """Compares one more batch."""
        new = self._new(batch)
        before = self.people.get(list({person for person, _ in batch.events}))
        after: dict[PersonId, Profile | None] = dict(before)
        for person, event in new:
            known = after.get(person)
            stored = Stored(seq=(known.seq if known else 0) + 1, person=person, event=event)
            after[person] = fold(known, stored)
        for person in dict.fromkeys(person for person, _ in batch.events):
            self._judge(person, before.get(person), after.get(person))

    def done(self) -> Compared:
        """What was found."""
        counts = Counter(self.fates.values())
        return Compared(
            new_people=counts["new"],
            changed_people=counts["changed"],
            same_people=counts["same"],
            new_events=self.events["new"],
            known_events=self.events["known"],
            samples=self.samples,
        )

    def _new(self, batch: Batch) -> list[tuple[PersonId, Event]]:
        known = set(self._seen)
        for source in {event.source for _, event in batch.events}:
            ids = [event.id for _, event in batch.events if event.source == source]
            known |= {(source, one.event.id) for one in self.archive.find(source, ids)}
        new = []
        for person, event in batch.events:
            if (event.source, event.id) not in known:
                new.append((person, event))
                known.add((event.source, event.id))
        if len(self._seen) < MOST_PEOPLE:
            self._seen |= {(event.source, event.id) for _, event in new}
        self.events.update({"new": len(new), "known": len(batch.events) - len(new)})
        return new

    def _judge(self, person: PersonId, before: Profile | None, after: Profile | None) -> None:
        fields = _differences(before, after)
        fate = "same" if before and not fields else "changed" if before else "new"
        if person not in self.fates and len(self.fates) >= MOST_PEOPLE:
            return
        if self.fates.get(person) not in ("new", "changed"):
            self.fates[person] = fate
            if fate != "same" and len(self.samples) < SHOWN:
                self.samples.append(Sample(person=person, is_new=before is None, fields=fields))


def _differences(before: Profile | None, after: Profile | None) -> list[Field]:
    had, has = _known(before), _known(after)
    return [
        Field(name=name, before=had.get(name), after=has.get(name))
        for name in sorted(had.keys() | has.keys())
        if had.get(name) != has.get(name)
    ]


def _known(profile: Profile | None) -> dict[str, Value]:
    if profile is None:
        return {}
    said: dict[str, Value] = {
        f"consent to {name}": "yes" if one.granted else "no" for name, one in profile.consent.items()
    }
    return {**{name: trait.value for name, trait in profile.traits.items()}, **said}
