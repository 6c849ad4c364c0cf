"""Two people side by side: what is known of each, what differs, and what one person of the two would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.events.values import shown
from envoi.people.match.review import Review, State
from envoi.reports.person import full_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from envoi.events.event import PersonId, Value
    from envoi.people.match.port import ReviewQueue
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile

#: Pairs looked at for one that is still of two people.
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of both."""

    name: str
    one: str
    other: str
    joined: str
    #: "same", "differs", or "only here", which says that the other has nothing.
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """A pair as somebody sees it who is to decide."""

    review: Review
    one: Profile
    other: Profile
    fields: Sequence[Line]
    #: What each said of each purpose.
    consent: Sequence[Line]


def side_by_side(review: Review, people: ProfileStore) -> SideBySide | None:
    """The pair with what is known of both now; None if they are not two people any more."""
    found = people.get(review.pair)
    if len(found) < len(review.pair):
        return None
    one, other = found[review.one], found[review.other]
    both = joined(one, other)
    return SideBySide(
        review=review,
        one=one,
        other=other,
        fields=list(_lines(one, other, both, _trait)),
        consent=list(_lines(one, other, both, _consent)),
    )


def next_pair(queue: ReviewQueue, people: ProfileStore) -> SideBySide | None:
    """The likeliest pair that waits; after those, what was put off, the longest ago first; None if there is none."""
    return next((found for each in _open(queue) if (found := side_by_side(each, people))), None)


def name_of(profile: Profile | None, person: PersonId) -> str:
    """What a person is called: by name, by address, or by id."""
    email = profile.value("email") if profile else None
    return full_name(profile) or (email if isinstance(email, str) else "") or person


def joined(one: Profile, other: Profile) -> Profile:
    """What one person of the two would have: of each trait the later value; where they differ on a purpose, the no."""
    later = {
        key: trait for key, trait in other.traits.items() if key not in one.traits or one.traits[key].at < trait.at
    }
    firm = {key: said for key, said in other.consent.items() if key not in one.consent or not said.granted}
    return replace(one, traits=one.traits | later, consent=one.consent | firm)


def _open(queue: ReviewQueue) -> Iterator[Review]:
    yield from queue.scan(State.WAITING, limit=_LOOKED_AT)
    later = queue.counts().get(State.LATER, 0)
    yield from reversed(queue.scan(State.LATER, offset=max(0, later - _LOOKED_AT), limit=_LOOKED_AT))


def _lines(one: Profile, other: Profile, both: Profile, told: Callable[[Profile], dict[str, str]]) -> Iterator[Line]:
    left, right, joined = told(one), told(other), told(both)
    for name in sorted(left.keys() | right.keys()):
        here, there = left.get(name, ""), right.get(name, "")
        mark = "same" if here == there else "differs" if here and there else "only here"
        yield Line(name=name, one=here, other=there, joined=joined.get(name, ""), mark=mark)


def _trait(profile: Profile) -> dict[str, str]:
    return {name: _spelled(trait.value) for name, trait in profile.traits.items() if trait.value is not None}


def _consent(profile: Profile) -> dict[str, str]:
    return {purpose: "agreed" if said.granted else "said no" for purpose, said in profile.consent.items()}


def _spelled(value: Value) -> str:
    return value if isinstance(value, str) else shown(value)
