r"""Quoted-printable (RFC 2045) piece by piece, so that what does not change is encoded once for all mails.

Every piece begins and ends at the beginning of a line, so pieces can follow each other in any order: the decoded text
of the whole is that of the pieces, no line is longer than 76, and none begins with a dot.

>>> encoded("Grüße, ") + encoded("Anna\n")
'Gr=C3=BC=C3=9Fe,=20=\r\nAnna\r\n'
"""

from __future__ import annotations

import re
from binascii import b2a_qp

#: With the `=` that breaks a line there is room for 75 characters.
_WIDTH = 75
#: Ends a line that goes on.
SOFT = "=\r\n"
#: The end of a line, of which an escape must not be cut.
_TAIL = re.compile(r"(?:=[0-9A-F]{2}|[^=])\Z")
#: A line that begins with a dot, which SMTP would have to double.
_DOT_LINE = re.compile(r"^\.(.*)", re.MULTILINE)
#: White space, as itself or encoded, and soft breaks.
_BEFORE = re.compile(r"(?:[ \t\r\n]|=(?:\r\n|20|09))+")


class Quoted(str):
    """A text that is in quoted-printable."""

    __slots__ = ()


def quoted(text: str) -> Quoted:
    r"""A whole text in quoted-printable, ending where it ends; one that is so already stays as it is.

    >>> quoted("Grüße\n"), quoted(quoted("Grüße"))
    ('Gr=C3=BC=C3=9Fe\r\n', 'Gr=C3=BC=C3=9Fe')
    """
    return text if isinstance(text, Quoted) else Quoted(_lines(text).replace("\n", "\r\n"))


def joined(text: str) -> Quoted:
    r"""What `encoded` pieces make together, without white space before and a break after them.

    >>> joined(encoded(" \n") + encoded("\n <p>") + encoded("Anna"))
    '<p>=\r\nAnna'
    """
    before = _BEFORE.match(text)
    return Quoted(text[before.end() if before else 0 : -len(SOFT) if text.endswith(SOFT) else None])


def encoded(text: str) -> str:
    """The text in quoted-printable, beginning and ending at the beginning of a line; nothing stays nothing."""
    if type(text) is not str:
        text = str(text)  # what is done with Markup makes Markup, a hundred times slower
    # Most values are plain, and short.
    if text.isascii() and text.isprintable() and "=" not in text and text[:1] != ".":
        if len(text) <= _WIDTH:
            return text + SOFT if text else text
        if "." not in text[::_WIDTH]:
            return SOFT.join([text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]) + SOFT
    return _encoded(text)


def _encoded(text: str) -> str:
    body = _lines(text)
    head, newline, line = body.rpartition("\n")
    if len(line) > _WIDTH:
        tail = _TAIL.search(line)
        cut = tail.start() if tail else _WIDTH
        line = f"{line[:cut]}=\n{line[cut:].replace('.', '=2E')}"
    return f"{head}{newline}{line}".replace("\n", "\r\n") + (SOFT if line else "")


def _lines(text: str) -> str:
    octets = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    body = b2a_qp(octets, istext=True).decode("ascii")
    return _DOT_LINE.sub(_undotted, body) if "\n." in body or body.startswith(".") else body


def _undotted(line: re.Match[str]) -> str:
    """A line whose first dot is encoded, and broken anew where that makes it too long."""
    text = f"=2E{line[1]}"
    if len(text) <= _WIDTH + 1:
        return text
    cut = _WIDTH - 2
    while "=" in text[cut - 2 : cut]:
        cut -= 1
    rest = text[cut:]
    return f"{text[:cut]}=\n=2E{rest[1:]}" if rest.startswith(".") else f"{text[:cut]}=\n{rest}"
