"""A project's own people: merged where it is certain, asked once where it is not, never against what somebody said."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.people.memory_review import MemoryReviewQueue
from envoi.clock import FixedClock, Instant
from envoi.errors import Conflict
from envoi.events.event import PersonId, Value
from envoi.hosts.matching_people import BY, Matching, match_people
from envoi.people.match.review import State
from envoi.people.profile import Profile, Trait
from envoi.reports.matches import PeopleMatched
from tests.people.match.crowd import ANN, ROB, strangers

NAMES = ("first_name", "last_name", "date_of_birth", "email", "phone", "street", "postcode")
AGAIN = ("Bob", "Hall", "1990-05-01", "rob@example.org", "+44 20 7946 0018", "3 High St", "")
#: Ann's name and post code, and nothing else: likely her, and not certain.
ANNIE = ("Ann", "Hall", "", "", "", "", "N1 4BQ")
WHO = {"rob": ROB, "bob": AGAIN, "ann": ANN, "annie": ANNIE}


@dataclass
class Shop:
    """People, what was said of them, and merging as simple as it can be."""

    root: Path
    rows: dict[str, tuple[str, ...]]
    queue: MemoryReviewQueue = field(default_factory=MemoryReviewQueue)
    told: list[tuple[str, str, str, str]] = field(default_factory=list)
    once: dict[str, tuple[PersonId, ...]] = field(default_factory=dict)

    def match(self, *, dry_run: bool = False) -> PeopleMatched:
        matching = Matching(people=self.store(), queue=self.queue, clock=FixedClock(Instant(7)))
        return match_people(self.root, matching, None if dry_run else self.merge)

    def merge(self, one: PersonId, other: PersonId, *, because: str, by: str, score: float) -> PersonId:
        assert 0.99 <= score <= 1
        self.told.append((one, other, because, by))
        del self.rows[other]
        return one

    def store(self) -> MemoryProfileStore:
        store = MemoryProfileStore()
        store.put([replace(profile(who, row), once=self.once.get(who, ())) for who, row in self.rows.items()])
        return store


def profile(who: str, row: tuple[str, ...]) -> Profile:
    known: dict[str, Value] = {name: value for name, value in zip(NAMES, row, strict=True) if value}
    traits = {name: Trait(value=value, at=Instant(1)) for name, value in known.items()}
    return Profile(person=PersonId(who), traits=traits, seq=1)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, {f"s{number}": row for number, row in enumerate(strangers(150))} | WHO)


def test_who_is_certain_is_merged_with_the_reasons(shop: Shop) -> None:
    found = shop.match()
    assert [(one, other, by) for one, other, _, by in shop.told] == [("bob", "rob", BY)]
    assert "same date of birth" in shop.told[0][2]
    assert [(each.left, each.right) for each in found.merged] == [("bob", "rob")]
    assert all(each.score >= 0.99 for each in found.merged)
    # Merged is merged: the next time nothing is left to do.
    assert shop.match().merged == []


def test_who_is_not_certain_waits_for_somebody(shop: Shop) -> None:
    found = shop.match()
    (asked,) = shop.queue.scan(State.WAITING)
    assert asked.pair == ("ann", "annie")
    assert 0.9 <= asked.score < 0.99
    assert asked.reasons == ("same given name", "same surname", "same post code")
    assert (len(found.asked), found.new, shop.match().new) == (1, 1, 0)


def test_a_dry_run_changes_nothing(shop: Shop) -> None:
    found = shop.match(dry_run=True)
    assert (len(found.merged), len(found.asked), found.new, found.dry_run) == (1, 1, 0, True)
    assert shop.told == []
    assert shop.queue.counts() == {}


def test_what_somebody_said_is_not_asked_again_until_a_record_changes(shop: Shop) -> None:
    shop.match()
    (asked,) = shop.queue.scan(State.WAITING)
    shop.queue.put([replace(asked, state=State.DIFFERENT, at=Instant(8))])
    found = shop.match()
    # The merge of before counts too: whoever takes it apart is not overruled.
    assert (found.asked, found.told_apart) == ([], 1)
    shop.rows["annie"] = (*ANNIE[:6], "n1 4bq")
    assert [(each.left, each.right) for each in shop.match().asked] == [("ann", "annie")]


def test_who_was_separated_is_not_merged_again(shop: Shop) -> None:
    shop.match()
    shop.rows["rob"] = ROB
    shop.told.clear()
    assert (shop.match().merged, shop.told) == ([], [])
    shop.rows["rob"] = (*ROB[:5], "4 High Street", "N1 4BQ")
    assert [(each.left, each.right) for each in shop.match().merged] == [("bob", "rob")]


def test_no_more_are_merged_or_asked_than_the_cap_allows(shop: Shop) -> None:
    shop.rows |= {f"rob{number}": (*ROB[:6], f"N1 4B{number}") for number in range(6)}
    (shop.root / "match.toml").write_text("cap = 3")
    found = shop.match(dry_run=True)
    for links in (found.merged, [*found.merged, *found.asked]):
        assert max(len(each) for each in connected((link.left, link.right) for link in links)) == 3
    assert found.refused != []


def test_a_person_merged_of_several_counts_as_several(shop: Shop) -> None:
    (shop.root / "match.toml").write_text("cap = 3")
    shop.once = {"rob": (PersonId("a"), PersonId("b"))}
    assert [(each.left, each.right) for each in shop.match(dry_run=True).refused] == [("bob", "rob")]


def test_who_may_not_be_merged_stays_and_the_rest_goes_on(shop: Shop) -> None:
    def never(one: PersonId, other: PersonId, *, because: str, by: str, score: float) -> PersonId:
        raise Conflict(f"{one} and {other}, says {by}: {len(because) > 0} {score > 0.99}")

    matching = Matching(people=shop.store(), queue=shop.queue)
    found = match_people(shop.root, matching, never)
    assert (found.merged, found.conflicts) == ([], {"bob and rob": "bob and rob, says envoi match: True True"})
    assert len(found.asked) == 1


def test_an_id_that_is_an_address_says_what_it_is(shop: Shop) -> None:
    shop.rows = dict(list(shop.rows.items())[:150])
    shop.rows |= {"rob": ROB, "email:rob@example.org": ("Robert", "Hall", "1990-05-01", "", "", "", "")}
    assert [(each.left, each.right) for each in shop.match().merged] == [("email:rob@example.org", "rob")]


def test_nobody_is_nobody_twice(tmp_path: Path) -> None:
    assert Shop(tmp_path, {}).match().people == 0


def connected(links: object) -> list[set[str]]:
    groups: list[set[str]] = []
    for one, other in links:  # type: ignore[attr-defined]
        touched = [group for group in groups if group & {one, other}]
        groups = [group for group in groups if group not in touched] + [{one, other}.union(*touched)]
    return groups
