from __future__ import annotations

import random
import sys
from collections import defaultdict
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from envoi.adapters.people.bayesian_ridge import BayesianRidge, filler
from envoi.errors import ProjectError
from envoi.people.impute.allowed import Method
from envoi.people.impute.fill import Medians

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def sklearn() -> None:
    pytest.importorskip("sklearn", reason="needs scikit-learn: the extra ml")


@pytest.mark.usefixtures("sklearn")
def test_what_follows_from_another_field_is_found_and_what_is_there_stays() -> None:
    ages: list[float | None] = [20.0 + n % 60 for n in range(300)]
    incomes: list[float | None] = [1_000.0 * (age or 0) for age in ages]
    holes = [n for n in range(300) if n % 7 == 0]
    truth = [incomes[n] for n in holes]
    for n in holes:
        incomes[n] = None
    filled = BayesianRidge().fill([ages, incomes, [1.0] * 300])
    assert filled[0] == pytest.approx(ages)
    assert [filled[1][n] for n in holes] == pytest.approx(truth, rel=0.01)
    assert [filled[1][n] for n in range(300) if n not in holes] == pytest.approx(
        [value for value in incomes if value is not None]
    )


@pytest.mark.usefixtures("sklearn")
def test_on_real_customers_it_is_nearer_to_what_was_hidden_than_the_median(envoi_data: Path) -> None:
    bought: dict[str, list[tuple[datetime, float, float]]] = defaultdict(list)
    for row in pq.read_table(envoi_data / "cdnow" / "cdnow_sample.parquet").to_pylist():
        bought[row["master_id"]].append((row["date"], row["number_of_cds"], row["dollar_value"]))
    orders = [sorted(each) for each in bought.values()]
    table: list[list[float]] = [
        [float(len(each)) for each in orders],
        [sum(one[2] for one in each) for each in orders],
        [fmean(one[2] for one in each) for each in orders],
        [fmean(one[1] for one in each) for each in orders],
    ]
    chance = random.Random(3)  # noqa: S311
    masked = [[None if chance.random() < 0.25 else value for value in column] for column in table]

    def off(filled: object) -> list[float]:
        return [
            fmean(abs(guess - right) for guess, right, hole in zip(*three, strict=True) if hole is None)
            for three in zip(filled, table, masked, strict=True)  # type: ignore[call-overload]
        ]

    for ours, plain in zip(off(BayesianRidge().fill(masked)), off(Medians().fill(masked)), strict=True):
        assert ours < 0.85 * plain


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.experimental", None)
    with pytest.raises(ProjectError) as raised:
        BayesianRidge().fill([[1.0, None]])
    assert 'method = "median"' in raised.value.hint


def test_the_median_needs_none() -> None:
    assert filler(Method.MEDIAN) is None
    assert isinstance(filler(Method.RIDGE), BayesianRidge)
