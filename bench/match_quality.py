"""How good `find` is where the truth is known, at the thresholds 0.50, 0.90, 0.95 and 0.99.

The rival is splink set up by hand for each set, as its tutorial does: its library of comparisons, blocking rules and
deterministic rules that somebody chose for these columns, and its own connected components.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow.parquet as pq
import splink.comparison_library as cl
from _measure import machine
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from envoi.hosts.matching import FileToMatch, match_file
from envoi.people.match.truth import pairwise
from envoi.reports.matches import THRESHOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A set, and what somebody who knows splink would write for it."""

    file: str
    key: str
    truth: str
    comparisons: list[Any]
    blocks: list[tuple[str, ...]]
    #: Pairs that agree in one of these are one person almost surely.
    sure: list[tuple[str, ...]]
    lessons: list[tuple[str, ...]]


FEBRL_COMPARISONS = [
    cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
    cl.NameComparison("surname").configure(term_frequency_adjustments=True),
    cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
    cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
    cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
    cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
    cl.JaroWinklerAtThresholds("address_1", [0.9]),
    cl.JaroWinklerAtThresholds("suburb", [0.9]),
]
FEBRL_BLOCKS = [
    ("given_name", "surname"),
    ("date_of_birth",),
    ("soc_sec_id",),
    ("postcode", "surname"),
    ("postcode", "given_name"),
    ("address_1", "suburb"),
]
FAKE = ByHand(
    file="splink_fake_1000/fake_1000.parquet",
    key="unique_id",
    truth="cluster",
    comparisons=[
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ],
    blocks=[("first_name",), ("surname",), ("dob",), ("email",)],
    sure=[("first_name", "surname", "dob"), ("email",)],
    lessons=[("dob",), ("first_name", "surname"), ("email",)],
)


def febrl(name: str) -> ByHand:
    """One of the FEBRL sets."""
    return ByHand(
        file=f"febrl/{name}.parquet",
        key="rec_id",
        truth="entity_id",
        comparisons=FEBRL_COMPARISONS,
        blocks=FEBRL_BLOCKS,
        sure=[("soc_sec_id",), ("given_name", "surname", "date_of_birth")],
        lessons=[("date_of_birth",), ("soc_sec_id",), ("given_name", "surname")],
    )


def rival(path: Path, hand: ByHand) -> dict[float, float]:
    """F1 by threshold."""
    table = pq.read_table(path)
    database = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=hand.key,
        comparisons=hand.comparisons,
        blocking_rules_to_generate_predictions=[block_on(*each) for each in hand.blocks],
    )
    linker = Linker(database.register(table), settings, log_level=logging.CRITICAL)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on(*each) for each in hand.sure], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for lesson in hand.lessons:
        training.estimate_parameters_using_expectation_maximisation(block_on(*lesson))
    predicted = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    truth = dict(zip(table[hand.key].to_pylist(), table[hand.truth].to_pylist(), strict=True))
    found = {}
    for at in THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=at
        )
        sql = f"SELECT cluster_id, {hand.key} FROM {clusters.physical_name}"
        found[at] = f1(database.duckdb_con.execute(sql).fetchall(), truth)
    return found


def f1(rows: list[tuple[str, str]], truth: dict[str, str]) -> float:
    """Of clusters, given as the cluster of each record."""
    numbers = {key: number for number, key in enumerate(truth)}
    members = defaultdict(list)
    for cluster, key in rows:
        members[cluster].append(numbers[key])
    return pairwise(members.values(), list(truth.values())).f1


def main() -> None:
    """Prints F1 of both, set by set."""
    data = Path(os.environ["ENVOI_DATA"])
    print(machine())
    print(f"{'':<44}" + "".join(f"{at:>9.2f}" for at in THRESHOLDS))
    for hand in (febrl("dataset1"), febrl("dataset3"), FAKE):
        begun = perf_counter()
        found = match_file(FileToMatch(path=data / hand.file, truth=hand.truth))
        assert found.truth
        took, begun = perf_counter() - begun, perf_counter()
        print(f"{hand.file:<36} {took:5.1f} s " + "".join(f"{at.f1:9.4f}" for at in found.truth.thresholds))
        by_hand = rival(data / hand.file, hand)
        print(
            f"{'  rival: splink by hand':<36} {perf_counter() - begun:5.1f} s "
            + "".join(f"{by_hand[at]:9.4f}" for at in THRESHOLDS)
        )


if __name__ == "__main__":
    main()
