"""Matching a project's own people: who is certainly one person is merged, who may be is put before somebody."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.adapters.people.nicknames import english
from envoi.clock import SystemClock
from envoi.errors import Conflict
from envoi.events.clean import digest
from envoi.hosts.matching import linker_for, mapping_of
from envoi.people.match.cluster import Bounds
from envoi.people.match.columns import Columns
from envoi.people.match.find import MERGE, find
from envoi.people.match.gather import gather
from envoi.people.match.kinds import guess
from envoi.people.match.record import Kind
from envoi.people.match.review import Review, State, pair_of, renew, told_apart
from envoi.reports.matches import MatchField, MatchLink, PeopleMatched, in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from envoi.clock import Clock
    from envoi.events.event import PersonId
    from envoi.people.match.cluster import Link
    from envoi.people.match.compare import Nicknames
    from envoi.people.match.mapping import FieldMap
    from envoi.people.match.port import Merge, ReviewQueue
    from envoi.people.match.record import People
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile

    Progress = Callable[[int, int], None]

#: Beside `envoi.toml`: what the fields of profiles are.
MAPPING = "match.toml"
#: Who merged, as the log has it.
BY = "envoi match"
#: Keys that make up the id of who has no other, and are traits too.
_CONTACTS = ("email", "phone")
_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What matching a project's people works with."""

    people: ProfileStore
    queue: ReviewQueue
    #: Has profiles follow the merges that were made.
    settled: Callable[[], None] = lambda: None
    clock: Clock = field(default_factory=SystemClock)


def match_people(
    root: Path, matching: Matching, merge: Merge | None, *, progress: Progress = lambda *_: None
) -> PeopleMatched:
    """Merges whom it is certain of, and makes the queue that of whom it is not; without `merge` it only tells.

    A pair that somebody told apart is neither merged nor asked again, as long as its records stay as they are.

    Raises:
        ProjectError: the mapping is wrong.
    """
    begun = time.perf_counter()
    mapping = mapping_of(root / MAPPING if (root / MAPPING).is_file() else None)
    crowd = _Crowd.read(matching, mapping, progress)
    nicknames = english()
    linker, because = linker_for(len(crowd.people.keys), nicknames)
    found = find(crowd.people, linker, nicknames=nicknames, bounds=crowd.bounds(mapping.cap))
    certain = _links(link for each in found.certain for link in each.links)
    doubtful = _links(link for each in found.clusters for link in each.links if link.score < MERGE)
    done = _Done(crowd, nicknames, matching)
    if merge:
        for link in certain:
            done.merge(link, merge)
        matching.settled()
    new = renew(matching.queue, done.questions(doubtful)) if merge else 0
    return PeopleMatched(
        people=len(crowd.people.keys),
        method=linker.name,
        because=because,
        fields=[MatchField(column=column, kind=kind) for column, kind in crowd.kinds.items()],
        dry_run=merge is None,
        merged=[done.told(link) for link in certain if link not in done.conflicts],
        asked=[done.told(link) for link in doubtful],
        new=new,
        told_apart=len(crowd.told_apart),
        refused=[
            done.told(link) for link in _links(link for link in found.refused if link[:2] not in crowd.told_apart)
        ],
        conflicts={f"{crowd.key(link.left)} and {crowd.key(link.right)}": why for link, why in done.conflicts.items()},
        seconds=round(time.perf_counter() - begun, 3),
    )


@dataclass(slots=True, kw_only=True)
class _Crowd:
    """The project's people as records, those of whom anything is known that could tell."""

    people: People
    kinds: Mapping[str, Kind]
    #: By person, of what is compared.
    digests: Mapping[PersonId, str]
    #: Records that somebody told apart.
    told_apart: frozenset[tuple[int, int]]
    #: How many people those were who turned out to be one.
    weights: Mapping[int, int]

    @classmethod
    def read(cls, matching: Matching, mapping: FieldMap, progress: Progress) -> _Crowd:
        keys: list[PersonId] = []
        weights: dict[int, int] = {}
        table = Columns()
        for profile in everybody(matching.people):
            if fields := record_of(profile):
                if profile.once:
                    weights[len(keys)] = 1 + len(profile.once)
                keys.append(profile.person)
                table.add(fields)
            if len(keys) % _PAGE == 0:
                progress(len(keys), 0)
        kinds = guess(table.columns, {name: kind for name, kind in mapping.fields.items() if name in table.columns})
        compared = [column for column, kind in kinds.items() if kind is not Kind.IGNORED]
        digests = {
            person: digest_of({column: table.columns[column][number] for column in compared})
            for number, person in enumerate(keys)
        }
        place = {person: number for number, person in enumerate(keys)}
        apart = [sorted((place[one], place[other])) for one, other in told_apart(matching.queue, digests)]
        return cls(
            people=gather(keys, table.columns, kinds),
            kinds=kinds,
            digests=digests,
            told_apart=frozenset((one, other) for one, other in apart),
            weights=weights,
        )

    def key(self, record: int) -> PersonId:
        """Whose record it is."""
        return self.people.keys[record]  # type: ignore[return-value]  # made of people's ids above

    def bounds(self, cap: int) -> Bounds:
        """What no cluster goes beyond."""
        apart = defaultdict(set)
        for one, other in self.told_apart:
            apart[one].add(other)
            apart[other].add(one)
        return Bounds(cap=cap, apart={one: frozenset(some) for one, some in apart.items()}, weights=self.weights)


