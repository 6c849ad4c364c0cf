"""A file that a browser sends, written to disk as it comes; nothing of it is taken before the form's token."""

from __future__ import annotations

from hmac import compare_digest
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedWriter
    from pathlib import Path

    from starlette.requests import Request

#: A larger file is imported by the command, which need not send it anywhere.
MOST_BYTES = 1 << 30
#: A field beside the file is short, and so is the name of a file.
_MOST_FIELD_BYTES, _MOST_NAME_LETTERS = 1_000, 120


class Upload:
    """One form with a file: its token comes first, and decides whether the file is taken."""

    def __init__(self, token: str, place: Callable[[str], Path]) -> None:
        """Where the file goes is asked of `place` by its name, once the token was right."""
        self._token, self._place = token, place
        self._headers: dict[str, bytes] = {}
        self._header = self._value = b""
        self._field, self._text, self._is_ours = "", b"", False
        self._file: BufferedWriter | None = None
        #: Where the file is; None while there is none.
        self.path: Path | None = None
        self._size = 0

    async def take(self, request: Request) -> None:
        """Reads the form.

        Raises:
            HTTPException: it is no such form, not of our pages, or too large.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise HTTPException(400, "this form cannot be read")
        try:
            parser = self._parser(options[b"boundary"])
            async for chunk in request.stream():
                if chunk:
                    parser.write(chunk)
            parser.finalize()
        except FormParserError:
            raise HTTPException(400, "this form cannot be read") from None
        except OSError as error:
            raise HTTPException(507, f"the file could not be kept: {error.strerror}") from None
        finally:
            if self._file:
                self._file.close()
        if not self._is_ours:
            self._refuse()

    def _parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._end,
            },
        )

    def _begin(self) -> None:
        self._headers, self._field, self._text = {}, "", b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        name = file_name(options.get(b"filename", b"").decode("utf-8", "replace"))
        if b"filename" not in options or not name:
            return
        if not self._is_ours:
            self._refuse()
        if self.path is None:
            self.path = self._place(name)
            self._file = self.path.open("wb")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        part = data[start:end]
        if self._file:
            self._size += len(part)
            if self._size > MOST_BYTES:
                raise HTTPException(413, "this file is too large for the pages: import it with 'envoi import'")
            self._file.write(part)
        elif len(self._text) + len(part) <= _MOST_FIELD_BYTES:
            self._text += part

    def _end(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
        elif self._field == "token":
            self._is_ours = compare_digest(self._text, self._token.encode())

    def _refuse(self) -> None:
        raise HTTPException(403, "this form is not from these pages: open the page anew, and try again")


def file_name(sent: str) -> str:
    r"""The name alone, whatever path came with it; empty if it is none.

    >>> file_name("C:\\data\\people.csv"), file_name("../../etc/passwd"), file_name(".."), file_name("a\0b.csv")
    ('people.csv', 'passwd', '', 'a b.csv')
    """
    name = PurePosixPath(PureWindowsPath(sent).name).name
    clean = "".join(letter if letter.isprintable() else " " for letter in name).strip().lstrip(".")
    return clean[-_MOST_NAME_LETTERS:]
