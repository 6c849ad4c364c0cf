"""Random lives for live judges: conditions of every kind, and events that come late, at once, and at every edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from envoi.clock import Instant, parse_instant
from envoi.conditions.bind import bind
from envoi.conditions.bound import Bound
from envoi.conditions.facts import facts
from envoi.conditions.rows import holds_at, turning_points
from envoi.conditions.tree import Condition
from envoi.conditions.written import written
from envoi.events.event import Event, PersonId, Stored
from envoi.segments.base import Judge
from envoi.segments.transition import Transition
from tests.conditions.histories import MINUTE, START, Happenings, Props
from tests.conditions.oracle import Oracle
from tests.conditions.sentences import Sentences, edges
from tests.conditions.shop import DEFINITIONS

#: How late an event may come: mostly not at all; else so that windows have just passed it, or long after.
LATE = [0, 0, 0, 0, 0, 1, MINUTE, MINUTE - 1, 3 * MINUTE, 8 * MINUTE]
#: Nights on which something happens: clocks go forward, clocks go back, a leap day begins.
NIGHTS = [START, START, parse_instant("2017-11-05T04:00:00Z"), parse_instant("2016-02-29T04:58:00Z")]
EVERYTHING = 1 << 30


@dataclass
class Life:
    """Conditions, and what happens, in the order in which it arrives."""

    conditions: dict[str, Condition]
    history: list[Stored]
    bound: dict[str, Bound] = field(init=False)

    def __post_init__(self) -> None:
        self.bound = {name: bind(condition, DEFINITIONS) for name, condition in self.conditions.items()}

    def edges(self, random: Random, most: int) -> list[Instant]:
        """Instants at which time alone may change something, and those just before and after: so many of them."""
        arrivals = {Instant(one.event.seen_at + off) for one in self.history for off in (-1, 0, 1)}
        found = {at for condition in self.conditions.values() for at in edges(condition, self.history, until=2018)}
        later = sorted(at for at in found | arrivals if at >= self.history[0].event.seen_at)
        return later if len(later) <= most else sorted(random.sample(later, most))

    def __str__(self) -> str:
        told = [f"{name}: {written(condition)}" for name, condition in self.conditions.items()]
        return "\n".join([*told, *map(str, self.history)])


def life(random: Random, kind: str, people: str = "ab") -> Life:
    """A few conditions of one kind, and a history."""
    sentences = Sentences(random)
    conditions = {f"s{n}": sentences.condition(kind) for n in range(random.choice([1, 1, 2, 3]))}
    return Life(conditions, history(random, people))


def history(random: Random, people: str) -> list[Stored]:
    """Events in order of arrival."""
    happenings, shift = Happenings(random), random.choice(NIGHTS) - START
    drawn = []
    for _ in range(random.randint(1, 12)):
        name, at, props = happenings.happened()
        late = random.choice([*LATE, random.randint(0, 5 * MINUTE)])
        drawn.append((at + shift + late, at + shift, name, props))
    drawn.sort(key=lambda one: one[0])
    return [
        arrived(seq, random.choice(people), name, at, seen_at, props)
        for seq, (seen_at, at, name, props) in enumerate(drawn, start=1)
    ]


def arrived(seq: int, person: str, name: str, at: int, seen_at: int, props: Props | None = None) -> Stored:
    """The event as the log keeps it."""
    event = Event(
        id=str(seq),
        source="test",
        name=name,
        keys={"user_id": person},
        at=Instant(at),
        seen_at=Instant(seen_at),
        props=props or {},
    )
    return Stored(seq=seq, person=PersonId(person), event=event)


def by_rows(bound: Mapping[str, Bound], events: Iterable[Stored], at: Instant) -> list[str]:
    """What the judge of whole histories says holds."""
    known = facts(events, at)
    return sorted(name for name, one in bound.items() if holds_at(one, known, at))


def by_words(conditions: Mapping[str, Condition], events: list[Stored], at: Instant) -> list[str]:
    """What the oracle says holds."""
    oracle = Oracle(events, at)
    return sorted(name for name, one in conditions.items() if oracle.holds(one, at))


def changes_by_time(bound: Mapping[str, Bound], events: Iterable[Stored], at: Instant) -> bool:
    """Whether time alone may change something at this very instant."""
    known = replace(facts(events, at), now=Instant(at - 1))
    return any(at in turning_points(one, known) for one in bound.values())


def told(judge: Judge, history: Iterable[Stored], until: Instant) -> list[Transition]:
    """All that a judge tells of a history up to an instant."""
    found = [move for one in history for move in judge.event(one)]
    while (due := judge.due()) is not None and due <= until:
        found += judge.advance(until, EVERYTHING)
    return found
