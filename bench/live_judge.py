"""The incremental judge alone: events a second, and bytes a person, by the number of conditions.

The rival is the prototype that the design was measured with, in the same run, on the same events: the variable
ENVOI_PROTOTYPES names its folder. People have texts as ids; both drop what comes twice, and both do what time alone
does. The prototype gives masks, as `take` does; `event` gives transitions, which the live host needs. Who is where is
compared at the end.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import msgspec
from _measure import machine

from envoi.clock import Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Event, Name, PersonId, Stored
from envoi.segments.live import LiveJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PEOPLE, TIMES = 100_000, 3
#: So many events are decoded at a time, as the live host does.
GROUP = 1_000
CONDITIONS = (10, 50, 200)
#: So many conditions in which parts come again, as they do where people build on each other's.
SHARED = 1_000
HOUR = 3_600_000
TRAITS = {"country": Kind.TEXT, "plan": Kind.TEXT, "churn": Kind.NUMBER, "ltv": Kind.NUMBER}


@dataclass(frozen=True)
class Rival:
    """The modules of the prototype, which have no types."""

    engine: Any
    engine3: Any
    workload: Any

    def text(self, rule: Any) -> str:  # noqa: ANN401 - a rule of the prototype
        """A rule as a condition."""
        match rule:
            case self.engine.Not():
                return f"not ({self.text(rule.kid)})"
            case self.engine.And() | self.engine.Or():
                word = " and " if isinstance(rule, self.engine.And) else " or "
                return word.join(f"({self.text(kid)})" for kid in rule.kids)
            case self.engine.Attr():
                return test(rule.key, rule.op, rule.val)
        where = " and ".join(test(*one) for one in rule.filt)
        where = f" where {where}" if where else ""
        window = f" in the last {rule.w // HOUR} hours" if rule.w else ""
        if isinstance(rule, self.engine.Count):
            return f'did "{rule.event}"{where} at least {rule.k} times{window}'
        return f'sum("{rule.event}".{rule.field}){where}{window} >= {rule.t / 100}'


def test(path: str, op: str, value: object) -> str:
    """A comparison as conditions write it."""
    written = f'"{value}"' if isinstance(value, str) else str(value)
    return f"{path} {'=' if op == '==' else op} {written}"


def rival() -> Rival:
    """The prototype; says so and ends where it is not at hand."""
    folder = os.environ.get("ENVOI_PROTOTYPES")
    if not folder:
        print("nothing measured: ENVOI_PROTOTYPES names no folder of prototypes, and the events are the rival's")
        sys.exit()
    sys.path.insert(0, str(Path(folder, "online")))
    sys.dont_write_bytecode = True
    names = ("engine", "engine3", "workload")
    return Rival(*(__import__(name) for name in names))


# -- the same for both

THEIRS = rival()
HAPPENED = [(str(person), *rest) for person, *rest in THEIRS.workload.events(EVENTS, PEOPLE)]
FIRST = HAPPENED[0][3] - 1


def plan() -> Definitions:
    """What the events and people of the workload look like."""
    properties = {"category": Property(kind=Kind.TEXT), "price": Property(kind=Kind.NUMBER)}
    events = {name: EventPlan(name=name, properties=properties) for name in THEIRS.workload.EVENTS}
    traits = {name: Property(kind=kind) for name, kind in TRAITS.items()}
    return Definitions(catalogue=Catalogue(events=events, traits=traits))


def judge_of(texts: list[str]) -> LiveJudge:
    """Our judge of these conditions."""
    definitions = plan()
    return LiveJudge({f"s{n:04}": bind(parse(text), definitions) for n, text in enumerate(texts)})


def texts_of(conditions: int) -> list[str]:
    """The rules of the workload as conditions."""
    return [THEIRS.text(rule) for rule in THEIRS.workload.rules(conditions)]


def shared(conditions: int) -> list[str]:
    """Conditions of which each is made of two of the workload's, so that every part comes again and again."""
    known = texts_of(100)
    return [f"({known[n % 100]}) and not ({known[(n * 7 + n // 100 + 1) % 100]})" for n in range(conditions)]


