"""What a mail server answers (RFC 5321 4.2), read strictly: what is not an answer is none, and ends the connection."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

#: First digits of a reply.
DONE, LATER, NEVER = 2, 4, 5
#: "Service not available, closing transmission channel" (RFC 5321 3.8): the server wants to be left alone for now.
BUSY = 421
START_MAIL_INPUT = 354

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n\x00]*))?")
#: RFC 5321 4.5.3.1.5 asks for 512; some say more. A server that never ends a line or a reply says nothing.
_LONGEST_LINE, _MOST_LINES = 4096, 200


class Reply(NamedTuple):
    """What a server answered."""

    code: int
    words: bytes | str

    @property
    def kind(self) -> int:
        """The first digit."""
        return self.code // 100

    def __str__(self) -> str:
        r"""As reasons and errors quote it: one line, not too long.

        >>> str(Reply(550, b"5.1.1 No such\nuser here"))
        '550 5.1.1 No such user here'
        """
        words = self.words if isinstance(self.words, str) else self.words.decode("utf-8", "replace")
        return " ".join([str(self.code), *words.split()])[:500]


class Garbled(ConnectionError):
    """The server said something that is no answer, or not to this question."""


class Replies:
    r"""Puts replies together from what comes, in whatever pieces.

    >>> replies = Replies()
    >>> replies.feed(b"250-first\r\n250 sec"), replies.feed(b"ond\r\n354 go\r\n")
    ([], [Reply(code=250, words=b'first\nsecond'), Reply(code=354, words=b'go')])
    """

    def __init__(self) -> None:
        self._rest = b""
        #: The lines of a reply that goes on, all with this code.
        self._lines: list[bytes] = []
        self._code = 0

    @property
    def is_between(self) -> bool:
        """Whether nothing has come of another reply."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that end in these octets.

        Raises:
            Garbled: there is one among them that is none; those before it are lost too.
        """
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        if len(self._rest) > _LONGEST_LINE:
            raise Garbled("the server never ended a line")
        replies = []
        for line in lines:
            found = _read(line)
            if not found or (self._lines and found.code != self._code):
                raise Garbled(f"the server said {line[:100].decode('ascii', 'backslashreplace')!r}")
            if found.goes_on:
                self._lines.append(found.words)
                self._code = found.code
                if len(self._lines) > _MOST_LINES:
                    raise Garbled("the server never ended a reply")
            elif self._lines:
                replies.append(Reply(found.code, b"\n".join([*self._lines, found.words])))
                self._lines = []
            else:
                replies.append(found.reply)
        return replies


class _Line(NamedTuple):
    """One line of a reply."""

    code: int
    words: bytes
    #: Whether another line of the same reply follows.
    goes_on: bool
    #: The line as a reply of its own.
    reply: Reply


@lru_cache(maxsize=256)
def _read(line: bytes) -> _Line | None:
    """A line, None if it is none; a server says the same few again and again."""
    found = _LINE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
    if not found:
        return None
    code, words = int(found[1]), found[3] or b""
    return _Line(code, words, found[2] == b"-", Reply(code, words))
