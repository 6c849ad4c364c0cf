"""What holds for every rule and any text: nothing is raised, and what is in standard form stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envoi.adapters.people.usaddress import parse_address
from envoi.people.standardise.category import Taxonomy
from envoi.people.standardise.date import Order
from envoi.people.standardise.rule import Kind, Rule, Tools, standard

if TYPE_CHECKING:
    from envoi.people.standardise.base import Standard

SHOP = Taxonomy.of("shop", {"Shoes": ("footwear", "sneakers"), "Shirts": ("tops",)})
RULES = {
    "email": Rule(path="email", kind=Kind.EMAIL),
    "phone": Rule(path="phone", kind=Kind.PHONE, country="GB"),
    "phone of anywhere": Rule(path="phone", kind=Kind.PHONE),
    "date": Rule(path="date", kind=Kind.DATE, newest=2026),
    "date, day first": Rule(path="date", kind=Kind.DATE, order=Order.DAY, locale="fr_FR"),
    "name": Rule(path="name", kind=Kind.NAME),
    "country": Rule(path="country", kind=Kind.COUNTRY, locale="de_DE"),
    "state": Rule(path="state", kind=Kind.STATE),
    "state, short": Rule(path="state", kind=Kind.STATE, country="AU", short=True),
    "currency": Rule(path="currency", kind=Kind.CURRENCY, locale="en_CA"),
    "category": Rule(path="category", kind=Kind.CATEGORY, taxonomy=SHOP, accept=60),
    "address": Rule(path="address", kind=Kind.ADDRESS),
}


def pieces(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*text.split(), "\u00a0", "\n"])


#: What people write, in pieces that a drawn text puts together.
PIECES = pieces(
    """anna @ example.org . , & and van de O' Mc mr dr jr III MD PhD ( ) " ' + 0121 234 5678 ext 03/04/2017 3rd of April
    1990 12 31 - / NY new york state the USA Deutschland $ EUR kr shoes sneekers PO Box 12 Main St Apt # 10001 floor
    \u200b \u0301 \u0661 \u017f"""
)
TEXTS = st.text(max_size=40) | st.lists(PIECES, max_size=8).map(" ".join) | st.lists(PIECES, max_size=5).map("".join)


@pytest.fixture(scope="module", params=RULES)
def rule(request: pytest.FixtureRequest) -> Standard:
    return standard(RULES[request.param], Tools(parse_address=parse_address()))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
@example(text="")
@example(text="\0\ud800")
@example(text="0 AND 0")
@example(text="A::A.")
@example(text="9" * 400)
def test_a_rule_takes_any_text_and_changes_its_own_result_no_further(rule: Standard, text: str) -> None:
    once = rule(text)
    assert bool(once.value) != bool(once.fault)
    if once.value:
        again = rule(once.value)
        assert (again.value, again.fault) == (once.value, "")


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "n/a", "-", "()", "@", "00000000", "\uff11\uff12", "'", "&", ","]
)
def test_nothing_that_stands_for_nothing_has_a_form_but_as_a_fault(rule: Standard, text: str) -> None:
    clean = rule(text)
    assert clean.value or clean.fault
