"""Records from a Parquet file: row by row in bounded memory, converted a column at a time for speed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from envoi.adapters.events.text import readable
from envoi.errors import DataError
from envoi.events.port import Form, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from envoi.events.event import Value

#: Rows that are in memory at a time.
_ROWS = 10_000
#: Without it Arrow holds whole row groups, and many files are one row group.
_BUFFER_BYTES = 1 << 16


class ParquetSource:
    """A Parquet file; a record is a row."""

    def __init__(self, path: Path, *, rows: int = _ROWS) -> None:
        """Reads the schema.

        Raises:
            NotFound: there is no such file.
            DataError: it is no Parquet file, or names a column twice.
        """
        self._path = path
        self._rows = rows
        with _opened(path) as file:
            schema = file.schema_arrow
        twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
        if twice:
            raise DataError(f"the file {path} names the column {twice[0]!r} twice")
        self.columns = {column.name: _form(column.type) for column in schema}

    def read(self, start: int = 0) -> Iterator[Record]:
        """Every record from position `start` on; row groups before it are not read."""
        names = tuple(self.columns)
        with _opened(self._path) as file:
            groups, skip = _from(file.metadata, start)
            position = start
            for batch in file.iter_batches(self._rows, row_groups=groups, use_threads=False):
                rows = batch.slice(skip)
                skip = max(0, skip - batch.num_rows)
                columns = [_top(column, form) for column, form in zip(rows.columns, self.columns.values(), strict=True)]
                for row in zip(*columns, strict=True):
                    fields = dict(zip(names, row, strict=False))  # as long as each other; to ask takes a third longer
                    yield Record(position=position, fields=fields)
                    position += 1


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with readable(path), pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file:
            yield file
    except pa.ArrowException as error:
        cause = str(error).partition("\n")[0].rstrip(".")
        raise DataError(f"{path} is no whole Parquet file: {cause}", hint="write or copy it again") from None


def _from(metadata: pq.FileMetaData, start: int) -> tuple[list[int], int]:
    """The row groups that hold position `start` and what comes after it, and the rows to skip in the first of them."""
    first = 0
    while first < metadata.num_row_groups and start >= metadata.row_group(first).num_rows:
        start -= metadata.row_group(first).num_rows
        first += 1
    return list(range(first, metadata.num_row_groups)), start


def _form(kind: pa.DataType) -> Form:
    if not types.is_timestamp(kind):
        return Form.PLAIN
    return Form.WALL if kind.tz is None else Form.UTC


def _top(column: pa.Array, form: Form) -> list[Value]:
    return _values(column) if form is Form.PLAIN else _micros(column).cast(pa.int64()).to_pylist()


def _micros(column: pa.Array) -> pa.Array:
    # Nanoseconds are cut off: events count in microseconds.
    return column.cast(pa.timestamp("us", column.type.tz), safe=column.type.unit != "ns")


def _values(column: pa.Array) -> list[Value]:
    """The values as JSON has them."""
    convert = next((convert for fits, convert in _CONVERSIONS if fits(column.type)), pa.Array.to_pylist)
    found: list[Value] = convert(column)
    return found


def _lists(column: pa.Array) -> list[Value]:
    inner, end = _values(column.flatten()), 0
    lists: list[Value] = []
    for length in column.value_lengths().to_pylist():
        lists.append(None if length is None else inner[end : end + length])
        end += length or 0
    return lists


def _structs(column: pa.Array) -> list[Value]:
    names = [field.name for field in column.type]
    rows = zip(*(_values(child) for child in column.flatten()), strict=True)
    structs: list[Value] = [dict(zip(names, row, strict=True)) for row in rows]
    if column.null_count:
        return [struct if valid else None for struct, valid in zip(structs, column.is_valid().to_pylist(), strict=True)]
    return structs


def _maps(column: pa.Array) -> list[Value]:
    return [None if pairs is None else {str(key): value for key, value in pairs} for pairs in column.to_pylist()]


def _times(column: pa.Array) -> list[Value]:
    """Times inside lists and objects, as text."""
    return [time and time.replace(" ", "T") for time in _micros(column).cast(pa.string()).to_pylist()]


def _bytes(column: pa.Array) -> list[Value]:
    """Text that was not declared as such; bytes that are none are written as escapes."""
    return [None if each is None else each.decode("utf-8", "backslashreplace") for each in column.to_pylist()]


def _floats(column: pa.Array) -> list[Value]:
    """The nearest number; Arrow's own cast makes 19.99 into 19.990000000000002."""
    return [None if each is None else float(each) for each in column.to_pylist()]


def _spelled(column: pa.Array) -> list[Value]:
    return [None if each is None else str(each) for each in column.to_pylist()]


def _cast(kind: pa.DataType) -> Callable[[pa.Array], list[Value]]:
    return lambda column: column.cast(kind).to_pylist()


def _is_bytes(kind: pa.DataType) -> bool:
    return any(fits(kind) for fits in (types.is_binary, types.is_large_binary, types.is_fixed_size_binary))


def _is_list(kind: pa.DataType) -> bool:
    return any(fits(kind) for fits in (types.is_list, types.is_large_list, types.is_fixed_size_list))


_CONVERSIONS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], list[Value]]], ...] = (
    (_is_list, _lists),
    (types.is_struct, _structs),
    (types.is_map, _maps),
    (types.is_dictionary, lambda column: _values(column.dictionary_decode())),
    (types.is_timestamp, _times),
    (types.is_date, _cast(pa.string())),
    (types.is_time, _cast(pa.string())),
    (types.is_duration, _cast(pa.int64())),
    (types.is_decimal, _floats),
    (_is_bytes, _bytes),
    (lambda kind: isinstance(kind, pa.BaseExtensionType), _spelled),
)
