"""Which source reads a file, by the ending of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.events.csv import CsvSource
from envoi.adapters.events.jsonl import JsonlSource
from envoi.adapters.events.parquet import ParquetSource
from envoi.adapters.events.text import TextFile
from envoi.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.events.port import Source


def open_source(path: Path, *, encoding: str = "", delimiter: str = "") -> Source:
    """The source that reads the file; a text file may be packed (".csv.gz").

    `encoding` and `delimiter` are for text files that do not tell them by themselves.

    Raises:
        NotFound: there is no such file.
        DataError: the ending is none of those known, or the file is not what its ending says.
    """
    packed = path.suffix.lower() == ".gz"
    ending = path.with_suffix("").suffix if packed else path.suffix
    file = TextFile(path=path, encoding=encoding)
    match ending.lower():
        case ".csv" | ".tsv" | ".txt":
            return CsvSource(file, delimiter=delimiter)
        case ".jsonl" | ".ndjson" | ".json":
            return JsonlSource(file)
        case ".parquet" | ".pq" if not packed:
            return ParquetSource(path)
    raise DataError(
        f"{path.name} has an ending that says not how to read it",
        hint="the endings known are .csv, .tsv, .txt, .jsonl, .ndjson, .json (each also with .gz), .parquet and .pq",
    )
