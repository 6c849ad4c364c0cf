"""A message as the bytes a mail server takes: plain text and HTML, the same bytes each time, signed if it is to be.

What the mails of a campaign share is encoded once: the head here, the HTML as a `Quoted` text by its template.
"""

from __future__ import annotations

import re
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.errors import DataError
from envoi.messages.dkim import Head, Signer, lines, signatures, written
from envoi.messages.header import ascii_word, line, mailbox
from envoi.templates.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from envoi.messages.address import Mailbox
    from envoi.messages.message import Message

_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
#: It cannot occur in quoted-printable, where `=` is followed by two digits or the end of a line.
_BOUNDARY = "=_envoi"
_PART = f"""--{_BOUNDARY}\r
Content-Type: text/{{}}; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
"""
#: Of a mail to one person, what says that no person wrote it (RFC 3834).
_TO_ONE = [("Auto-Submitted", "auto-generated")]
_PLAIN, _HTML, _END = _PART.format("plain"), f"\r\n{_PART.format('html')}", f"\r\n--{_BOUNDARY}--\r\n"


class Lines(bytes):
    """Octets in lines that end in CRLF and do not begin with a dot: what SMTP carries as it is (RFC 5321 4.5.2)."""

    __slots__ = ()


def to_bytes(message: Message, *, signers: Sequence[Signer] = ()) -> Lines:
    """The message on the wire: ASCII, CRLF, no line over 998 octets; equal messages give equal bytes.

    Raises:
        DataError: a header would hold a line break or another control, plain or encoded; or the id is no id.
    """
    can_leave = bool(message.unsubscribe_url)
    shared = _shared(message.sender, message.reply_to, message.list_id, message.feedback_id, can_leave=can_leave)
    own = _own(message)
    head, body = f"{shared.text}{lines(own)}\r\n", (_PLAIN, quoted(message.text), _HTML, quoted(message.html), _END)
    if not signers:
        return Lines("".join((head, *body)), "ascii")
    signed = "".join(body).encode("ascii")
    return Lines(f"{signatures(shared + written(own), signed, signers)}{head}".encode("ascii") + signed)


@lru_cache(maxsize=256)
def _shared(sender: Mailbox, reply_to: Mailbox | None, list_id: str, feedback_id: str, *, can_leave: bool) -> Head:
    """The headers that all mails of a campaign have in common."""
    return written(
        [
            ("From", mailbox("From", sender)),
            *([("Reply-To", mailbox("Reply-To", reply_to))] if reply_to else []),
            *(_to_a_list(list_id) if can_leave else _TO_ONE),
            *([("Feedback-ID", ascii_word("Feedback-ID", feedback_id))] if feedback_id else []),
            ("MIME-Version", "1.0"),
            ("Content-Type", f'multipart/alternative; boundary="{_BOUNDARY}"'),
        ]
    )


def _to_a_list(list_id: str) -> list[tuple[str, str]]:
    """What says that many got such a mail, so that nobody's absence is answered to each (RFC 3834)."""
    return [
        ("List-Id", f"<{ascii_word('List-Id', list_id)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
    ]


def _own(message: Message) -> list[tuple[str, str]]:
    """The headers that are this mail's."""
    if not _ID.fullmatch(message.id):
        raise DataError(f"{message.id!r:.100} is not a message id", hint="use letters, digits and .-_")
    return [
        ("To", mailbox("To", message.to)),
        ("Subject", line("Subject", message.subject)),
        ("Date", _date(message.date)),
        ("Message-ID", f"<{message.id}@{message.sender.domain}>"),
        *([("List-Unsubscribe", _unsubscribe(message))] if message.unsubscribe_url else []),
    ]


@lru_cache(maxsize=1024)
def _date(date: datetime) -> str:
    """It is the same in many mails."""
    return format_datetime(date)


def _unsubscribe(message: Message) -> str:
    """The page first, which RFC 8058 posts to; a mail program without it may write instead (RFC 2369)."""
    page = f"<{ascii_word('List-Unsubscribe', message.unsubscribe_url)}>"
    if not message.unsubscribe_mailto:
        return page
    return f"{page},\r\n <mailto:{ascii_word('List-Unsubscribe', message.unsubscribe_mailto)}>"
