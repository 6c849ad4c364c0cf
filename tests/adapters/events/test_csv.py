"""CSV files as people break them: what can be read is read, and the rest says why not."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.events.csv import CsvSource
from envoi.adapters.events.text import TextFile
from envoi.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.events.port import Record

QUOTES = "the line opens a quote that is not closed, or closes one in the middle of a cell"

HINT = 'name its encoding in a mapping file, as encoding = "cp1252"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def records(path: Path, content: bytes, **options: object) -> list[Record]:
    path.write_bytes(content)
    return list(CsvSource(TextFile(path=path, **options)).read())  # type: ignore[arg-type]


def told(path: Path, content: bytes) -> list[tuple[str, object]]:
    """Where each record is, and its first cell or its fault."""
    return [(each.place, each.fault or each.fields["a"]) for each in records(path, content)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", [("line 2", "1")]),
        (b"a,b\n", []),
        (b"a,b", []),
        (b"a,b\r\n1,2\r\n\r\n3,4", [("line 2", "1"), ("line 4", "3")]),
        (b"a,b\r1,2\r3,4\r", [("line 2", "1"), ("line 3", "3")]),
        (b"\xef\xbb\xbfa,b\n1,2\n", [("line 2", "1")]),
        (b'a,b\n"1\n1",2\n3,4\n', [("line 2", "1\n1"), ("line 4", "3")]),
        (b'a,b\n"say ""hi""",2\n', [("line 2", 'say "hi"')]),
        (b'a,b\n5" pipe,2\n', [("line 2", '5" pipe')]),
        (b"a,b\n1,2,3\n5,6\n", [("line 2", "the line has 3 cells, and the header 2"), ("line 3", "5")]),
        (b"a,b\n4\n5,6\n", [("line 2", "the line has 1 cell, and the header 2"), ("line 3", "5")]),
        (b'a,b\n1,"open\n2,x\n3,y\n', [("line 2", QUOTES), ("line 3", "2"), ("line 4", "3")]),
        (b'a,b\n"5" pipe",x\n2,x\n', [("line 2", QUOTES), ("line 3", "2")]),
        (b'a,b\n1,"5" a\n2,"6" b\n3,x\n', [("line 2", QUOTES), ("line 3", QUOTES), ("line 4", "3")]),
        (b"a,b\n1,\xe9\n2,x\n", [("line 2", "the line is not UTF-8: byte 0xe9 at offset 6"), ("line 3", "2")]),
        (b"a,b\n\xc3\xa9,\xe9\n2,x\n", [("line 2", "the line is not UTF-8: byte 0xe9 at offset 7"), ("line 3", "2")]),
        (b'a,b\n1,"x\n\xe9"\n2,x\n', [("line 2", "the line is not UTF-8: byte 0xe9 at offset 9"), ("line 4", "2")]),
        (b"a,b\n1,\0\n2,x\n", [("line 2", "the line holds the character NUL"), ("line 3", "2")]),
    ],
)  # fmt: skip
def test_what_can_be_read_is_read(path: Path, content: bytes, expected: list[tuple[str, str]]) -> None:
    assert told(path, content) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_looking(path: Path, delimiter: str) -> None:
    lines = [["a", "b|c" if delimiter != "|" else "b;c", "d"], ["1,5", "x;y", "z"], ["2", '"p\tq"', "r"]]
    quoted = [[f'"{cell}"' if delimiter in cell and '"' not in cell else cell for cell in line] for line in lines]
    found = records(path, "\n".join(delimiter.join(line) for line in quoted).encode())
    assert [record.fields["a"] for record in found] == ["1,5", "2"]
    assert [record.fields["d"] for record in found] == ["z", "r"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(path: Path, encoding: str) -> None:
    [record] = records(path, "a;b\nLoïc;日本\n".encode(encoding))
    assert record.fields == {"a": "Loïc", "b": "日本"}


def test_a_file_in_another_encoding_is_told_it(path: Path) -> None:
    assert records(path, "a\nLoïc €\n".encode("cp1252"), encoding="cp1252")[0].fields == {"a": "Loïc €"}
    assert records(path, b"a\n\x81\n", encoding="cp1252")[0].fault == "the line is not cp1252"


def test_a_cell_that_is_empty_is_missing(path: Path) -> None:
    assert records(path, b"a,b\n,x\n1,\n")[0].fields == {"a": None, "b": "x"}


def test_a_column_without_a_name_gets_one(path: Path) -> None:
    assert records(path, b" a ,,\n1,2,3\n")[0].fields == {"a": "1", "column 2": "2", "column 3": "3"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file {} is empty"),
        (b"\n\n", "the file {} is empty"),
        (b"a,b,a\n1,2,3\n", "{}:1: the header names 'a' twice; give each column a name of its own"),
        (b"a,\xe9\n", f'{{}}:1: the header is not UTF-8: byte 0xe9 at offset 2; {HINT}'),
        ("a,b".encode("utf-16-le"), "{}:1: the header holds the character NUL"),
        (b'"a,b\n1,2\n', "{}:1: the header opens a quote that is not closed, or closes one in the middle of a cell"),
    ],
)  # fmt: skip
def test_a_file_without_a_header_says_what_is_wrong(path: Path, content: bytes, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        records(path, content)
    assert str(caught.value) == expected.format(path)


def test_an_encoding_that_there_is_not_is_told(path: Path) -> None:
    with pytest.raises(DataError, match='there is no encoding \'latin-99\'; write "utf-8", "latin-1" or "cp1252"'):
        records(path, b"a\n", encoding="latin-99")


def test_an_unreadable_line_is_shown_with_its_bytes_as_escapes(path: Path) -> None:
    [record] = records(path, b"a\n" + b"\xe9" + b"x" * 2_000 + b"\n")
    assert record.raw == r"\xe9" + "x" * 496


def test_a_quote_that_is_never_closed_costs_one_line_and_no_other(path: Path) -> None:
    lines = b"".join(b"%d,x\n" % n for n in range(40_000))
    found = records(path, b'a,b\n1,"open\n' + lines)
    assert [each.fault for each in found if each.fault] == [QUOTES]
    assert [each.fields["a"] for each in found[1:]] == [str(n) for n in range(40_000)]


def test_a_line_that_is_too_long_is_not_held(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n")
        for _ in range(100):
            file.write(b"x" * 100_000)
        file.write(b"\n3,4\n")
    source = CsvSource(TextFile(path=path, longest_line=10_000))
    tracemalloc.start()
    found = list(source.read())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [record.fault for record in found] == ["", "the line is longer than 10,000 characters", ""]
    assert [record.place for record in found] == ["line 2", "line 3", "line 4"]
    assert peak < 1_000_000


PIECES = st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r\n", b"\xe9", b"\0", b";", b"1,2\n", b"x" * 50]))


@given(PIECES, st.integers(0, 5))
def test_no_file_breaks_it(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], start: int) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"a,b\n" + b"".join(pieces))
    source = CsvSource(TextFile(path=path, longest_line=40))
    found = list(source.read())
    assert [each.position for each in found] == list(range(len(found)))
    assert all(bool(each.fault) != bool(each.fields) for each in found)
    assert list(source.read(start)) == found[start:]
