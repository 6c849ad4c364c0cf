"""Text files of any size, line by line, in bounded memory."""

from __future__ import annotations

import codecs
import gzip
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, NamedTuple

from envoi.errors import DataError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

#: A longer line is set aside unread: nothing that happened takes a million characters to tell.
LONGEST_LINE = 1 << 20
#: How much of an unreadable line is kept to be shown.
SHOWN = 500
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Line(NamedTuple):
    """One line, with its ending."""

    number: int
    #: Empty if the line is too long.
    text: str
    #: Why it cannot be read; empty if it can.
    fault: str = ""
    #: The beginning of a line that cannot be read, with bytes that are no text written as escapes.
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text file, plain or packed with gzip (".gz")."""

    path: Path
    #: Unless a byte order mark says another; empty: UTF-8.
    encoding: str = ""
    longest_line: int = LONGEST_LINE

    def lines(self) -> Iterator[Line]:
        """Every line in order; one that cannot be read comes with the reason, and does not stop the next.

        Raises:
            NotFound: there is no such file.
            DataError: the file as a whole cannot be read, or the encoding is none that Python knows.
        """
        with readable(self.path), _opened(self.path) as file:
            mark = next((mark for mark in _MARKS if file.peek(4).startswith(mark)), b"")
            encoding = _MARKS[mark] if mark else _known(self.encoding or "utf-8")
            offset = len(file.read(len(mark)))
            # Only UTF-8 keeps the bytes that it cannot read apart from what was written.
            errors = "surrogateescape" if encoding == "utf-8" else "replace"
            text = TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
            yield from _lines(text, self.longest_line, encoding, offset)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Says what is wrong with a file that the system cannot read.

    Raises:
        NotFound: there is no such file.
        DataError: it is a folder, may not be read, or breaks off.
    """
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{path} is no whole gzip file", hint="pack or copy it again") from None
    except OSError as error:
        if path.is_dir():
            raise DataError(f"{path} is a folder", hint="name a file in it") from None
        if isinstance(error, FileNotFoundError):
            raise NotFound(f"there is no file {path}") from None
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None


def _opened(path: Path) -> BufferedReader | gzip.GzipFile:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise DataError(f"there is no encoding {encoding!r}", hint='write "utf-8", "latin-1" or "cp1252"') from None


def shown(text: str) -> str:
    """The beginning of a text, with what is no text written as escapes."""
    return text[:SHOWN].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _lines(file: TextIOWrapper, longest: int, encoding: str, offset: int) -> Iterator[Line]:
    number = 0
    while text := file.readline(longest + 1):
        number += 1
        start, offset = offset, offset + _size(text)
        if len(text) > longest:
            yield Line(number, "", f"is longer than {longest:,} characters", shown(text))
            while text and not text.endswith(("\n", "\r")):
                text = file.readline(longest)
                offset += _size(text)
        else:
            fault = _fault(text, encoding, start)
            yield Line(number, text, fault, shown(text) if fault else "")


def _size(text: str) -> int:
    """Its bytes in UTF-8, the only encoding whose faults are told by their offset."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _fault(text: str, encoding: str, start: int) -> str:
    if "\0" in text:
        return "holds the character NUL"
    if encoding != "utf-8":
        return f"is not {encoding}" if "\ufffd" in text else ""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        offset = start + _size(text[: error.start])
        return f"is not UTF-8: byte {ord(text[error.start]) - 0xDC00:#04x} at offset {offset:,}"
    return ""
