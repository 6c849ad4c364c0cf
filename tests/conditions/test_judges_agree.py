"""Rows, tables and explain agree with each other and with the oracle: random conditions on random histories, at edges.

The oracle knows only the words of docs/reference/conditions.md. Each kind of condition is drawn by itself, so that none
is rare; a failure shows the condition, the moment and the events.
"""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import bind
from envoi.conditions.explain import explain
from envoi.conditions.facts import facts
from envoi.conditions.rows import judge
from envoi.conditions.tree import Condition
from envoi.conditions.written import written
from envoi.events.event import Stored
from envoi.segments.batch import members
from tests.conditions.histories import Happenings, seeded
from tests.conditions.oracle import Oracle
from tests.conditions.sentences import KINDS, Sentences, edges
from tests.conditions.shop import DEFINITIONS, tables_of

#: Conditions of each kind, each with a history of one person, and judged at so many moments.
OF_ONE, MOMENTS_OF_ONE = 250, 4
#: Conditions of each kind, each judged for all people of one history at so many moments.
OF_ALL, MOMENTS_OF_ALL = 40, 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_is_judged_as_the_words_say_now_and_until_it_changes(kind: str) -> None:
    random = seeded(KINDS.index(kind))
    for _ in range(OF_ONE):
        condition = Sentences(random).condition(kind)
        history = Happenings(random).history("a", length=random.randint(1, 12))
        for now in random.choices(edges(condition, history), k=MOMENTS_OF_ONE):
            agree(condition, history, now)


def agree(condition: Condition, history: list[Stored], now: int) -> None:
    """Fails if the judge and the words differ, with all that is needed to see why."""
    oracle = Oracle(history, now)
    holds = oracle.holds(condition, now)
    later = (at for at in edges(condition, oracle.events, until=2019) if at > now)
    changes = next((at for at in later if oracle.holds(condition, at) != holds), None)
    bound, known = bind(condition, DEFINITIONS), facts(history, Instant(now))

    judgement = judge(bound, known)

    told = f"{written(condition)}\nat {now} of {history}"
    assert (judgement.holds, judgement.until) == (holds, changes), told
    assert explain(bound, known).holds == holds, told


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
            for at in random.choices(edges(condition, history), k=MOMENTS_OF_ALL):
                found = members(bind(condition, DEFINITIONS), tables, at)

                told = f"{written(condition)}\nat {at} of {history}"
                assert found == by_rows(condition, history, at), told
                assert found == by_words(condition, history, at), told