@dataclass(slots=True)
class _Done:
    """Merges as they are made, and what is left to be asked."""

    crowd: _Crowd
    nicknames: Nicknames
    matching: Matching
    #: Whose id a person has now, if it is another's.
    now: dict[PersonId, PersonId] = field(default_factory=dict)
    conflicts: dict[Link, str] = field(default_factory=dict)

    def merge(self, link: Link, merge: Merge) -> None:
        """Makes the two one, and notes that they were: who separates them is not overruled by the next matching."""
        review = self.review(link)
        one, other = self.called(review.one), self.called(review.other)
        try:
            survivor = merge(one, other, because="; ".join(review.reasons), by=BY, score=link.score)
        except Conflict as conflict:
            self.conflicts[link] = str(conflict)
            return
        self.now[one] = self.now[other] = survivor
        self.matching.queue.put([replace(review, state=State.MERGED, at=self.matching.clock.now(), by=BY)])

    def called(self, person: PersonId) -> PersonId:
        """The id that the person has by now."""
        while (survivor := self.now.get(person, person)) != person:
            person = survivor
        return person

    def questions(self, links: Sequence[Link]) -> list[Review]:
        """The pairs to be looked at, as the people are after merging."""
        found = [self.review(link) for link in links]
        people = {self.called(person) for each in found for person in each.pair}
        survivors = set(self.now.values())
        digests = self._digests([person for person in people if person in survivors])
        return [
            replace(each, one=pair.one, other=pair.other, records=(digests[pair.one], digests[pair.other]))
            for each in found
            if (pair := pair_of(self.called(each.one), self.called(each.other))).one != pair.other
        ]

    def review(self, link: Link) -> Review:
        """The pair as it was compared."""
        pair = pair_of(self.crowd.key(link.left), self.crowd.key(link.right))
        return Review(
            one=pair.one,
            other=pair.other,
            score=round(link.score, 6),
            reasons=tuple(in_words(self.crowd.people, link, self.nicknames)),
            records=(self.crowd.digests[pair.one], self.crowd.digests[pair.other]),
        )

    def told(self, link: Link) -> MatchLink:
        """The pair as an answer."""
        each = self.review(link)
        return MatchLink(
            left=each.one,
            right=each.other,
            score=each.score,
            verdict="merge" if link.score >= MERGE else "review",
            reasons=list(each.reasons),
        )

    def _digests(self, changed: Sequence[PersonId]) -> dict[PersonId, str]:
        """By person; those of merged people are of what is known of both."""
        compared = {column for column, kind in self.crowd.kinds.items() if kind is not Kind.IGNORED}
        profiles = self.matching.people.get(changed)
        told: dict[PersonId, str] = {**self.crowd.digests}
        for person, profile in profiles.items():
            one = Columns()
            one.add(record_of(profile))
            told[person] = digest_of({name: values[0] for name, values in one.columns.items() if name in compared})
        return told


def record_of(profile: Profile) -> dict[str, object]:
    """What a profile says of the person, field by field; of a field of fields each, of a list nothing."""
    kind, colon, value = profile.person.partition(":")
    known = {kind: value} if colon and kind in _CONTACTS else {}
    return known | dict(_flat("", {name: trait.value for name, trait in profile.traits.items()}))


def digest_of(record: Mapping[str, str]) -> str:
    """Tells whether a record is as it was; what is not known takes no part."""
    return digest(sorted((name, value) for name, value in record.items() if value))


def everybody(people: ProfileStore) -> Iterator[Profile]:
    """Everyone, by id."""
    start = ""
    while some := list(people.scan(start, _PAGE)):
        yield from some
        start = f"{some[-1].person}\0"


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(f"{path}.{name}" if path else name, one)
    elif value is not None and not isinstance(value, list | bool):
        yield path, value


def _links(links: Iterable[Link]) -> list[Link]:
    """The surest first."""
    return sorted(links, key=lambda each: (-each.score, each.left, each.right))