#: Who, what, when, when it arrived (both in milliseconds), its id and its properties.
Happened = tuple[str, str, int, int, bytes, dict[str, Any]]


def stored(seq: int, happened: Happened) -> Stored:
    """An event of the workload as the log keeps it."""
    person, name, at, seen_at, mid, props = happened
    event = Event(
        id=mid.hex(),
        source="web",
        name=name,
        keys={"user_id": person},
        at=Instant(1_000 * at),
        seen_at=Instant(1_000 * seen_at),
        props=props,
    )
    return Stored(seq=seq, person=PersonId(person), event=event)


class Traits:
    """Notes what the prototype's way to seed traits tells of each person."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}

    def set_attr(self, person: int, key: str, value: object, _: int) -> None:
        """One trait."""
        self.known.setdefault(str(person), {})[key] = value


def traits() -> dict[str, dict[str, Any]]:
    """Those of each person."""
    noted = Traits()
    THEIRS.workload.seed_attrs(noted, PEOPLE, FIRST)
    return noted.known


def seeds() -> list[Stored]:
    """An event for each person with all traits."""
    return [
        stored(number, (person, Name.PROFILE_UPDATED, FIRST, FIRST, person.encode(), props))
        for number, (person, props) in enumerate(traits().items(), start=1)
    ]


def seeded(engine: Any) -> Any:  # noqa: ANN401 - the prototype
    """The prototype, when it knows the same."""
    for person, props in traits().items():
        for key, value in props.items():
            engine.set_attr(person, key, value, FIRST)
    return engine


def history() -> list[Stored]:
    """The events of the workload."""
    return [stored(number, one) for number, one in enumerate(HAPPENED, start=PEOPLE + 1)]


# -- measured, each in a process of its own


@dataclass(frozen=True)
class Result:
    """What came of one run."""

    #: Events a second of processor time.
    rate: float
    changes: int
    #: By person, which conditions hold, as a mask.
    inside: dict[str, int]


def timed(kind: Any, events: Sequence[Any], judge: Callable[[Any], None]) -> float:  # noqa: ANN401 - a type
    """Seconds of processor time to judge the events, a group at a time, as a decoder has just made them."""
    encode, decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(list[kind]).decode
    groups = [encode(events[first : first + GROUP]) for first in range(0, len(events), GROUP)]
    settle()
    took = 0.0
    for group in groups:
        decoded = decode(group)
        begun = process_time()
        judge(decoded)
        took += process_time() - begun
    return took


def run_theirs(conditions: int) -> Result:
    """The prototype."""
    engine = seeded(THEIRS.engine3.Engine(THEIRS.workload.rules(conditions)))
    changes = 0

    def judge(events: list[Happened]) -> None:
        nonlocal changes
        event = engine.event
        for one in events:
            if event(*one):
                changes += 1

    took = timed(Happened, HAPPENED, judge)
    engine.advance(HAPPENED[-1][3])
    inside = {person: state.mask for person, state in engine.cust.items()}
    return Result(EVENTS / took, changes + len(engine.out), inside)


def run_ours(texts: list[str], *, transitions: bool) -> Result:
    """Our judge; a set stands for the log's index of what has come already."""
    ours, events = judge_of(texts), history()
    for one in seeds():
        ours.take(one)
    seen: set[str] = set()
    changes = 0

    def judge(events: list[Stored]) -> None:
        nonlocal changes
        judged: Callable[[Stored], Any] = ours.event if transitions else ours.take
        for one in events:
            name = one.event.id
            if name in seen:
                continue
            seen.add(name)
            if found := judged(one):
                changes += len(found)

    took = timed(Stored, events, judge)
    ours.advance(events[-1].event.seen_at, EVENTS * 1_000)
    inside = {person: sum(1 << int(name[1:]) for name in ours.segments(person)) for person in ours.people()}
    return Result(EVENTS / took, changes, inside)


@dataclass(frozen=True)
class Sizes:
    """What a person costs."""

    #: Bytes.
    memory: float
    rest: float
    #: Microseconds.
    packing: float
    unpacking: float
    #: Seconds until the first event can be judged.
    made_s: float


