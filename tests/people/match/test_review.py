"""What was said of pairs, on the memory adapter; every queue is held to it by its contract."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.people.memory_review import MemoryReviewQueue
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.people.match.review import DECIDED, OPEN, Pair, Review, State, everyone, pair_of, renew

people = st.sampled_from([PersonId(each) for each in "abcd"])
pairs = st.tuples(people, people).filter(lambda two: two[0] != two[1]).map(lambda two: pair_of(*two))
found = st.dictionaries(pairs, st.sampled_from(["r1", "r2"]), max_size=6)
said = st.dictionaries(pairs, st.sampled_from(list(State)), max_size=6)


def review(pair: Pair, records: str, state: State = State.WAITING, at: int = 0) -> Review:
    return Review(
        one=pair.one,
        other=pair.other,
        score=0.95,
        reasons=(),
        records=(records, records),
        state=state,
        at=Instant(at),
    )


@given(found, said, found)
def test_after_a_renewal_what_is_open_was_found_and_what_was_said_of_the_same_records_stands(
    before: dict[Pair, str], words: dict[Pair, State], after: dict[Pair, str]
) -> None:
    queue = MemoryReviewQueue()
    renew(queue, [review(pair, records) for pair, records in before.items()])
    known = queue.get(list(words))
    queue.put([review(pair, each.records[0], words[pair], at=1) for pair, each in known.items()])
    stood = {each.pair: each for state in DECIDED for each in everyone(queue, state)}
    renew(queue, [review(pair, records) for pair, records in after.items()])
    waiting = {each.pair for state in OPEN for each in everyone(queue, state)}
    assert waiting <= after.keys()
    for pair, records in after.items():
        decided = pair in stood and stood[pair].records[0] == records
        assert (pair in waiting) is not decided
        assert queue.get([pair])[pair].records[0] == records
    assert all(queue.get([pair])[pair] == each for pair, each in stood.items() if pair not in waiting)


def test_renewing_again_changes_nothing() -> None:
    queue = MemoryReviewQueue()
    asked = [review(pair_of(PersonId("a"), PersonId("b")), "r1")]
    assert (renew(queue, asked), renew(queue, asked)) == (1, 0)
    assert queue.scan(State.WAITING) == asked
