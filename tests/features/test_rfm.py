"""Every buyer has exactly one score of each sort and one tier, the same as worked out by hand; others have none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import Definitions, bind
from envoi.conditions.facts import Facts, facts
from envoi.conditions.parse import parse
from envoi.conditions.rows import judge
from envoi.conditions.tree import Ago, Span, Unit
from envoi.errors import ConditionError, ProjectError
from envoi.events.event import Stored
from envoi.features.rfm import SCORES, TIERS, Rfm, cut_points, fields
from envoi.segments.batch import members, sizes
from tests.conditions.histories import START, Props, seeded, stored
from tests.conditions.shop import CATALOGUE, tables_of

DAY = 86_400_000_000
WINDOW = 30


def decimals(*numbers: float | str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    one, two, three, four = (Decimal(str(number)) for number in numbers)
    return one, two, three, four


RFM = Rfm(
    event="Order Completed",
    spend="total",
    window=Ago(far=Span(WINDOW, Unit.DAYS)),
    recency_days=decimals(1, 2, 4, 4.5),
    orders=decimals(1, 2, 3, 3),
    spends=decimals(0, 2.5, 5, 10),
)


def definitions(rfm: Rfm = RFM) -> Definitions:
    return Definitions(catalogue=CATALOGUE, derived=fields(rfm))


_AGES = [0, 1, 2, 3, 4, 4.5, 5, 29, 30, 31, 50]
_SPENT: list[Props] = [{"total": 0}, {"total": 2.5}, {"total": 2.5}, {"total": 4}, {}]


def orders(random: Random, people: str) -> list[Stored]:
    """Up to six orders each within fifty days, half of them at the turn of a day, some without a total."""
    history: list[Stored] = []
    for person in people:
        for _ in range(random.randint(1, 6)):
            at = START - int(random.choice(_AGES) * DAY) - random.choice([0, 0, 1, -1])
            history.append(stored(len(history) + 1, person, "Order Completed", at, random.choice(_SPENT)))
        # Seen, so that everyone is a person; whoever has only this has nothing to score.
        history.append(stored(len(history) + 1, person, "Product Viewed", START - 60 * DAY, {}))
    return history


def bought(history: list[Stored], now: int) -> list[Stored]:
    """The orders in the window."""
    ordered = [one for one in history if one.event.name == "Order Completed"]
    return [one for one in ordered if now - WINDOW * DAY < one.event.at <= now]


def spent(orders: list[Stored]) -> Decimal:
    return sum((Decimal(str(one.event.props.get("total", 0))) for one in orders), Decimal(0))


def by_hand(history: list[Stored], now: int) -> tuple[int, int, int] | None:
    """Recency, frequency and spend as scores, None without an order in the window."""
    found = bought(history, now)
    if not found:
        return None
    days = Decimal(now - max(one.event.at for one in found)) / DAY
    return (
        5 - sum(days > cut for cut in RFM.recency_days),
        1 + sum(len(found) > cut for cut in RFM.orders),
        1 + sum(spent(found) > cut for cut in RFM.spends),
    )


def tier_by_hand(scores: tuple[int, int, int]) -> str:
    return next(tier for tier, least in TIERS if all(score >= at for score, at in zip(scores, least, strict=True)))


def holding(known: Facts, field: str, values: list[str]) -> list[str]:
    """The values for which `field = value` holds."""
    conditions = {value: bind(parse(f"{field} = {value}"), definitions()) for value in values}
    return [value for value, condition in conditions.items() if judge(condition, known).holds]


@pytest.mark.parametrize("seed", range(60))
def test_a_buyer_has_one_score_of_each_sort_and_one_tier(seed: int) -> None:
    random = seeded(seed)
    history = orders(random, "a")
    now = START + random.choice([-2 * DAY, -1, 0, 1, DAY, 20 * DAY])
    known, scores = facts(history, Instant(now)), by_hand(history, now)

    for place, field in enumerate(["rfm_recency", "rfm_frequency", "rfm_spend"]):
        found = holding(known, field, [str(score) for score in SCORES])
        assert found == ([str(scores[place])] if scores else [])
    found = holding(known, "rfm_tier", [f'"{tier}"' for tier, _ in TIERS])
    assert found == ([f'"{tier_by_hand(scores)}"'] if scores else [])


def test_tiers_and_scores_share_out_all_buyers() -> None:
    history = orders(seeded(7), "abcdefghijklmnopqrstuvwxyz")
    people = sorted({one.person for one in history})
    buyers = [person for person in people if by_hand([one for one in history if one.person == person], START)]
    with tables_of(history) as tables:
        found = sizes(
            {tier: bind(parse(f'rfm_tier = "{tier}"'), definitions()) for tier, _ in TIERS}, tables, Instant(START)
        )
        in_any = members(bind(parse("rfm_tier is present"), definitions()), tables, Instant(START))
        in_none = members(bind(parse("rfm_recency is missing"), definitions()), tables, Instant(START))

    assert sum(found.values()) == len(buyers)
    assert 0 < len(buyers) < len(people)
    assert (in_any, in_none) == (buyers, [person for person in people if person not in buyers])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("rfm_recency >= 4", "rfm_recency = 4 or rfm_recency = 5"),
        ("rfm_spend between 2 and 3", "rfm_spend in (2, 3)"),
        ("rfm_spend != 5", "rfm_spend < 5"),
        ("rfm_frequency > 0", "rfm_frequency is present"),
        ('rfm_tier != "champions"', 'rfm_tier is present and not rfm_tier = "champions"'),
        ('rfm_tier in ("lost", "slipping away")', "rfm_recency <= 2"),
        ('rfm_tier not in ("lost", "slipping away")', "rfm_recency > 2"),
    ],
)
def test_scores_and_tiers_compare_as_any_field_does(text: str, same: str) -> None:
    history = orders(seeded(11), "abcdefghijklmnopqrstuvwxyz")
    with tables_of(history) as tables:
        one, other = (members(bind(parse(each), definitions()), tables, Instant(START)) for each in (text, same))

    assert one == other
    assert one


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("rfm_recency = 6", "rfm_recency is never = 6", "scores go from 1 to 5"),
        ("rfm_recency > 3.5", "3.5 is not a whole number", "this is counted in whole numbers"),
        ('rfm_spend = "high"', '"high" is not a number', "numbers go without quotes"),
        ('rfm_tier = "champion"', 'no tier "champion"', "did you mean 'champions'?"),
        ('rfm_tier contains "champions"', "a tier cannot be asked 'contains'", 'write rfm_tier = "champions"'),
    ],
)
def test_what_no_score_or_tier_can_be_is_refused(text: str, what: str, hint: str) -> None:
    with pytest.raises(ConditionError) as refused:
        bind(parse(f"vip = true and {text}"), definitions(), text=f"vip = true and {text}")

    assert (refused.value.what, refused.value.hint, refused.value.at.column) == (what, hint, 16)


def test_all_tiers_but_all_is_refused() -> None:
    every = ", ".join(f'"{tier}"' for tier, _ in TIERS)

    with pytest.raises(ConditionError, match="no tier is not in"):
        bind(parse(f"rfm_tier not in ({every})"), definitions())


def test_cut_points_must_ascend_and_orders_be_whole() -> None:
    with pytest.raises(ProjectError, match=r"the cut points rfm\.spends do not ascend"):
        replace(RFM, spends=decimals(1, 3, 2, 4))
    with pytest.raises(ProjectError, match=r"the cut points rfm\.orders are numbers of orders"):
        replace(RFM, orders=decimals(1, 2, 2.5, 4))


@pytest.mark.parametrize("seed", range(4))
def test_cut_points_are_quintiles_of_the_buyers_in_the_window(seed: int) -> None:
    random = seeded(seed)
    history = orders(random, "abcdefghijklmnopqrstuvwxyz"[: random.randint(1, 26)])
    with tables_of(history) as tables:
        found = cut_points(tables, RFM, Instant(START))

    in_window = bought(history, START)
    people = sorted({one.person for one in in_window})
    by_person = [[one for one in in_window if one.person == person] for person in people]
    assert_quintiles(found["orders"], [Decimal(len(own)) for own in by_person])
    assert_quintiles(found["spends"], [spent(own) for own in by_person])
    ages = [START - max(one.event.at for one in own) for own in by_person]
    assert_quintiles(found["recency_days"], [round(Decimal(age) / DAY, 2) for age in ages])


def assert_quintiles(found: tuple[Decimal, ...], values: list[Decimal]) -> None:
    """The q-th fifth ends at the smallest value that at least q fifths do not exceed."""
    assert len(found) == 4
    for q, cut in enumerate(found, start=1):
        assert cut in values
        assert 5 * sum(value <= cut for value in values) >= q * len(values)
        assert 5 * sum(value < cut for value in values) < q * len(values)


def test_where_nobody_bought_there_are_no_cut_points() -> None:
    with tables_of([]) as tables:
        assert cut_points(tables, RFM, Instant(START)) == {"recency_days": (), "orders": (), "spends": ()}


def test_the_window_of_the_cut_points_is_that_of_the_scores() -> None:
    month, late = Span(30, Unit.DAYS), Span(2, Unit.DAYS)
    windows = [Ago(), Ago(month), Ago(None, late), Ago(month, late)]
    ages = [0, 2, 29, 30]
    history = [stored(n, str(n), "Order Completed", START - age * DAY, {}) for n, age in enumerate(ages, start=1)]
    with tables_of(history) as tables:
        found = [cut_points(tables, replace(RFM, window=one), Instant(START))["recency_days"] for one in windows]

    # The lowest and the highest cut point: the smallest and the largest age in the window.
    assert [(int(cuts[0]), int(cuts[-1])) for cuts in found] == [(0, 30), (0, 29), (2, 30), (2, 29)]
