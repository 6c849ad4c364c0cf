"""What every linker promises: each pair once, more evidence for more likeness, the same for the same records."""

from __future__ import annotations

import pytest

from envoi.adapters.people.splink import SplinkLinker
from envoi.people.match.blocking import blocks, pairs
from envoi.people.match.port import Linker, Weighed
from envoi.people.match.rules import RuleLinker
from tests.people.match.crowd import ANN, NICKNAMES, ROB, people, strangers

#: Two of each, so that there is something to learn; the two at the end share a household only.
CROWD = people([*strangers(150), *strangers(150), ROB, (*ROB[:3], "", *ROB[4:]), ROB, ANN])


@pytest.fixture(scope="module", params=["rules", "splink"])
def linker(request: pytest.FixtureRequest) -> Linker:
    return RuleLinker(NICKNAMES) if request.param == "rules" else SplinkLinker(NICKNAMES)


@pytest.fixture(scope="module")
def weighed(linker: Linker) -> list[Weighed]:
    return linker.weigh(CROWD, blocks(CROWD))


def test_pairs_are_those_of_the_blocks_each_once(weighed: list[Weighed]) -> None:
    found = [(each.left, each.right) for each in weighed]
    assert len(found) == len(set(found))
    assert set(found) <= set(pairs(blocks(CROWD)))


def test_every_true_pair_is_there(weighed: list[Weighed]) -> None:
    assert {(n, n + 150) for n in range(150)} | {(300, 302)} <= {(each.left, each.right) for each in weighed}


def test_what_is_personal_speaks_for_one_person_and_against_two(weighed: list[Weighed]) -> None:
    by_pair = {(each.left, each.right): each for each in weighed}
    same, less, home = by_pair[300, 302], by_pair[300, 301], by_pair.get((300, 303))
    assert same.personal > less.personal > 0
    assert same.shared == pytest.approx(less.shared)
    assert home is None or home.personal < 0 < home.shared


def test_the_same_records_are_weighed_the_same(linker: Linker, weighed: list[Weighed]) -> None:
    assert linker.weigh(CROWD, blocks(CROWD)) == weighed


def test_nothing_to_weigh(linker: Linker) -> None:
    nobody = people([("", "", "", "", "", "", "")] * 3)
    assert linker.weigh(nobody, blocks(nobody)) == []


@pytest.mark.parametrize("column", [0, 3])
def test_one_field_is_enough(linker: Linker, column: int) -> None:
    rows = [tuple(each[column] if n == column else "" for n in range(7)) for each in [*strangers(120), *strangers(120)]]
    crowd = people(rows)
    found = linker.weigh(crowd, blocks(crowd))
    assert {(n, n + 120) for n in range(120)} <= {(each.left, each.right) for each in found}
    assert all(each.personal + each.shared > 0 for each in found if each.right == each.left + 120)


def test_addresses_told_apart_by_numbers_speak_against_one_person(linker: Linker) -> None:
    rob, slip, two = (("Robert", "Hall", "", mail, "", "", "") for mail in ("rob1@a.org", "robb1@a.org", "rob2@a.org"))
    crowd = people([*strangers(120), *strangers(120), rob, slip, two])
    found = {(each.left, each.right): each.personal for each in linker.weigh(crowd, blocks(crowd))}
    assert found[240, 241] > found[240, 242]