def run_sizes(texts: list[str]) -> Sizes:
    """After all events, each person in memory, packed, and unpacked by another judge."""
    begun = perf_counter()
    judge = judge_of(texts)
    made = perf_counter() - begun
    known = {one.event.id: one for one in reversed(history())}
    events, told = sorted(known.values(), key=lambda one: one.seq), seeds()
    settle()
    before = resident()
    for one in told:
        judge.take(one)
    for one in events:
        judge.take(one)
    gc.collect()
    grown = resident() - before
    people = list(judge.people())
    begun = process_time()
    states = [judge.pack(person) for person in people]
    packing = process_time() - begun
    settle()
    other = judge_of(texts)
    begun = process_time()
    other.unpack(states)
    unpacking = process_time() - begun
    count = len(people)
    rest = sum(len(state.body) for state in states)
    return Sizes(grown / count, rest / count, packing / count * 1e6, unpacking / count * 1e6, made)


def memory_of_theirs(conditions: int) -> float:
    """Bytes a person in memory."""
    engine = THEIRS.engine3.Engine(THEIRS.workload.rules(conditions))
    settle()
    before = resident()
    seeded(engine)
    for one in HAPPENED:
        engine.event(*one)
    gc.collect()
    return (resident() - before) / len(engine.cust)


def settle() -> None:
    """Keeps the collector away from what is there already."""
    gc.collect()
    gc.freeze()


def resident() -> int:
    """Bytes of memory in use."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def apart(work: Callable[..., Any], *given: Any, **options: Any) -> Any:  # noqa: ANN401 - what the work gives
    """Runs the work in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(work, given, options)


def compared(conditions: int) -> None:
    """One line for each way, and what they come to."""
    texts = texts_of(conditions)
    works: dict[str, Callable[[], Result]] = {
        "take": lambda: apart(run_ours, texts, transitions=False),
        "event": lambda: apart(run_ours, texts, transitions=True),
        "prototype": lambda: apart(run_theirs, conditions),
    }
    found: dict[str, list[Result]] = {name: [] for name in works}
    for _ in range(TIMES):
        for name, work in works.items():
            found[name].append(work())
    assert found["take"][0].inside == found["event"][0].inside == found["prototype"][0].inside
    for name, results in found.items():
        rates = sorted(one.rate for one in results)
        spread = f"{rates[0] / 1e3:.0f} to {rates[-1] / 1e3:.0f}, n={TIMES}"
        # Run by run, since the machine is not always as quick.
        shares = sorted(one.rate / theirs.rate for one, theirs in zip(results, found["prototype"], strict=True))
        print(
            f"{conditions:5} conditions  {name:<10} {median(rates) / 1e3:7.0f} k events/s ({spread})  "
            f"{median(shares):.2f} of the prototype ({shares[0]:.2f} to {shares[-1]:.2f})  "
            f"{results[0].changes / EVENTS:.2f} changes an event"
        )


def sizes(texts: list[str], theirs: str) -> None:
    """One line about what a person costs."""
    found: Sizes = apart(run_sizes, texts)
    print(
        f"{len(texts):5} conditions  {found.memory:5.0f} bytes a person in memory{theirs}, {found.rest:.0f} at rest, "
        f"{found.packing:.1f} us to pack and {found.unpacking:.1f} to unpack; made in {found.made_s:.1f} s"
    )


def main() -> None:
    """Prints events a second of processor time, and bytes."""
    print(machine())
    print(f"{EVENTS:,} events of {PEOPLE:,} people in 30 days, some late, some twice")
    for conditions in CONDITIONS:
        compared(conditions)
    for conditions in CONDITIONS:
        sizes(texts_of(conditions), f" (prototype {apart(memory_of_theirs, conditions):.0f})")
    texts = shared(SHARED)
    rates = sorted(apart(run_ours, texts, transitions=False).rate for _ in range(TIMES))
    spread = f"{rates[0] / 1e3:.1f} to {rates[-1] / 1e3:.1f}, n={TIMES}"
    print(f"{SHARED:5} conditions of 100 shared parts  {median(rates) / 1e3:.1f} k events/s ({spread})")
    sizes(texts, "")


if __name__ == "__main__":
    main()
