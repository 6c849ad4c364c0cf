"""Whose an event is: keys are joined by trust, and nothing joins strangers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.people.memory_identity import MemoryIdentityStore
from envoi.clock import Instant
from envoi.errors import Conflict, NotFound
from envoi.events.event import Event, Name, PersonId, Stored, Value
from envoi.events.port import Batch
from envoi.people import resolver as resolver_module
from envoi.people.identity import resolve
from envoi.people.regroup import Merged, Separated, as_event, change_of
from envoi.people.resolver import ALIAS, Resolver
from envoi.settings import Identity

Keys = dict[str, str]
Happening = tuple[PersonId, Event]


class Shop:
    """A log that resolves whose its events are."""

    def __init__(self, rules: Identity | None = None) -> None:
        self.rules = rules or Identity()
        self.identity = MemoryIdentityStore()
        self.log = MemoryEventLog(Resolver(self.identity, lambda: self.rules))
        self.now = Instant(1_000)

    def happen(self, *several: Keys, name: str = "Seen", props: dict[str, Value] | None = None) -> list[Stored]:
        """These events in one commit; what the log has of it."""
        events = []
        for keys in several:
            self.now = Instant(self.now + 1)
            event = Event(
                id=str(self.now), source="web", name=name, keys=keys, at=self.now, seen_at=self.now, props=props or {}
            )
            events.append((resolve(keys) or PersonId(""), event))
        return self.log.append(Batch(events=events))

    def person(self, keys: Keys) -> str:
        """Whose an event with these keys is."""
        return self.happen(keys)[-1].person

    def say(self, change: Merged | Separated) -> list[Stored]:
        """Somebody's word."""
        self.now = Instant(self.now + 1)
        event = as_event(change, cause=str(self.now), at=self.now, seen_at=self.now)
        return self.log.append(Batch(events=[(PersonId("?"), event)]))

    def separate(self, person: str, *nodes: str) -> list[Stored]:
        given = tuple(map(PersonId, nodes))
        return self.say(Separated(person=PersonId(person), nodes=given, to=PersonId(""), because="no", by="ada"))

    def merge(self, one: str, two: str) -> list[Stored]:
        return self.say(Merged(into=PersonId(one), gone=PersonId(two), nodes=(), because="yes", by="ada"))

    def merges(self) -> list[tuple[str, str]]:
        found = (change_of(one.event) for one in self.log.regrouped())
        return [(each.gone, each.into) for each in found if isinstance(each, Merged)]


U17, U18, A, B = {"user_id": "17"}, {"user_id": "18"}, {"anonymous_id": "a"}, {"anonymous_id": "b"}
X, Y, TABLET = {"email": "x@example.org"}, {"email": "y@example.org"}, {"device": "tablet"}


def test_a_visitor_who_says_who_they_are_was_that_person_all_along() -> None:
    shop = Shop()
    assert shop.person(A) == "anonymous_id:a"
    merged, identified = shop.happen(U17 | A)
    assert (merged.person, identified.person, shop.person(A)) == ("17", "17", "17")
    assert merged.seq < identified.seq
    found = change_of(merged.event)
    assert isinstance(found, Merged)
    assert (found.gone, found.into, found.nodes, found.by) == ("anonymous_id:a", "17", ("anonymous_id:a",), "rules")
    assert found.because == "'Seen' names user id 17 and anonymous id a"


def test_a_key_that_nobody_had_is_linked_and_nothing_more() -> None:
    shop = Shop()
    assert [one.event.name for one in shop.happen(U17 | A | X, A, X)] == ["Seen"] * 3
    assert {one.person for one in shop.log.read()} == {"17"}
    assert shop.identity.nodes_of(PersonId("17")) == ["17", "anonymous_id:a", "email:x@example.org"]


def test_a_person_takes_the_name_of_the_most_trusted_key() -> None:
    shop = Shop()
    shop.happen(A, A | X, X | U17)
    assert shop.merges() == [("anonymous_id:a", "email:x@example.org"), ("email:x@example.org", "17")]
    assert shop.person(A) == "17"


