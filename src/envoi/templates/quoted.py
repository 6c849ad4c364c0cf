r"""Quoted-printable (RFC 2045) piece by piece, so that what does not change is encoded once for all mails.

Every piece begins and ends at the beginning of a line, so pieces can follow each other in any order: the decoded text
of the whole is that of the pieces, and no line is longer than 76.

>>> encoded("Grüße, ") + encoded("Anna\n")
'Gr=C3=BC=C3=9Fe,=20=\r\nAnna\r\n'
"""

from __future__ import annotations

import re
from binascii import b2a_qp

#: With the `=` that breaks a line there is room for 75 characters.
_WIDTH = 75
_SOFT = "=\r\n"
#: The end of a line, of which an escape must not be cut.
_TAIL = re.compile(r"(?:=[0-9A-F]{2}|[^=])\Z")


def encoded(text: str) -> str:
    """The text in quoted-printable, beginning and ending at the beginning of a line; nothing stays nothing."""
    # Most values are short and plain.
    if text.isascii() and text.isprintable() and "=" not in text and len(text) <= _WIDTH:
        return text + _SOFT if text else text
    return _encoded(text)


def _encoded(text: str) -> str:
    octets = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    body = b2a_qp(octets, istext=True).decode("ascii")
    head, newline, line = body.rpartition("\n")
    if len(line) > _WIDTH:
        tail = _TAIL.search(line)
        cut = tail.start() if tail else _WIDTH
        line = f"{line[:cut]}=\n{line[cut:]}"
    return f"{head}{newline}{line}".replace("\n", "\r\n") + (_SOFT if line else "")
