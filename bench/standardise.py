"""How many rows a second the rules put in standard form, on one core: of people who come again, and of all new ones.

A row has seven fields under a rule: e-mail, phone, birthday, name, state, country and category. A million rows of
50,000 people is what a shop's events bring in; of all new people is the first import of a list, where no value but
states, countries and categories ever comes again. The rival looks nothing up twice either way: the same rules
without what they remember.

Run as `python bench/standardise.py [ROWS]`.
"""

from __future__ import annotations

import random
import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from _measure import machine, report

from envoi.events.clean import Raw
from envoi.people.standardise import rule as rules
from envoi.people.standardise.category import Taxonomy
from envoi.people.standardise.date import Order
from envoi.people.standardise.rule import Kind, Rule
from envoi.people.standardise.standardise import Bound, Standardise

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = 50_000
ROUNDS = 3
SHOP = Taxonomy.of("shop", {"Shoes": ("footwear", "sneakers"), "Shirts": ("tops",), "Hats": ("headwear",)})
RULES = [
    Rule(path="email", kind=Kind.EMAIL, into={"kind": "email_kind"}),
    Rule(path="phone", kind=Kind.PHONE, country="US"),
    Rule(path="birthday", kind=Kind.DATE, order=Order.MONTH),
    Rule(path="name", kind=Kind.NAME, into={"given": "first_name", "family": "last_name"}),
    Rule(path="state", kind=Kind.STATE),
    Rule(path="country", kind=Kind.COUNTRY),
    Rule(path="category", kind=Kind.CATEGORY, taxonomy=SHOP),
]
GIVEN = ("ANNA", "Bo", "carla", "DIEGO", "Emma", "FRED", "Grace", "hugo")
FAMILY = ("LEE", "van Dyck", "O'NEILL", "Smith", "mcdonald", "DE LA CRUZ", "Jones")
STATES = ("NY", "New York", "new york state", "Calif.", "TX", "texas", "Florida")
COUNTRIES = ("USA", "us", "United States", "United States of America")
CATEGORIES = ("footwear", "Shoes", "TOPS", "headwear", "sneakers")


def person(number: int, draw: random.Random) -> dict[str, object]:
    """A person of that number, as a source would write."""
    area, exchange = draw.choice((212, 415, 713, 305)), 200 + number // 10_000 % 700
    return {
        "email": f"Person.{number}@Example{number % 500}.org",
        "phone": f"({area}) {exchange:03}-{number % 10_000:04}",
        "birthday": f"{draw.randint(1, 12):02}/{draw.randint(1, 28):02}/{draw.randint(1940, 2006)}",
        "name": f"{draw.choice(FAMILY)}, {draw.choice(GIVEN)} {chr(65 + number % 26)}{chr(65 + number // 26 % 26)}",
        "state": draw.choice(STATES),
        "country": draw.choice(COUNTRIES),
        "category": draw.choice(CATEGORIES),
    }


def rows(count: int, people: int) -> Iterator[Raw]:
    """Rows of so many people, in no order."""
    draw = random.Random(7)
    known = [person(number, draw) for number in range(people)]
    order = list(range(people)) if people == count else [draw.randrange(people) for _ in range(count)]
    for number, who in enumerate(order):
        yield Raw(source="crm", id=str(number), name="Profile Updated", keys={"user_id": str(who)}, props=known[who])


def rate(standardise: Standardise, some: list[Raw]) -> float:
    """Thousands of rows a second."""
    start = perf_counter()
    for raw in some:
        standardise(raw)
    return len(some) / (perf_counter() - start) / 1000


def forgetful() -> Standardise:
    """The same rules, each value worked out anew."""
    return Standardise(Bound(rule, partial(rules.standard(rule).__wrapped__)) for rule in RULES)  # type: ignore[attr-defined]


def main() -> None:
    """Prints the rates."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(machine(), f"- {count:,} rows of seven fields")
    made = [Standardise(Bound(rule, rules.standard(rule)) for rule in RULES) for _ in range(ROUNDS)]
    again = list(rows(count, PEOPLE))
    report(f"of {PEOPLE:,} people", [rate(each, again) for each in made], "k rows/s")
    new = list(rows(count // 20, count // 20))
    fresh = [Standardise(Bound(rule, rules.standard(rule)) for rule in RULES) for _ in range(ROUNDS)]
    report("of new people only", [rate(each, new) for each in fresh], "k rows/s")
    report("the rival, which remembers nothing", [rate(forgetful(), new) for _ in range(ROUNDS)], "k rows/s")


if __name__ == "__main__":
    main()
