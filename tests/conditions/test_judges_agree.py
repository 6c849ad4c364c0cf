"""Rows, tables and explain agree with each other and with the oracle: random conditions on random histories, at edges.

The oracle knows only the words of docs/reference/conditions.md. Each kind of condition is drawn by itself, so that none
is rare; a failure shows the condition, the moment and the events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import msgspec
import pytest

from envoi.adapters.events.memory import MemoryEventLog
from envoi.clock import Instant, iso
from envoi.conditions.bind import bind
from envoi.conditions.explain import Why, explain
from envoi.conditions.facts import facts
from envoi.conditions.rows import judge
from envoi.conditions.tree import All, AnyOf, Condition, Member, Not
from envoi.conditions.written import written
from envoi.events.event import PersonId, Stored
from envoi.events.port import Batch
from envoi.segments.batch import members
from tests.conditions.histories import MINUTE, Happenings, seeded
from tests.conditions.oracle import Oracle
from tests.conditions.sentences import KINDS, Sentences, edges
from tests.conditions.shop import DEFINITIONS, tables_of

#: Conditions of each kind, each with a history of one person, and judged at so many moments.
OF_ONE, MOMENTS_OF_ONE = 150, 3
#: Conditions of each kind, each judged for all people of one history at so many moments.
OF_ALL, MOMENTS_OF_ALL = 40, 3
#: Besides the instant of a change itself, and those a microsecond off: a millisecond off, and some other time.
OFF = [0, 0, 0, 0, -1_000, 1_000, -7 * MINUTE // 3, 5 * MINUTE // 3]


def moments(random: Random, condition: Condition, history: list[Stored], *, k: int) -> list[Instant]:
    """So many moments around which the condition may change for someone."""
    return [Instant(at + random.choice(OFF)) for at in random.choices(edges(condition, history), k=k)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_is_judged_as_the_words_say_now_and_until_it_changes(kind: str) -> None:
    random = seeded(KINDS.index(kind))
    for _ in range(OF_ONE):
        condition = Sentences(random).condition(kind)
        history = Happenings(random).history("a", length=random.randint(1, 12))
        for now in moments(random, condition, history, k=MOMENTS_OF_ONE):
            agree(condition, history, now)


def agree(condition: Condition, history: list[Stored], now: Instant) -> None:
    """Fails if the judges and the words differ, with all that is needed to see why."""
    oracle = Oracle(history, now)
    bound, known = bind(condition, DEFINITIONS), facts(history, now)
    told = f"{written(condition)}\nat {now} of {history}"
    why = explain(bound, known)

    judgement = judge(bound, known)

    assert (judgement.holds, judgement.until) == said(oracle, condition, now), told
    for part, each in opened(condition, why):
        holds, changes = said(oracle, part, now)
        assert (each.holds, each.changes_at) == (holds, changes and iso(changes)), f"{written(part)} in {told}"


def said(oracle: Oracle, condition: Condition, now: int) -> tuple[bool, Instant | None]:
    """Whether it holds, and when that changes, by the words alone."""
    holds = oracle.holds(condition, now)
    later = (at for at in edges(condition, oracle.events, until=2019) if at > now)
    return holds, next((at for at in later if oracle.holds(condition, at) != holds), None)


def opened(condition: Condition, why: Why) -> Iterator[tuple[Condition, Why]]:
    """Every part of the condition with what the explanation says of it; a segment is opened once."""
    yield condition, why
    if isinstance(condition, All | AnyOf):
        parts: Sequence[Condition] = condition.parts
    elif isinstance(condition, Not):
        parts = [condition.part]
    else:
        parts = [DEFINITIONS.segments[condition.segment]] if isinstance(condition, Member) and why.parts else []
    for part, each in zip(parts, why.parts, strict=True):
        yield from opened(part, each)


def by_rows(condition: Condition, history: list[Stored], at: Instant) -> list[str]:
    """Who the judge of one person says it holds for, of those seen by then."""
    bound = bind(condition, DEFINITIONS)
    known = {person: facts(events, at) for person, events in each_one(history).items()}
    return [person for person, each in known.items() if each.exists and judge(bound, each).holds]


def by_words(condition: Condition, history: list[Stored], at: Instant) -> list[str]:
    """Who the oracle says it holds for."""
    oracles = {person: Oracle(events, at) for person, events in each_one(history).items()}
    return [person for person, oracle in oracles.items() if oracle.events and oracle.holds(condition, at)]


def each_one(history: list[Stored]) -> dict[str, list[Stored]]:
    people = sorted({one.person for one in history})
    return {person: [one for one in history if one.person == person] for person in people}


@pytest.mark.parametrize("kind", KINDS)
def test_everyone_is_judged_as_each_one_is(kind: str) -> None:
    random = seeded(100 + KINDS.index(kind))
    history = Happenings(random).history("abcdef", length=120)
    with tables_of(history) as tables:
        for _ in range(OF_ALL):
            condition = Sentences(random).condition(kind)
            for at in moments(random, condition, history, k=MOMENTS_OF_ALL):
                found = members(bind(condition, DEFINITIONS), tables, at)

                told = f"{written(condition)}\nat {at} of {history}"
                assert found == by_rows(condition, history, at), told
                assert found == by_words(condition, history, at), told


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_twice_or_under_two_names_counts_once_and_for_one(kind: str) -> None:
    random = seeded(200 + KINDS.index(kind))
    # Whatever c does turns out to be what a does.
    once = [
        Stored(seq=one.seq, person=PersonId(one.person.replace("c", "a")), event=one.event)
        for one in Happenings(random).history("abc", length=60)
    ]
    log = MemoryEventLog()
    for one in once:
        # A copy of an earlier one comes too, and says something else: the first is what counts.
        earlier = random.choice(once[: one.seq])
        copy = msgspec.structs.replace(earlier.event, at=one.event.at, props={"total": 1})
        log.append(Batch(events=[(one.person, one.event), (earlier.person, copy)]))
    kept = list(log.read())
    with tables_of(kept) as tables:
        for _ in range(OF_ALL // 4):
            condition = Sentences(random).condition(kind)
            for at in moments(random, condition, once, k=MOMENTS_OF_ALL):
                people = by_words(condition, once, at)

                assert members(bind(condition, DEFINITIONS), tables, at) == people, written(condition)
                assert by_rows(condition, kept, at) == people, written(condition)