def test_a_shared_device_joins_no_strangers_and_is_nobodys_from_then_on() -> None:
    shop = Shop()
    assert [shop.person(keys) for keys in (U17 | TABLET, TABLET, U18 | TABLET)] == ["17", "17", "18"]
    assert [shop.person(keys) for keys in (TABLET, U17 | TABLET, TABLET)] == ["device:tablet", "17", "device:tablet"]
    assert shop.merges() == []
    (last,) = shop.happen(U17 | TABLET)
    assert last.event.keys == U17
    assert last.event.raw == {"keys.device": ("tablet", "identity: shared by several people")}


def test_two_addresses_at_one_browser_are_two_people() -> None:
    shop = Shop()
    assert [shop.person(X | A), shop.person(Y | A), shop.person(A)] == [
        "email:x@example.org",
        "email:y@example.org",
        "anonymous_id:a",
    ]


def test_one_customer_may_have_several_addresses_up_to_a_limit() -> None:
    shop = Shop(Identity(limits={"email": 2}))
    for number in range(4):
        shop.happen(U17 | {"email": f"{number}@example.org"})
    assert shop.identity.nodes_of(PersonId("17")) == ["17", "email:0@example.org", "email:1@example.org"]
    assert shop.person({"email": "3@example.org"}) == "email:3@example.org"


@pytest.mark.parametrize(
    "nobody",
    [
        {"email": "info@example.org"},
        {"email": "unknown@example.org"},
        {"anonymous_id": "null"},
        {"device": "0000-0000"},
        {"phone": "000"},
        {"device": "Kiosk-3"},
    ],
)
def test_a_value_that_stands_for_nobody_names_only_where_nothing_better_does(nobody: Keys) -> None:
    shop = Shop(Identity(blocked=frozenset({"kiosk-3"})))
    assert [shop.person(keys) for keys in (U17 | nobody, U18 | nobody)] == ["17", "18"]
    assert shop.person(nobody) == resolve(nobody)
    assert shop.merges() == []
    assert shop.person({"user_id": "unknown"} | A) == "anonymous_id:a"


def test_an_alias_makes_two_ids_one() -> None:
    shop = Shop()
    shop.happen(A, U18)
    shop.happen(U17, name=ALIAS, props={"previous_id": "a"})
    assert shop.person(A) == "17"
    shop.happen(U17, name=ALIAS, props={"previous_id": "18"})
    assert shop.person(U18) == "17"
    count = len(shop.merges())
    shop.happen(U17, name=ALIAS, props={"previous_id": "18"})
    shop.happen(U17, name=ALIAS, props={"previous_id": "null"})
    assert len(shop.merges()) == count
    # One that was never seen may be either.
    shop.happen(U17, name=ALIAS, props={"previous_id": "late"})
    assert shop.person({"anonymous_id": "late"}) == shop.person({"user_id": "late"}) == "17"


def test_somebodys_word_counts_beyond_limits_and_is_taken_back() -> None:
    shop = Shop()
    shop.happen(U17 | X, U18 | A)
    (merged,) = shop.merge("18", "17")
    found = change_of(merged.event)
    assert isinstance(found, Merged)
    assert (found.into, found.nodes, found.by) == ("18", ("17", "email:x@example.org"), "ada")
    assert [shop.person(keys) for keys in (U17, X, U18, A)] == ["18"] * 4
    assert shop.merge("17", "18") == []
    (parted,) = shop.separate("18", *found.nodes)
    assert parted.person == "18"
    assert [shop.person(keys) for keys in (U17, X, U18, A)] == ["17", "17", "18", "18"]


def test_a_shared_key_is_somebodys_again_by_a_persons_word_alone() -> None:
    shop = Shop()
    shop.happen(X, U17 | X, U18 | X, X, U17 | A)
    shop.happen(X, name=ALIAS, props={"previous_id": "18"})
    assert [shop.person(keys) for keys in (X, U17 | X)] == ["email:x@example.org", "17"]
    shop.merge("17", "email:x@example.org")
    assert [shop.person(keys) for keys in (X, U17 | X, X)] == ["17"] * 3
    assert [shop.person(keys) for keys in (U18 | X, X)] == ["18", "email:x@example.org"]


def test_what_was_separated_is_not_joined_again_by_the_same_keys() -> None:
    shop = Shop()
    shop.happen(A, U17 | A)
    shop.separate("17", "anonymous_id:a")
    assert [shop.person(keys) for keys in (U17 | A, A, U17)] == ["17", "anonymous_id:a", "17"]
    shop.happen(U17, name=ALIAS, props={"previous_id": "a"})
    assert shop.person(A) == "anonymous_id:a"
    shop.merge("17", "anonymous_id:a")
    assert shop.person(A) == "17"


