"""How far estimates are from what was hidden: Bayesian ridge from other fields, the median, and the plain mean.

Six features of CDNOW's 2,357 customers; of each, one cell in four is hidden at random. Distances are in standard
deviations of their feature. Needs ENVOI_DATA, and the extra `ml`.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from statistics import fmean, pstdev
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from _measure import machine, seconds

from envoi.adapters.people.bayesian_ridge import BayesianRidge
from envoi.people.impute.fill import Medians

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.people.impute.port import Column, Filler

HIDDEN, SEEDS = 0.25, 5


class Means:
    """What most tools do first."""

    name = "mean"

    def fill(self, columns: Sequence[Column]) -> Sequence[Sequence[float]]:
        """Each hole is the mean of its column."""
        means = [fmean(value for value in column if value is not None) for column in columns]
        return [
            [mean if value is None else value for value in column] for mean, column in zip(means, columns, strict=True)
        ]


def features() -> dict[str, list[float]]:
    """By feature, a value for each customer as of the end of 1997's third quarter."""
    rows = pq.read_table(Path(os.environ["ENVOI_DATA"]) / "cdnow" / "cdnow_sample.parquet").to_pylist()
    bought: dict[object, list[tuple[datetime, float, float]]] = defaultdict(list)
    for row in rows:
        at = row["date"].replace(tzinfo=UTC)
        bought[row["master_id"]].append((at, float(row["number_of_cds"]), float(row["dollar_value"])))
    end = datetime(1997, 9, 30, tzinfo=UTC)
    table: dict[str, list[float]] = defaultdict(list)
    for orders in bought.values():
        past = sorted(order for order in orders if order[0] <= end)
        if past:
            table["orders"].append(len(past))
            table["spent"].append(sum(order[2] for order in past))
            table["spent an order"].append(fmean(order[2] for order in past))
            table["items an order"].append(fmean(order[1] for order in past))
            table["days since last"].append((end - past[-1][0]).days)
            table["days since first"].append((end - past[0][0]).days)
    return table


def errors(way: Filler, table: dict[str, list[float]], seed: int) -> dict[str, tuple[float, float]]:
    """By feature: root mean square and mean distance from what was hidden, in standard deviations."""
    chance = random.Random(seed)
    masked = [[None if chance.random() < HIDDEN else value for value in column] for column in table.values()]
    filled = way.fill(masked)
    found = {}
    for name, truth, holes, guessed in zip(table, table.values(), masked, filled, strict=True):
        off = [guess - right for guess, right, hole in zip(guessed, truth, holes, strict=True) if hole is None]
        spread = pstdev(truth)
        found[name] = sqrt(fmean(each * each for each in off)) / spread, fmean(map(abs, off)) / spread
    return found


def main() -> None:
    """Prints a line a way, over all features and seeds."""
    table = features()
    print(machine(), f"- {len(table['orders']):,} customers, {len(table)} features, {HIDDEN:.0%} hidden, n={SEEDS}")
    for way in (Means(), Medians(), BayesianRidge()):
        runs: list[dict[str, tuple[float, float]]] = []
        took = sum(seconds(lambda: runs.append(errors(way, table, len(runs)))) for _ in range(SEEDS)) / SEEDS  # noqa: B023
        whole = [[fmean(each[place] for each in run.values()) for run in runs] for place in (0, 1)]
        rms, mean = (f"{fmean(each):.3f} (+/- {pstdev(each):.3f})" for each in whole)
        print(f"{way.name:<16} root mean square {rms}  mean distance {mean}  {took:.2f} s a run")
        if isinstance(way, BayesianRidge):
            each = ", ".join(f"{name} {fmean(run[name][0] for run in runs):.2f}" for name in table)
            print(f"{'':<16} root mean square by feature: {each}")


if __name__ == "__main__":
    main()
