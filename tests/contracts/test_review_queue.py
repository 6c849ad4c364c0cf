"""What every queue of reviews promises: one review a pair, each state in one order, and none of who was erased."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.people.memory_review import MemoryReviewQueue
from envoi.adapters.people.postgres_review import PostgresReviewQueue
from envoi.adapters.people.sqlite_review import SqliteReviewQueue
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.people.match.review import Review, State, last_word, pair_of, renew, told_apart
from tests.postgres import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    Queue = MemoryReviewQueue | SqliteReviewQueue | PostgresReviewQueue


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    if request.param == "memory":
        yield MemoryReviewQueue()
    elif request.param == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteReviewQueue(connection)
    else:
        with fresh() as database:
            yield PostgresReviewQueue(database)


def review(
    one: str, other: str, *, score: float = 0.95, records: str = "r1", state: State = State.WAITING, at: int = 0
) -> Review:
    pair = pair_of(PersonId(one), PersonId(other))
    return Review(
        one=pair.one,
        other=pair.other,
        score=score,
        reasons=("same e-mail",),
        records=(records, records),
        state=state,
        at=Instant(at),
    )


AB, BC, CD = review("a", "b"), review("b", "c", score=0.91), review("d", "c ö", score=0.98)


def test_an_empty_queue(queue: Queue) -> None:
    assert queue.scan(State.WAITING) == []
    assert queue.get([AB.pair]) == {}
    assert sum(queue.counts().values()) == 0
    assert last_word(queue) is None
    queue.put([])
    queue.drop([AB.pair])


def test_one_review_a_pair_the_most_likely_first(queue: Queue) -> None:
    queue.put([AB, BC, CD, AB])
    assert queue.scan(State.WAITING) == [CD, AB, BC]
    assert queue.scan(State.WAITING, offset=1, limit=1) == [AB]
    queue.put([review("b", "a", score=0.9)])
    assert queue.get([AB.pair, CD.pair]) == {AB.pair: review("a", "b", score=0.9), CD.pair: CD}
    queue.drop([CD.pair])
    assert queue.scan(State.WAITING) == [BC, review("a", "b", score=0.9)]


def test_what_was_said_last_comes_first(queue: Queue) -> None:
    said = [review("a", str(number), state=State.DIFFERENT, at=number) for number in (1, 3, 2)]
    queue.put([*said, review("x", "y", state=State.SAME, at=9), AB])
    assert [each.at for each in queue.scan(State.DIFFERENT)] == [3, 2, 1]
    assert queue.counts() == {State.DIFFERENT: 3, State.SAME: 1, State.WAITING: 1}
    assert last_word(queue) == review("x", "y", state=State.SAME, at=9)


def test_of_who_was_erased_nothing_is_left(queue: Queue) -> None:
    queue.put([AB, BC, CD])
    asked = [PersonId("b"), PersonId("z")], ["b@example.org"]
    assert (queue.find(*asked), queue.erase(*asked), queue.find(*asked)) == (2, 2, 0)
    assert queue.scan(State.WAITING) == [CD]


def test_what_was_said_is_not_asked_again_unless_a_record_changed(queue: Queue) -> None:
    assert renew(queue, [AB, BC]) == 2
    queue.put([review("a", "b", state=State.DIFFERENT, at=5), review("b", "c", state=State.LATER, at=6)])
    assert renew(queue, [AB, BC]) == 0
    assert queue.counts() == {State.DIFFERENT: 1, State.LATER: 1}
    as_they_were = {PersonId(person): "r1" for person in "abc"}
    assert told_apart(queue, as_they_were) == [AB.pair]
    assert told_apart(queue, as_they_were | {PersonId("a"): "r2"}) == []
    assert renew(queue, [review("a", "b", records="r2")]) == 1
    assert queue.counts() == {State.WAITING: 1}


def test_who_is_not_found_any_more_is_asked_no_more(queue: Queue) -> None:
    renew(queue, [AB, BC])
    assert renew(queue, [BC, CD]) == 1
    assert {each.pair for each in queue.scan(State.WAITING)} == {BC.pair, CD.pair}