def test_what_cannot_be_given_back_is_refused_and_nothing_is_stored() -> None:
    shop = Shop()
    shop.happen(U17 | A)
    head = shop.log.position()
    with pytest.raises(NotFound, match="17' has no anonymous id b"):
        shop.separate("17", "anonymous_id:b")
    with pytest.raises(Conflict, match="from themselves"):
        shop.separate("17", "17")
    assert shop.log.position() == head


def test_events_of_one_commit_know_of_each_other() -> None:
    shop = Shop()
    stored = shop.happen(A, U17 | A, A, U18 | A, A, U17 | A)
    people = [one.person for one in stored if one.event.name == "Seen"]
    assert people == ["anonymous_id:a", "17", "17", "18", "anonymous_id:a", "17"]


def test_the_same_events_again_change_nothing() -> None:
    shop = Shop()
    first = shop.happen(A, U17 | A, X | A)
    again = [(one.person, one.event) for one in first if one.event.source == "web"]
    assert shop.log.append(Batch(events=again)) == []


def test_another_process_that_changes_what_is_known_is_heard() -> None:
    shop = Shop()
    shop.happen(U17 | A, U17 | A)
    other = MemoryEventLog(Resolver(shop.identity, Identity))
    event = Event(id="1", source="x", name="Seen", keys=U18 | A, at=Instant(1), seen_at=Instant(1))
    other.append(Batch(events=[(PersonId("18"), event)]))
    assert shop.person(A) == "anonymous_id:a"


def test_rules_may_change_while_events_come() -> None:
    shop = Shop()
    shop.rules = Identity(trust=("phone", "user_id", "email", "device", "anonymous_id"))
    assert shop.person({"phone": "+4512345678", "user_id": "17"}) == "phone:+4512345678"
    assert shop.person(U17) == "phone:+4512345678"


def test_no_client_says_who_is_who() -> None:
    shop = Shop()
    shop.happen(U17 | A)
    shop.happen(U18, name=Name.PEOPLE_MERGED, props={"into": "18", "from": "17", "nodes": []})
    assert shop.person(U17) == "17"


KEYS = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["1", "2", "3"]),
        "email": st.sampled_from(["x@a.org", "X@a.org", "y@a.org", "info@a.org"]),
        "device": st.sampled_from(["1", "d"]),
        "anonymous_id": st.sampled_from(["a", "b"]),
    },
).filter(bool)
ALIASES = st.sampled_from(["", "", "", "", "a", "2"])


@settings(max_examples=200)
@given(
    groups=st.lists(st.lists(st.tuples(KEYS, ALIASES), min_size=1, max_size=4), max_size=8),
    most=st.sampled_from([1, 3, 1_000]),
    limit=st.sampled_from([1, 2, 9]),
)
def test_what_is_remembered_and_how_events_are_grouped_change_nothing(
    groups: list[list[tuple[Keys, str]]], most: int, limit: int
) -> None:
    rules = Identity(limits={"email": limit, "anonymous_id": limit})
    remembering, forgetting = MemoryIdentityStore(), MemoryIdentityStore()
    at_once, one_by_one = list[Happening](), list[Happening]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolver_module, "MOST_SETTLED", most)
        resolver = Resolver(remembering, lambda: rules)
        for place, group in enumerate(groups):
            events = [_event(f"{place}-{number}", *each) for number, each in enumerate(group)]
            at_once += resolver(events)
            for event in events:
                one_by_one += Resolver(forgetting, lambda: rules)([event])
    assert at_once == one_by_one
    nodes = [PersonId(each) for each in ("1", "2", "3", "email:x@a.org", "email:y@a.org", "device:d", "anonymous_id:a")]
    assert remembering.people_of(nodes) == forgetting.people_of(nodes)


def _event(number: str, keys: Keys, alias: str) -> Happening:
    props: dict[str, Value] = {"previous_id": alias} if alias else {}
    name = ALIAS if alias else "Seen"
    event = Event(id=number, source="web", name=name, keys=keys, at=Instant(1), seen_at=Instant(1), props=props)
    return resolve(keys) or PersonId(""), event
