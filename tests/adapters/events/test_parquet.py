"""Parquet files: every kind of column as JSON has it, in bounded memory."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.events.parquet import ParquetSource
from envoi.clock import instant
from envoi.errors import DataError
from envoi.events.port import Form

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.events.event import Value

NOON = datetime(2017, 7, 1, 12, 0, 0, 250_000)  # noqa: DTZ001 a wall clock has no zone
MICROS = instant(NOON.replace(tzinfo=UTC))
ITEMS = pa.list_(pa.struct({"sku": pa.string(), "at": pa.timestamp("ns"), "tags": pa.list_(pa.int8())}))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.parquet"


def read(path: Path, kind: pa.DataType, *values: object) -> tuple[Form, list[Value]]:
    pq.write_table(pa.table({"x": pa.array(values, kind)}), path)
    source = ParquetSource(path)
    return source.columns["x"], [record.fields["x"] for record in source.read()]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (pa.string(), "é", "é"),
        (pa.large_string(), "", ""),
        (pa.dictionary(pa.int8(), pa.string()), "a", "a"),
        (pa.int64(), -7, -7),
        (pa.uint64(), (1 << 64) - 1, (1 << 64) - 1),
        (pa.float64(), 2.5, 2.5),
        (pa.float32(), 0.5, 0.5),
        (pa.float16(), 0.5, 0.5),
        (pa.bool_(), True, True),
        (pa.decimal128(10, 2), Decimal("19.99"), 19.99),
        (pa.date32(), date(1984, 2, 29), "1984-02-29"),
        (pa.time64("us"), time(9, 30), "09:30:00.000000"),
        (pa.duration("ms"), timedelta(seconds=2), 2000),
        (pa.binary(), b"caf\xc3\xa9 \xe9", r"café \xe9"),
        (pa.uuid(), uuid.UUID(int=7).bytes, str(uuid.UUID(int=7))),
        (pa.list_(pa.int64()), [1, None], [1, None]),
        (pa.list_(pa.int64(), 2), [1, 2], [1, 2]),
        (pa.struct({"a": pa.date32()}), {"a": date(2017, 1, 1)}, {"a": "2017-01-01"}),
        (pa.map_(pa.string(), pa.int64()), {"a": 1}, {"a": 1}),
        (
            ITEMS,
            [{"sku": "a", "at": NOON, "tags": []}, None, {"sku": None, "at": None, "tags": None}],
            [
                {"sku": "a", "at": "2017-07-01T12:00:00.250000", "tags": []},
                None,
                {"sku": None, "at": None, "tags": None},
            ],
        ),
    ],
    ids=str,
)
def test_a_value_is_read_as_json_has_it(path: Path, kind: pa.DataType, value: object, expected: Value) -> None:
    assert read(path, kind, value, None, value) == (Form.PLAIN, [expected, None, expected])


def test_a_column_of_nothing_is_missing(path: Path) -> None:
    assert read(path, pa.null(), None, None) == (Form.PLAIN, [None, None])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["", "UTC", "America/New_York"])
def test_a_time_is_microseconds_in_its_form(path: Path, unit: str, zone: str) -> None:
    expected = MICROS - 250_000 if unit == "s" else MICROS
    value = NOON.replace(microsecond=0 if unit == "s" else 250_000)
    aware = value.replace(tzinfo=UTC) if zone else value
    kind = pa.timestamp(unit, zone or None)
    assert read(path, kind, aware, None) == (Form.UTC if zone else Form.WALL, [expected, None])


def test_nanoseconds_are_cut_off(path: Path) -> None:
    assert read(path, pa.timestamp("ns", "UTC"), 1_999) == (Form.UTC, [1])


LISTS = st.lists(
    st.none() | st.lists(st.none() | st.fixed_dictionaries({"a": st.none() | st.integers(0, 9)})), max_size=12
)


@given(LISTS, st.integers(1, 5), st.integers(1, 5), st.integers(0, 12))
def test_lists_are_read_whole_wherever_batches_end(
    tmp_path_factory: pytest.TempPathFactory, lists: list[Value], rows: int, group: int, start: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "lists.parquet"
    kind = pa.list_(pa.struct({"a": pa.int64()}))
    pq.write_table(pa.table({"x": pa.array(lists, kind)}), path, row_group_size=group)
    assert [record.fields["x"] for record in ParquetSource(path, rows=rows).read(start)] == lists[start:]


def test_a_row_is_named_by_its_number(path: Path) -> None:
    pq.write_table(pa.table({"x": [1, 2, 3]}), path, row_group_size=2)
    assert [(each.place, each.position) for each in ParquetSource(path).read(1)] == [("row 2", 1), ("row 3", 2)]


def test_a_row_group_larger_than_memory_is_read_in_parts(path: Path) -> None:
    pq.write_table(pa.table({"x": pa.array(range(2_000_000))}), path, compression="none", use_dictionary=False)
    assert pq.ParquetFile(path).num_row_groups == 2
    before = pa.total_allocated_bytes()
    most = max(pa.total_allocated_bytes() for _ in ParquetSource(path, rows=50_000).read())
    assert most - before < 4_000_000  # the column is 16 MB


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 no Parquet PAR1", b"a,b\n1,2\n" * 10])
def test_what_is_no_parquet_says_so(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.parquet is no whole Parquet file: .*; write or copy it again"):
        ParquetSource(path)


def test_a_column_that_is_there_twice_is_told(path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]), path)
    with pytest.raises(DataError, match="names the column 'x' twice"):
        ParquetSource(path)
