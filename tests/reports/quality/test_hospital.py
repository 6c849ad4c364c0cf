"""A real table with known errors, taken in as people: the report points at wrong cells, and says what is right.

One cell of forty has letters replaced; the clean table says which.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.event import Event, Name, PersonId, Stored
from envoi.people.quality.repair import dependencies
from envoi.reports.quality.mends import mends

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.reports.quality.mends import Mend

Table = list[dict[str, str]]


def read(folder: Path, name: str) -> Table:
    found: Table = pq.read_table(folder / f"{name}.parquet").drop(["tid"]).to_pylist()
    return found


@pytest.fixture(scope="module")
def folder(envoi_data: Path) -> Path:
    return envoi_data / "hospital_cleaning"


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Mend]:
    dirty = read(folder, "dirty")
    known = dependencies((folder / "hospital_constraints.txt").read_text(encoding="utf-8"))
    stored = [
        Stored(seq=n + 1, person=PersonId(str(n)), event=Event(
            id=str(n), source="registry", name=Name.PROFILE_UPDATED, keys={"user_id": str(n)},
            at=Instant(n), seen_at=Instant(n), props={key: value for key, value in row.items() if value},
        ))
        for n, row in enumerate(dirty)
    ]  # fmt: skip
    with closing(DuckTables(None, Catalogue())) as tables:
        tables.write(stored)
        distinct = {name: len({row[name] for row in dirty}) for name in dirty[0]}
        mended, looked_at = mends(tables, known, distinct, at=Instant(len(dirty)), people=len(dirty))
    assert looked_at == len(dirty)
    return mended


def test_most_wrong_cells_are_found_and_nearly_all_that_is_said_is_right(found: list[Mend], folder: Path) -> None:
    dirty, clean = read(folder, "dirty"), read(folder, "clean")
    wrong = sum(row[name] != right[name] for row, right in zip(dirty, clean, strict=True) for name in row)
    right = sum(clean[int(each.person)][each.repair.column] == each.repair.after for each in found)
    assert right / len(found) > 0.95
    assert right / wrong > 0.85


def test_it_says_why(found: list[Mend]) -> None:
    assert all(" decides " in each.repair.reason or "spelt" in each.repair.reason for each in found)
