"""The law of identity: stores that follow the log equal stores made anew from it, and both a plain reckoning."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.people.memory_identity import MemoryIdentityStore
from envoi.adapters.segments.memory import MemoryMemberships, MemoryStateStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.conditions.facts import facts
from envoi.conditions.rows import holds_at
from envoi.errors import EnvoiError
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import ENVOI, Event, Name, PersonId, Stored, Value
from envoi.events.port import Batch
from envoi.flow import as_of_now, fold_profiles, keep_up, on_event
from envoi.people.identity import resolve
from envoi.people.latest import Latest
from envoi.people.profile import Profile, is_silent
from envoi.people.regroup import Merged, Separated, as_event, change_of
from envoi.people.resolver import Resolver
from envoi.people.story import given_back
from envoi.segments.batch import members
from envoi.segments.live import LiveJudge
from envoi.segments.plan import take_up
from envoi.segments.watch import Watch
from envoi.settings import Identity

EVENTS = {name: EventPlan(name=name) for name in ("A", "B")}
PLAN = Definitions(catalogue=Catalogue(events=EVENTS, traits={"size": Property(kind=Kind.NUMBER)}))
CONDITIONS = {
    "recent": 'did "A" in the last 10 seconds',
    "often": 'did "A" at least 3 times',
    "never": 'not did "B"',
    "both": 'did "A" in the last 15 seconds and did not "B" in the last 5 seconds',
    "small": "size < 3",
}
BOUND = {name: bind(parse(text), PLAN) for name, text in CONDITIONS.items()}
START = Instant(1_700_000_000 * MICROS_PER_SECOND)


@dataclass
class World:
    """A log and all that follows it."""

    identity: MemoryIdentityStore = field(default_factory=MemoryIdentityStore)
    people: MemoryProfileStore = field(default_factory=MemoryProfileStore)
    states: MemoryStateStore = field(default_factory=MemoryStateStore)
    memberships: MemoryMemberships = field(default_factory=MemoryMemberships)
    now: Instant = START
    number: int = 0
    log: MemoryEventLog = field(init=False)
    watch: Watch = field(init=False)
    latest: Latest = field(init=False)

    def __post_init__(self) -> None:
        self.log = MemoryEventLog(Resolver(self.identity, Identity))
        self.latest = Latest(self.log, self.people, self.log)
        self.begin()

    def begin(self) -> None:
        judge = LiveJudge(BOUND)
        head = self.log.position()
        self.watch = take_up(judge, self.states, self.memberships, self.log, head=head, now=self.tick())
        while keep_up(self.log, self.watch):
            pass
        self.watch.tell_of_definitions()

    def tick(self, seconds: float = 0) -> Instant:
        self.now = Instant(self.now + 1 + int(seconds * MICROS_PER_SECOND))
        return self.now

    def append(self, *events: Event) -> None:
        named = [(resolve(event.keys) or PersonId("?"), event) for event in events]
        on_event(self.log, self.watch, Batch(events=named), self.tick())
        self.watch.note_told()

    def event(self, name: str, keys: dict[str, str], props: dict[str, Value], late_s: float = 0) -> Event:
        self.number += 1
        at = Instant(self.now - int(late_s * MICROS_PER_SECOND))
        return Event(id=str(self.number), source="web", name=name, keys=keys, at=at, seen_at=self.tick(), props=props)

    def mail(self, person: PersonId) -> None:
        """What Envoi itself did to somebody; it tells nothing of them."""
        now = self.identity.people_of([person]).get(person, person)
        if now in {stored.person for stored in self.log.read()}:
            sent = self.event(Name.EMAIL_SENT, {"user_id": now}, {"campaign": "spring"})
            self.append(replace(sent, source=ENVOI))

    def merge(self, one: PersonId, two: PersonId) -> None:
        """What `envoi merge` does: of people whom the log knows."""
        known, people = {stored.person for stored in self.log.read()}, self.identity.people_of([one, two])
        if {people.get(one, one), people.get(two, two)} <= known:
            at = self.tick()
            change = Merged(into=one, gone=two, nodes=(), because="told", by="ada")
            self.append(as_event(change, cause=str(at), at=at, seen_at=at))

    def part(self, person: PersonId, nodes: Sequence[PersonId]) -> None:
        """What `envoi separate` does; where that is refused, nothing happens."""
        at = self.tick()
        change = Separated(person=person, nodes=tuple(nodes), to=PersonId(""), because="no", by="ada")
        try:
            self.append(as_event(change, cause=str(at), at=at, seen_at=at))
        except EnvoiError:
            self.begin()

    def live_on(self, step: tuple[object, ...]) -> None:
        match step:
            case ("wait", int(seconds)):
                self.tick(seconds)
                self.append()
            case ("crash", int(saves)):
                for _ in range(saves):
                    self.watch.save(all_of_them=True)
                self.begin()
            case _:
                fold_profiles(self.people, list(self.log.read(after=self.people.position())), self.log)
                self.latest.refresh()
                self.latest.get([PersonId(each) for each in NODES])

    def settle(self) -> None:
        """Works off all that is due."""
        self.tick()
        while True:
            self.append()
            due = self.watch.judge.due()
            if not self.watch.untold and (due is None or due > self.watch.now):
                return
            self.tick()


KEYS = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["1", "2"]),
        "email": st.sampled_from(["x@a.org", "y@a.org", "info@a.org"]),
        "anonymous_id": st.sampled_from(["a", "b", "c"]),
    },
).filter(bool)
LATE = st.sampled_from([0, 0, 0, 3, 12])
HAPPEN = st.tuples(st.just("happen"), st.sampled_from("AB"), KEYS, LATE)
TRAIT = st.tuples(st.just("trait"), st.integers(0, 5), KEYS, LATE)
CONSENT = st.tuples(st.just("consent"), st.booleans(), KEYS, LATE)
NODES = ["1", "2", "email:x@a.org", "email:y@a.org", "anonymous_id:a", "anonymous_id:b", "anonymous_id:c"]
MERGE = st.tuples(st.just("merge"), st.sampled_from(NODES), st.sampled_from(NODES))
PART = st.tuples(st.just("part"), st.sampled_from(NODES), st.sets(st.sampled_from(NODES), min_size=1, max_size=3))
MAIL = st.tuples(st.just("mail"), st.sampled_from(NODES))
WAIT = st.tuples(st.just("wait"), st.sampled_from([1, 5, 10]))
CRASH = st.tuples(st.just("crash"), st.integers(0, 2))
FOLD = st.tuples(st.just("fold"))
STEPS = st.lists(
    st.one_of(HAPPEN, HAPPEN, TRAIT, CONSENT, MERGE, PART, PART, MAIL, WAIT, CRASH, FOLD), min_size=3, max_size=25
)


def lived(steps: Sequence[tuple[object, ...]]) -> World:
    world = World()
    for step in steps:
        match step:
            case ("happen", str(name), dict(keys), int(late)):
                world.append(world.event(name, keys, {}, late))
            case ("trait", int(size), dict(keys), int(late)):
                world.append(world.event(Name.PROFILE_UPDATED, keys, {"size": size}, late))
            case ("consent", bool(granted), dict(keys), int(late)):
                world.append(world.event(Name.CONSENT_CHANGED, keys, {"purpose": "news", "granted": granted}, late))
            case ("merge", str(one), str(two)):
                world.merge(PersonId(one), PersonId(two))
            case ("mail", str(person)):
                world.mail(PersonId(person))
            case ("part", str(person), set(nodes)):
                world.part(PersonId(person), sorted(nodes))
            case _:
                world.live_on(step)
    return world


def reckoned(log: list[Stored]) -> dict[PersonId, list[Stored]]:
    """Whose each event is in the end, by the plainest reckoning there is."""
    theirs: dict[PersonId, list[Stored]] = {}
    for one in log:
        match change_of(one.event):
            case Merged(into=into, gone=gone):
                theirs[into] = [*theirs.get(into, []), *theirs.pop(gone, [])]
            case Separated(person=person, to=to, nodes=nodes):
                had = theirs[person]
                theirs[person] = [each for each in had if resolve(each.event.keys) not in nodes]
                theirs[to] = [*theirs.get(to, []), *(each for each in had if resolve(each.event.keys) in nodes)]
        theirs.setdefault(one.person, []).append(one)
    return {person: sorted(events, key=lambda one: one.seq) for person, events in theirs.items() if events}


@settings(max_examples=60)
@given(STEPS)
def test_followed_is_made_anew_is_reckoned(steps: list[tuple[object, ...]]) -> None:
    world = lived(steps)
    world.settle()
    log = list(world.log.read())
    theirs, now = reckoned(log), world.watch.now
    expected = {
        name: {who for who, events in theirs.items() if holds_at(bound, facts(events, now), now)}
        for name, bound in BOUND.items()
    }
    assert {name: set(world.memberships.members(name)) for name in BOUND} == expected
    assert set(world.watch.judge.people()) == set(theirs)
    check_profiles(world, log, theirs)
    with closing(DuckTables(None, PLAN.catalogue)) as parted, closing(DuckTables(None, PLAN.catalogue)) as whole:
        for start in range(0, len(log), 4):
            some = log[start : start + 4]
            parted.write(some, given_back(world.log, some))
        whole.write(log, given_back(world.log, log))
        for name, bound in BOUND.items():
            assert set(members(bound, parted, now)) == set(members(bound, whole, now)) == expected[name]


def check_profiles(world: World, log: list[Stored], theirs: dict[PersonId, list[Stored]]) -> None:
    """Folded bit by bit, folded anew at once, and read ahead of both, profiles are the same."""
    fold_profiles(world.people, list(world.log.read(after=world.people.position())), world.log)
    anew = MemoryProfileStore()
    fold_profiles(anew, log, world.log)
    assert list(world.people.scan()) == list(anew.scan())
    assert {one.person for one in anew.scan()} == set(theirs)
    world.latest.refresh()
    assert world.latest.get(list(theirs)) == anew.get(list(theirs))
    for person, events in theirs.items():
        check_profile(anew.get([person])[person], events)
        assert as_of_now(world.log, MemoryProfileStore(), person) == anew.get([person])[person]


def check_profile(profile: Profile, events: list[Stored]) -> None:
    """But for consent, which depends on when they turned out to be one, a profile is what its events say."""
    own = [one for one in events if not change_of(one.event) and not is_silent(one.event)]
    said = [(one.event.at, one.seq, one.event.props["size"]) for one in own if one.event.name == Name.PROFILE_UPDATED]
    trait = profile.traits.get("size")
    assert (trait.at if trait else None) == (max(said)[0] if said else None)
    if own:
        assert profile.first_seen == min(one.event.at for one in own)
        assert profile.last_seen == max(one.event.at for one in own)
