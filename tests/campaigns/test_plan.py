"""Planning: everyone of the audience once, with a decision or a reason why there is none; the sums match."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from envoi.campaigns.plan import HOLDOUT, SEND, plan, plan_for
from envoi.clock import Instant
from envoi.decisions.rules import FALLBACK
from envoi.events.event import PersonId
from envoi.experiments.assign import assign
from envoi.reports.outcome import planned as in_numbers
from tests.campaigns.corner import FILES
from tests.campaigns.people import DAY, NOW, Customer, customers, known, shop

GOOD = ("a@example.org", "b@Example.org")


@given(customers)
@settings(max_examples=40)
def test_everyone_of_the_audience_is_planned_once_and_the_sums_match(people: list[Customer]) -> None:
    with shop(people) as (project, stores):
        campaign = project.campaign("hello")
        everyone = plan(campaign, known(project, stores), NOW)
        told = in_numbers("hello", everyone, NOW)
    audience = {str(number) for number, one in enumerate(people, 1) if one.orders}
    assert [one.person for one in everyone] == sorted(audience)
    assert told.to_send + told.held_out + sum(told.skipped.values()) == told.audience == len(audience)
    assert sum(told.content.values()) == told.to_send
    for one in everyone:
        customer = people[int(one.person) - 1]
        arm = assign("hello", one.person, {HOLDOUT: 0.25, SEND: 0.75}).arm
        expected = {
            customer.email not in GOOD: "e-mail address is not valid" if customer.email else "no e-mail address",
            customer.consent is False: "consent withdrawn",
            customer.consent is None: "never consented",
        }.get(True, HOLDOUT if arm == HOLDOUT else "")
        assert one.skip == expected
        assert (one.decision is None) == (one.skip not in ("", HOLDOUT))


@given(customers)
@settings(max_examples=25)
def test_each_decision_says_what_was_chosen_and_why(people: list[Customer]) -> None:
    with shop(people) as (project, stores):
        campaign = project.campaign("hello")
        decisions = [one.decision for one in plan(campaign, known(project, stores), NOW) if one.decision]
    for decision in decisions:
        customer = people[int(decision.person) - 1]
        gold, stamps = customer.tier == "gold", len(customer.orders) >= 3
        assert decision.content == ("gold" if gold else "stamps" if stamps else FALLBACK)
        assert [reason.step for reason in decision.reasons][:4] == ["audience", "consent", "holdout", "content"]
        assert decision.propensity == (0.25 if decision.arm == HOLDOUT else 0.75)
        assert decision.send_at == NOW
        assert decision.products[0]["product"] == customer.product
        assert len({product["name"] for product in decision.products}) == len(decision.products) <= 2


@given(customers)
@settings(max_examples=15)
def test_planning_again_decides_the_same_and_another_moment_has_other_ids(people: list[Customer]) -> None:
    with shop(people) as (project, stores):
        campaign, asked = project.campaign("hello"), known(project, stores)
        first, second = plan(campaign, asked, NOW), plan(campaign, asked, NOW)
        later = plan(campaign, asked, Instant(NOW + DAY))
    assert first == second
    ids = Counter(one.decision.id for one in [*first, *later] if one.decision)
    assert set(ids.values()) <= {1}


def test_it_is_planned_as_of_a_moment() -> None:
    with shop([Customer(orders=(3,)), Customer(orders=(100,))]) as (project, stores):
        campaign, asked = project.campaign("hello"), known(project, stores)
        assert [one.person for one in plan(campaign, asked, NOW)] == ["1", "2"]
        assert [one.person for one in plan(campaign, asked, Instant(NOW - 50 * DAY))] == ["2"]


def test_a_preview_plans_for_people_outside_the_audience_and_for_nobody_known() -> None:
    with shop([Customer(orders=()), Customer(consent=None)]) as (project, stores):
        people = [PersonId("1"), PersonId("2"), PersonId("nobody")]
        planned = plan_for(project.campaign("hello"), known(project, stores), NOW, people)
    assert [one.skip for one in planned[1:]] == ["never consented", "never consented"]
    assert planned[0].decision is not None
    # Nothing of one's own, so what others buy.
    assert [product["product"] for product in planned[0].decision.products] == ["tea"]


@pytest.mark.parametrize("holdout", ["0", "0.9"])
def test_the_holdout_is_its_share(holdout: str) -> None:
    files = FILES | {"campaigns/hello.toml": FILES["campaigns/hello.toml"].replace("0.25", holdout)}
    with shop([Customer(email=f"n{number}@example.org") for number in range(400)], files) as (project, stores):
        arms = Counter(one.skip for one in plan(project.campaign("hello"), known(project, stores), NOW))
    # 400 draws of 0.9 have a standard deviation of 6.
    assert arms[HOLDOUT] == pytest.approx(400 * float(holdout), abs=20 * float(holdout))
    assert arms[""] + arms[HOLDOUT] == 400
