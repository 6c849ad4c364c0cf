"""A million deadlines at one midnight: worked off in bounded batches, with events judged in between; and loading.

The rival is the same judge asked to work off everything at once: how long an event would have to wait for that.
"""

from __future__ import annotations

import gc
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from _measure import machine, report, seconds

from envoi.clock import Instant, parse_instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Event, PersonId, Stored
from envoi.segments.live import LiveJudge

if TYPE_CHECKING:
    from envoi.segments.port import State

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
#: What the live host works off in one commit, and how often it looks for garbage in circles.
BATCH, SELDOM = 200, (50_000, 50, 50)
MIDNIGHT = parse_instant("2017-12-02T00:00:00Z")
DAY = 86_400_000_000
CONDITIONS = (
    'did "Product Viewed" in the last 24 hours',
    'did "Product Viewed" in the last 24 hours and did not "Order Completed" in the last 30 days',
    'did "Product Viewed" at least 2 times in the last 7 days',
    'sum("Order Completed".total) in the last 90 days > 200',
)


def judge() -> LiveJudge:
    """A judge who knows nobody yet."""
    plans = {
        name: EventPlan(name=name, properties={"total": Property(kind=Kind.NUMBER)})
        for name in ("Product Viewed", "Order Completed")
    }
    known = Definitions(catalogue=Catalogue(events=plans))
    return LiveJudge({text: bind(parse(text), known) for text in CONDITIONS})


def viewed(seq: int, person: int, at: int) -> Stored:
    """Someone looks at a product."""
    name = f"person-{person}"
    when = Instant(at)
    event = Event(id=str(seq), source="web", name="Product Viewed", keys={"user_id": name}, at=when, seen_at=when)
    return Stored(seq=seq, person=PersonId(name), event=event)


def everybody() -> list[State]:
    """The states of all who looked at a product at one midnight, as they are stored."""
    made = judge()
    for person in range(PEOPLE):
        made.take(viewed(person + 1, person, MIDNIGHT - DAY))
    return [made.pack(person) for person in made.people()]


def loaded(states: list[State]) -> LiveJudge:
    """A judge who knows everybody; prints how long that took."""
    made = judge()
    gc.collect()
    gc.freeze()
    report(f"loading {len(states):,} people", [seconds(lambda: made.unpack(states))], "s")
    gc.collect()
    gc.freeze()
    return made


def worked_off(known: LiveJudge) -> None:
    """Batch by batch, an event after each; prints what each batch and each event took, in milliseconds."""
    batches, events, told, seq = [], [], 0, PEOPLE
    begun = perf_counter()
    while (due := known.due()) is not None and due <= MIDNIGHT:
        start = perf_counter()
        told += len(known.advance(MIDNIGHT, BATCH))
        batches.append((perf_counter() - start) * 1e3)
        seq += 1
        # Someone far from the head of the queue: what is due for them comes before it.
        event = viewed(seq, PEOPLE - 1 - (seq * 7_919) % PEOPLE, MIDNIGHT + seq - PEOPLE)
        start = perf_counter()
        known.event(event)
        events.append((perf_counter() - start) * 1e3)
    took = perf_counter() - begun
    print(f"all of them worked off in {took:.1f} s, {told:,} transitions by batches alone")
    report(f"a batch of {BATCH}", batches, "ms")
    report("an event in between", events, "ms")
    print(f"longest batch {max(batches):.1f} ms, longest event {max(events):.2f} ms")


def main() -> None:
    """Prints how long each takes."""
    print(machine())
    gc.set_threshold(*SELDOM)
    states = everybody()
    print(f"{sum(len(state.body) for state in states) / len(states):.0f} bytes a person at rest")
    worked_off(loaded(states))
    rival = loaded(states)
    report("rival: all at once", [seconds(lambda: rival.advance(MIDNIGHT, 1 << 40))], "s")


if __name__ == "__main__":
    main()
