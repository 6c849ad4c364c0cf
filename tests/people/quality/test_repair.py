from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from envoi.errors import DataError
from envoi.people.quality.repair import Dependency, dependencies, repairs

CITY = Dependency(by=("zip",), column="city")


def rows(*cells: tuple[str, str]) -> list[dict[str, str]]:
    return [{"zip": code, "city": city} for code, city in cells]


def test_the_many_are_believed_against_the_few() -> None:
    table = rows(("1", "Ulm"), ("1", "Ulm"), ("1", "Olm"), ("2", "Bonn"))
    [found] = repairs(table, [CITY])
    assert (found.row, found.column, found.before, found.after) == (2, "city", "Olm", "Ulm")
    assert found.reason == "zip decides city, and 2 other rows say 'Ulm'"


def test_one_against_one_is_left_to_people() -> None:
    assert repairs(rows(("1", "Ulm"), ("1", "Olm")), [CITY]) == []
    assert repairs(rows(("", "Ulm"), ("", "Ulm"), ("", "Bonn")), [CITY]) == []
    assert repairs([], [CITY]) == []


def test_what_is_so_for_all_rows_of_a_kind_is_no_slip() -> None:
    table = [{"code": "a", "state": "al", "average": "1"} for _ in range(9)]
    table += [{"code": "a", "state": "ak", "average": "2"} for _ in range(3)]
    assert repairs(table, [Dependency(by=("code",), column="average")]) == []


def test_a_rare_word_that_is_nearly_a_common_one_is_a_slip_and_a_number_never_is() -> None:
    table = [{"type": "acute care hospital"} for _ in range(60)]
    table += [{"type": "acuxe care hospital"}, {"type": "37 patients"}, {"type": "critical care"}]
    assert [(each.before, each.after) for each in repairs(table, [])] == [
        ("acuxe care hospital", "acute care hospital")
    ]
    numbers = [{"sample": "14"} for _ in range(60)] + [{"sample": "15"}, {"sample": "114"}]
    assert repairs(numbers, []) == []


def test_mending_twice_changes_nothing_more() -> None:
    table = rows(*[("1", "Ulm")] * 5, ("1", "Olm"), ("2", "Bonn"))
    for each in repairs(table, [CITY]):
        table[each.row][each.column] = each.after
    assert repairs(table, [CITY]) == []


def test_a_constraint_that_is_no_dependency_says_so() -> None:
    with pytest.raises(DataError, match=r"constraints.txt:2: this constraint is no dependency"):
        dependencies("\nt1&t2&IQ(t1.a,t2.a)", file="constraints.txt")


def test_hospital_cleaning(envoi_data: Path) -> None:
    """F1 of cells, against doing nothing (0) and, as its paper has it, HoloClean on the whole set (0.83)."""
    folder = envoi_data / "hospital_cleaning"
    dirty, clean = (pq.read_table(folder / f"{name}.parquet").drop(["tid"]).to_pylist() for name in ("dirty", "clean"))
    known = dependencies((folder / "hospital_constraints.txt").read_text())
    wrong = sum(
        before[column] != after[column] for before, after in zip(dirty, clean, strict=True) for column in before
    )
    found = repairs(dirty, known)
    right = sum(clean[each.row][each.column] == each.after for each in found)
    precision, recall = right / len(found), right / wrong
    assert 2 * precision * recall / (precision + recall) > 0.9
    assert precision > 0.98
