"""What likeness is worth where nothing is learned."""

from __future__ import annotations

from envoi.people.match.blocking import blocks
from envoi.people.match.rules import RuleLinker
from tests.people.match.crowd import NICKNAMES, people, strangers

COMMON = ("", "Hall", "", "", "", "", "")


def test_a_rare_value_in_common_is_worth_more() -> None:
    """Of 64 surnames 16 are Hall: log2(0.9 * 64 / 16) = 1.85 bits; two are Oduya: log2(0.9 * 64 / 2) = 4.85."""
    rare = ("", "Oduya", "", "", "", "", "")
    others = [("", each[1], "", "", "", "", "") for each in strangers(46)]
    crowd = people([rare, rare, *[COMMON] * 16, *others])
    bits = {(each.left, each.right): each.shared for each in RuleLinker(NICKNAMES).weigh(crowd, blocks(crowd))}
    assert (round(bits[0, 1], 2), round(bits[2, 3], 2)) == (4.85, 1.85)
