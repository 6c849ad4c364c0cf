"""JSON lines as people break them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.events.jsonl import JsonlSource
from envoi.adapters.events.text import TextFile
from envoi.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.events.port import Record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


def records(path: Path, content: bytes) -> list[Record]:
    path.write_bytes(content)
    return list(JsonlSource(TextFile(path=path, longest_line=20_000)).read())


def test_each_line_is_a_record_with_its_own_fields(path: Path) -> None:
    found = records(path, b'{"a":1}\n\n  \n{"b":[true,null],"c":{"d":"\xc3\xa9"}}\r\n')
    assert [(each.place, each.position, each.fields) for each in found] == [
        ("line 1", 0, {"a": 1}),
        ("line 4", 1, {"b": [True, None], "c": {"d": "é"}}),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"{bad", "the line is no JSON: object keys must be strings at column 2"),
        ('{"ü": x}'.encode(), "the line is no JSON: invalid character at column 7"),
        (b'{"a": 1', "the line is no JSON: input data was truncated"),
        (b'{"a": NaN}', "the line is no JSON: invalid character at column 7"),
        (b'{"a": 1e999}', "the line is no JSON: number out of range"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "the line is no JSON: integer value out of range"),
        (b'{"a": "\\ud800"}', "the line is no JSON: input data was truncated"),
        (b'{"a": "\xff"}', "the line is not UTF-8: byte 0xff at offset 15"),
        (b"[1]", "the line is JSON, but no object"),
        (b'"text"', "the line is JSON, but no object"),
        (b'{"a":' * 6_000, "the line is longer than 20,000 characters"),
        (b"[" * 9_000, "the line is nested too deeply"),
    ],
    ids=range(12),
)
def test_a_line_that_is_none_says_why_and_the_next_goes_on(path: Path, line: bytes, fault: str) -> None:
    first, found, last = records(path, b'{"a":1}\n' + line + b'\n{"a":2}\n')
    assert (found.place, found.position, found.fault, found.fields) == ("line 2", 1, fault, {})
    assert found.raw.startswith(line[:6].decode("utf-8", "backslashreplace"))
    assert (first.fields, last.fields) == ({"a": 1}, {"a": 2})


@pytest.mark.parametrize("content", [b'[{"a":1}]', b'  [\n{"a":1}]', b'{\n"a": 1\n}'])
def test_one_document_is_told_from_lines(path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match=r"is one JSON document, not lines of JSON; write one object a line, as `jq"):
        records(path, content)


def test_an_empty_file_says_so_and_blank_lines_are_no_records(path: Path) -> None:
    with pytest.raises(DataError, match="is empty"):
        records(path, b"")
    assert records(path, b"\n \n") == []
