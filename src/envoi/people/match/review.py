"""Pairs of people who may be one, and what somebody said of them: each is asked once, unless its records changed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from envoi.clock import Instant
from envoi.events.event import PersonId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envoi.people.match.port import ReviewQueue


class State(StrEnum):
    """How a pair stands."""

    WAITING = "waiting"
    #: Looked at, and put off.
    LATER = "later"
    SAME = "same"
    DIFFERENT = "different"
    #: Certain, so that nobody was asked.
    MERGED = "merged"


#: Of pairs that somebody is still to decide, and of those that are decided.
OPEN = (State.WAITING, State.LATER)
DECIDED = (State.SAME, State.DIFFERENT, State.MERGED)
#: What a person says of a pair.
SAID = (State.SAME, State.DIFFERENT, State.LATER)
_AT_ONCE = 1_000


class Pair(NamedTuple):
    """Two people, in the order of their ids."""

    one: PersonId
    other: PersonId


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A pair, why it may be one person, and what was said of it."""

    one: PersonId
    other: PersonId
    #: How likely it is, from 0 to 1.
    score: float
    #: In words, what speaks for it first.
    reasons: tuple[str, ...]
    #: A digest of what was compared of each: another one means that a record has changed.
    records: tuple[str, str]
    state: State = State.WAITING
    #: When it was said, and by whom; nothing while it waits.
    at: Instant = Instant(0)
    by: str = ""

    @property
    def pair(self) -> Pair:
        """Who it is about."""
        return Pair(self.one, self.other)


def pair_of(one: PersonId, other: PersonId) -> Pair:
    """The two as a pair, whoever is named first.

    >>> pair_of(PersonId("b"), PersonId("a"))
    Pair(one='a', other='b')
    """
    return Pair(min(one, other), max(one, other))


def renew(queue: ReviewQueue, found: Sequence[Review]) -> int:
    """Makes the queue that of what was found now, and returns how many pairs were not in it.

    What somebody has said of the same records stands, and is not asked again. Who waits and was not found any more, as
    records have changed or people were merged, is taken out.
    """
    known = queue.get([each.pair for each in found])
    asked = [each for each in found if is_news(each, known)]
    listed = {each.pair for each in found}
    queue.drop([each.pair for state in OPEN for each in everyone(queue, state) if each.pair not in listed])
    queue.put(asked)
    return sum(1 for each in asked if each.pair not in known or known[each.pair].state in DECIDED)


def is_news(found: Review, known: Mapping[Pair, Review]) -> bool:
    """Whether this is to be asked: nobody has said anything of these records."""
    before = known.get(found.pair)
    return before is None or before.state is State.WAITING or before.records != found.records


def told_apart(queue: ReviewQueue, records: Mapping[PersonId, str]) -> list[Pair]:
    """The pairs of people, each with the digest of their record, of whom somebody decided that they are two.

    A pair that was merged and is two people again was separated by somebody: that is as good as having said so.
    """
    decided = (each for state in DECIDED for each in everyone(queue, state))
    return [each.pair for each in decided if each.records == (records.get(each.one), records.get(each.other))]


def last_word(queue: ReviewQueue) -> Review | None:
    """What a person said last, be it that they put it off; None if nobody has said anything."""
    latest = [each for state in SAID for each in queue.scan(state, limit=1)]
    return max(latest, key=lambda each: each.at, default=None)


def everyone(queue: ReviewQueue, state: State) -> Iterator[Review]:
    """All pairs of that state, in the queue's order."""
    offset = 0
    while some := queue.scan(state, offset=offset, limit=_AT_ONCE):
        yield from some
        offset += len(some)


def without(queue: ReviewQueue, person: PersonId) -> None:
    """Takes the open pairs of somebody who is nobody of their own any more out of the queue."""
    queue.drop([each.pair for state in OPEN for each in everyone(queue, state) if person in each.pair])
