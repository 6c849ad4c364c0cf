"""A message as the bytes a mail server takes: plain text and HTML, the same bytes each time, no header that smuggles.

Headers are written here rather than by `email.message`, which folds some names into extra recipients ("A, " often
enough is forty of them) and decodes `=?UTF-8?Q?=0A?=` into a new header line (CVE-2024-6923); the tests hold what is
written to what `email` reads.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.utils import format_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.errors import DataError

if TYPE_CHECKING:
    from envoi.messages.address import Mailbox
    from envoi.messages.message import Message

#: Line breaks of any kind, other controls, and halves of characters.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: Text that means itself in a subject, and words that mean themselves as a name (RFC 5322 atoms).
_PLAIN_TEXT = re.compile(r"[!-~]+( [!-~]+)*")
_PLAIN_NAME = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+( [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
#: Longer text is written as encoded words, which may be folded (RFC 5322 2.1.1 asks for lines of 78).
_LONGEST_PLAIN = 60
#: What cannot be folded must leave room for its header's name in a line of 998 octets.
_LONGEST_WORD = 900

_ENTITY = """--{boundary}\r
Content-Type: text/{kind}; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
{body}\r
"""


def to_bytes(message: Message) -> bytes:
    """The message on the wire: ASCII, CRLF, no line over 998 octets; equal messages give equal bytes.

    Raises:
        DataError: a header would hold a line break or another control, plain or encoded; or the id is no id.
    """
    boundary = "=_" + blake2b(message.id.encode(), digest_size=12).hexdigest()
    kind = f'multipart/alternative; boundary="{boundary}"'
    head = "".join(f"{name}: {value}\r\n" for name, value in [*_headers(message), ("Content-Type", kind)])
    parts = _entity(boundary, "plain", message.text) + _entity(boundary, "html", message.html)
    return f"{head}\r\n{parts}--{boundary}--\r\n".encode("ascii")


def check_header(name: str, value: str) -> str:
    """The value, if it can stand in one header and stay there.

    >>> check_header("Subject", "Hello")
    'Hello'

    Raises:
        DataError: it holds a line break or another control, as itself or inside an encoded word (RFC 2047).
    """
    if _FORBIDDEN.search(value) or ("=?" in value and _FORBIDDEN.search(_decoded(value))):
        raise DataError(
            f"the header {name} would hold a line break or another control character: {value!r:.100}",
            hint="take it out of the data or the template",
        )
    return value


def _headers(message: Message) -> list[tuple[str, str]]:
    if not _ID.fullmatch(message.id):
        raise DataError(f"{message.id!r:.100} is not a message id", hint="use letters, digits and .-_")
    reply_to = [("Reply-To", _mailbox("Reply-To", message.reply_to))] if message.reply_to else []
    return [
        ("From", _mailbox("From", message.sender)),
        ("To", _mailbox("To", message.to)),
        *reply_to,
        ("Subject", _text("Subject", message.subject)),
        ("Date", format_datetime(message.date)),
        ("Message-ID", f"<{message.id}@{message.sender.domain}>"),
        ("List-Id", f"<{_ascii('List-Id', message.list_id)}>"),
        ("List-Unsubscribe", f"<{_ascii('List-Unsubscribe', message.unsubscribe_url)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("MIME-Version", "1.0"),
    ]


def _mailbox(header: str, box: Mailbox) -> str:
    address = f"<{_ascii(header, box.address)}>"
    if not box.name:
        return address
    name = check_header(header, box.name)
    plain = len(name) <= _LONGEST_PLAIN and "=?" not in name and _PLAIN_NAME.fullmatch(name)
    return f"{name} {address}" if plain else f"{_encoded(header, name)}\r\n {address}"


def _text(header: str, text: str) -> str:
    text = check_header(header, text)
    plain = len(text) <= _LONGEST_PLAIN and "=?" not in text and _PLAIN_TEXT.fullmatch(text)
    return text if plain or not text else _encoded(header, text)


def _encoded(header: str, text: str) -> str:
    return Header(text, charset="utf-8", header_name=header).encode(linesep="\r\n")


def _ascii(header: str, value: str) -> str:
    """The value of a header that has no way to say anything but visible ASCII, nor to fold it."""
    if len(value) > _LONGEST_WORD or not re.fullmatch("[!-;=?-~]+", check_header(header, value)):
        hint = f"write it in ASCII, without spaces or <>, in at most {_LONGEST_WORD} characters"
        raise DataError(f"the header {header} cannot hold {value!r:.100}", hint=hint)
    return value


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _entity(boundary: str, kind: str, text: str) -> str:
    """One part; a boundary that begins with `=_` cannot occur in quoted-printable."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    body = b2a_qp(lines, istext=True).decode("ascii").replace("\n", "\r\n")
    return _ENTITY.format(boundary=boundary, kind=kind, body=body)
