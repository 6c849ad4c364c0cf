"""Records from JSON lines: one object a line."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.events.text import shown
from envoi.errors import DataError
from envoi.events.port import Form, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from envoi.adapters.events.text import Line, TextFile

_PLACE = re.compile(r" \(byte (?P<byte>\d+)\)$| - at `.*`$")


class JsonlSource:
    """A file of JSON objects, one a line; blank lines are no records."""

    #: Each record brings its own.
    columns: Mapping[str, Form] = {}

    def __init__(self, file: TextFile) -> None:
        """Looks at the first line.

        Raises:
            NotFound: there is no such file.
            DataError: the file is empty, or is one JSON document and not lines of it.
        """
        self._file = file
        first = next(file.lines(), None)
        if first is None:
            raise DataError(f"the file {file.path} is empty")
        start = (first.text or first.raw).lstrip()
        if start.startswith("[") or start.rstrip() == "{":
            what = "'.[]'" if start.startswith("[") else "."
            hint = f"write one object a line, as `jq -c {what} {file.path.name}` does"
            raise DataError(f"the file {file.path} is one JSON document, not lines of JSON", hint=hint)

    def read(self, start: int = 0) -> Iterator[Record]:
        """Every record from position `start` on."""
        lines = (line for line in self._file.lines() if line.fault or not line.text.isspace())
        decode = msgspec.json.Decoder().decode
        for position, line in enumerate(islice(lines, start, None), start):
            yield _record(line, position, decode)


def _record(line: Line, position: int, decode: Callable[[str], object]) -> Record:
    fault, raw, fields = line.fault, line.raw, None
    if not fault:
        try:
            fields = decode(line.text)
        except msgspec.DecodeError as error:
            fault = _explained(str(error), line.text)
        except RecursionError:
            fault = "is nested too deeply"
        if isinstance(fields, dict):
            return Record(position=position, line=line.number, fields=fields)
    fault = fault or "is JSON, but no object"
    return Record(position=position, line=line.number, fault=f"the line {fault}", raw=raw or shown(line.text))


def _explained(cause: str, text: str) -> str:
    """The cause with the column that people count instead of the byte."""
    found = _PLACE.search(cause)
    plain = _PLACE.sub("", cause).removeprefix("JSON is malformed: ")
    where = ""
    if found and found["byte"]:
        where = f" at column {len(text.encode()[: int(found['byte'])].decode('utf-8', 'ignore')) + 1}"
    return f"is no JSON: {plain[:1].lower()}{plain[1:]}{where}"
