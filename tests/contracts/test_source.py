"""What every source promises: all records in order, the same ones each time, and from any position on."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.events.csv import CsvSource
from envoi.adapters.events.files import open_source
from envoi.adapters.events.jsonl import JsonlSource
from envoi.adapters.events.memory_source import MemorySource
from envoi.adapters.events.parquet import ParquetSource
from envoi.errors import DataError, NotFound
from envoi.events.port import Source

Rows = list[dict[str, str | None]]
COLUMNS = ("id", "what", "weird, column")


def in_memory(rows: Rows, _: Path) -> Source:
    return MemorySource(rows)


def in_csv(rows: Rows, folder: Path) -> Source:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return open_source(path)


def in_packed_csv(rows: Rows, folder: Path) -> Source:
    in_csv(rows, folder)
    path = folder / "rows.csv.gz"
    path.write_bytes(gzip.compress((folder / "rows.csv").read_bytes()))
    return open_source(path)


def in_jsonl(rows: Rows, folder: Path) -> Source:
    path = folder / "rows.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    return open_source(path)


def in_parquet(rows: Rows, folder: Path) -> Source:
    path = folder / "rows.parquet"
    table = pa.Table.from_pylist(rows, pa.schema({name: pa.string() for name in COLUMNS}))
    pq.write_table(table, path, row_group_size=3)
    # Batches and row groups of different lengths, so that their edges do not fall together.
    return ParquetSource(path, rows=2)


Make = Callable[[Rows, Path], Source]
ENDINGS: dict[Make, str] = {in_csv: ".csv", in_packed_csv: ".csv.gz", in_jsonl: ".jsonl", in_parquet: ".parquet"}
SOURCES: list[Make] = [in_memory, *ENDINGS]

# CSV cannot tell an empty text from none; a text that begins a line with nothing else would be a blank line.
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
IDS = st.text("abc", min_size=1)
ROWS = st.lists(st.fixed_dictionaries(dict(zip(COLUMNS, (IDS, TEXTS, TEXTS), strict=True))), min_size=1, max_size=8)


@pytest.mark.parametrize("make", SOURCES)
@given(rows=ROWS, start=st.integers(0, 9))
def test_every_row_is_a_record_in_order_from_any_position_on(
    make: Make, tmp_path_factory: pytest.TempPathFactory, rows: Rows, start: int
) -> None:
    source = make(rows, tmp_path_factory.getbasetemp())
    records = list(source.read())
    assert [record.fields for record in records] == rows
    assert [record.position for record in records] == list(range(len(rows)))
    assert not any(record.fault for record in records)
    assert list(source.read(start)) == records[start:]


@pytest.mark.parametrize("make", SOURCES)
def test_the_columns_are_those_of_the_records_unless_these_bring_their_own(make: Make, tmp_path: Path) -> None:
    source = make([{"id": "a", "what": None, "weird, column": "ü"}], tmp_path)
    [record] = source.read()
    assert tuple(record.fields) == COLUMNS
    assert tuple(source.columns) in {COLUMNS, ()}
    assert (tuple(source.columns) == ()) == isinstance(source, JsonlSource)


@pytest.mark.parametrize("make", SOURCES)
def test_two_readings_at_a_time_do_not_meet(make: Make, tmp_path: Path) -> None:
    source = make([{"id": each, "what": None, "weird, column": None} for each in "abcde"], tmp_path)
    found = [(one.fields["id"], other.fields["id"]) for one, other in zip(source.read(), source.read(2), strict=False)]
    assert found == [("a", "c"), ("b", "d"), ("c", "e")]


@pytest.mark.parametrize("ending", ENDINGS.values())
def test_a_file_that_is_not_there_is_not_found(ending: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file "):
        open_source(tmp_path / f"none{ending}")


@pytest.mark.parametrize("ending", ENDINGS.values())
def test_a_folder_is_no_file(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"folder{ending}").mkdir()
    with pytest.raises(DataError, match="is a folder; name a file in it"):
        open_source(tmp_path / f"folder{ending}")


@pytest.mark.parametrize("ending", ENDINGS.values())
def test_an_empty_file_says_so(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"empty{ending}").touch()
    with pytest.raises(DataError, match=r"is empty|is no whole Parquet file"):
        open_source(tmp_path / f"empty{ending}")


@pytest.mark.parametrize("make", [in_packed_csv, in_parquet])
def test_a_file_that_breaks_off_says_so_and_what_came_before_is_good(make: Make, tmp_path: Path) -> None:
    make([{"id": str(n), "what": "x" * (n % 7), "weird, column": None} for n in range(9_000)], tmp_path)
    path = tmp_path / f"rows{ENDINGS[make]}"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"is no whole .* file"):
        list(open_source(path).read())


@pytest.mark.parametrize("name", ["people.xlsx", "people", "people.parquet.gz"])
def test_an_unknown_ending_tells_the_known_ones(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(DataError, match=r"has an ending that says not how to read it; the endings known are \.csv, "):
        open_source(tmp_path / name)


def test_a_csv_file_is_told_its_encoding_and_delimiter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("id~what,\nü~1,5\n".encode("latin-1"))
    source = open_source(tmp_path / "a.txt", encoding="latin-1", delimiter="~")
    assert isinstance(source, CsvSource)
    assert [record.fields for record in source.read()] == [{"id": "ü", "what,": "1,5"}]
