from __future__ import annotations

import random
from statistics import fmean, median
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from envoi.events.event import Value
from envoi.people.impute.fill import FEWEST, Filled, Medians, fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.people.impute.port import Column

Rows = dict[str, dict[str, Value]]


class OfTheOther:
    """Knows that the second column is ten times the first, give or take nothing."""

    name = "of the other"

    def fill(self, columns: Sequence[Column]) -> Sequence[Sequence[float]]:
        filled = [list(column) for column in Medians().fill(columns)]
        for n, (age, income) in enumerate(zip(columns[0], columns[1], strict=True)):
            if age is None and income is not None:
                filled[0][n] = income / 10
            if income is None and age is not None:
                filled[1][n] = age * 10
        return filled


def crowd(count: int, *, lacking: int = 4) -> Rows:
    chance = random.Random(1)  # noqa: S311
    found: Rows = {}
    for n in range(count):
        age = chance.randrange(18, 90)
        found[str(n)] = {
            "age": None if n % lacking == 1 else age,
            "income": age * 10,
            "tier": "gold" if n % 3 else None,
        }
    return found


def by_field(filled: list[Filled]) -> dict[str, Filled]:
    return {each.field: each for each in filled}


def test_without_another_way_a_number_is_the_median_and_says_so() -> None:
    people = crowd(100)
    found = by_field(fill(people, ["age"]))["age"]
    told = [row["age"] for row in people.values() if isinstance(row["age"], int)]
    assert (found.method, found.known) == ("median", len(told))
    assert set(found.estimates) == {person for person, row in people.items() if row["age"] is None}
    assert set(found.estimates.values()) == {round(median(told))}
    assert found.error is not None
    assert found.error > 5
    assert found.plain_error is None


def test_the_better_way_on_what_was_hidden_is_taken() -> None:
    people = crowd(200)
    found = by_field(fill(people, ["age", "income"], filler=OfTheOther()))
    age = found["age"]
    assert age.method == "of the other"
    assert age.error is not None
    assert age.plain_error is not None
    assert age.error < age.plain_error / 2
    assert all(people[person]["income"] == 10 * age for person, age in found["age"].estimates.items())  # type: ignore[operator]


def test_a_way_that_is_worse_than_the_median_is_not_taken() -> None:
    class Wild:
        name = "wild"

        def fill(self, columns: Sequence[Column]) -> Sequence[Sequence[float]]:
            return [[1e9 if value is None else value for value in column] for column in columns]

    assert by_field(fill(crowd(100), ["age"], filler=Wild()))["age"].method == "median"


def test_a_category_is_the_most_frequent_one() -> None:
    found = by_field(fill(crowd(90), ["tier"]))["tier"]
    assert (found.method, found.error, set(found.estimates.values())) == ("most frequent", 0.0, {"gold"})


def test_of_too_few_and_of_too_many_kinds_nothing_is_estimated() -> None:
    few: Rows = {str(n): {"age": n if n < FEWEST - 1 else None} for n in range(60)}
    assert fill(few, ["age"])[0].estimates == {}
    own: Rows = {str(n): {"motto": f"motto {n}" if n < 90 else None} for n in range(100)}
    assert (fill(own, ["motto"])[0].method, fill(own, ["motto"])[0].estimates) == ("", {})
    assert fill({}, ["age"])[0].known == 0


@given(st.lists(st.one_of(st.none(), st.integers(-1_000, 1_000)), min_size=FEWEST, max_size=60))
def test_an_estimate_lies_within_what_people_told_and_nobody_is_told_anew(values: list[int | None]) -> None:
    people: Rows = {str(n): {"score": value} for n, value in enumerate(values)}
    [found] = fill(people, ["score"])
    told = [value for value in values if value is not None]
    if len(told) < FEWEST:
        assert found.estimates == {}
        return
    assert set(found.estimates) == {str(n) for n, value in enumerate(values) if value is None}
    assert all(min(told) <= each <= max(told) for each in found.estimates.values() if isinstance(each, int))
    assert all(isinstance(each, int) for each in found.estimates.values())


def test_medians_leave_what_is_there() -> None:
    assert Medians().fill([[1.0, None], [None, 4.0]]) == [[1.0, 1.0], [4.0, 4.0]]
    assert fmean(Medians().fill([[1.0, 2.0, None, 30.0]])[0]) == 8.75
