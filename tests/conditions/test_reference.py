"""The page of the language, docs/reference/conditions.md, holds no sentence that is not one."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import Definitions, bind
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.reader import RESERVED
from envoi.conditions.rows import judge
from envoi.conditions.tables import as_query
from envoi.conditions.tree import Ago, Span, Unit
from envoi.conditions.written import written
from envoi.errors import ConditionError
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.features.rfm import Rfm, fields
from tests.conditions.histories import START

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "conditions.md").read_text(encoding="utf-8")
NOW = Instant(START)
TEXT, NUMBER, BOOLEAN, DATE = (Property(kind=kind) for kind in (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE))
PRODUCTS = Property(kind=Kind.ITEMS, fields={"category": TEXT, "price": NUMBER, "sku": TEXT})
ORDER = {"total": NUMBER, "coupon": TEXT, "gift": BOOLEAN, "shipping.city": TEXT, "cart_id": TEXT, "products": PRODUCTS}
EVENTS = {
    "Order Completed": ORDER,
    "Product Viewed": {"sku": TEXT, "price": NUMBER},
    "Product Added": {"cart_id": TEXT, "price": NUMBER},
}
TRAITS = {
    "age": NUMBER,
    **dict.fromkeys(("country", "email", "address.city", "favourite_category", "since", "member no."), TEXT),
    "tier": Property(kind=Kind.TEXT, one_of=("gold", "vip")),
    "vip": BOOLEAN,
    "signed_up": Property(kind=Kind.TIME),
    "birthday": DATE,
}
_FOUR = (Decimal(1), Decimal(2), Decimal(3), Decimal(4))
#: What the page speaks of.
DEFINITIONS = Definitions(
    catalogue=Catalogue(
        events={name: EventPlan(name=name, properties=properties) for name, properties in EVENTS.items()}, traits=TRAITS
    ),
    segments={"Recent buyers": parse('did "Order Completed" in the last 30 days')},
    points={"purchase_intent": ((Decimal(5), parse_scope('"Product Added" in the last 30 days')),)},
    derived=fields(
        Rfm(
            event="Order Completed",
            spend="total",
            window=Ago(Span(180, Unit.DAYS)),
            recency_days=_FOUR,
            orders=_FOUR,
            spends=_FOUR,
        )
    ),
)


def examples() -> list[str]:
    """The conditions on the page: whole blocks, and the first column of its tables."""
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE)
    blocks = re.findall(r"```condition\n(.*?)```", PAGE, re.DOTALL)
    return [*blocks, *(text for row in rows for text in re.findall("`(.*?)`", row))]


@pytest.mark.parametrize("text", examples())
def test_an_example_is_a_condition_that_fits_the_plan_and_can_be_judged(text: str) -> None:
    condition = parse(text)

    bound = bind(condition, DEFINITIONS, text=text)

    assert parse(written(condition)) == condition
    assert judge(bound, facts([], NOW)).until is None
    assert as_query(bound, NOW).sql


def test_there_are_examples() -> None:
    assert len(examples()) > 75


def equivalent() -> list[tuple[str, str]]:
    """The examples beside which another stands as `the same as`."""
    return re.findall(r"^\| `(.*?)` \| the same as `(.*?)`", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("one", "other"), equivalent())
def test_what_is_called_the_same_is_bound_the_same(one: str, other: str) -> None:
    assert bind(parse(one), DEFINITIONS) == bind(parse(other), DEFINITIONS)


def test_the_mistakes_on_the_page_are_told_so() -> None:
    (block,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    texts = ['did "Product Viewed" twice', 'age > 3 and did "Order Complete"']

    for text, told in zip(texts, block.splitlines(), strict=True):
        with pytest.raises(ConditionError) as refused:
            bind(parse(text), DEFINITIONS, text=text)
        assert str(refused.value) == told


def test_the_page_names_the_reserved_words() -> None:
    named = re.search(r"Words that need them: ([a-z,\s]*)\.", PAGE)

    assert named is not None
    assert set(re.split(r",\s*", named[1])) == RESERVED
