"""A finished mail taken apart again, for providers that take no MIME but its pieces."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from envoi.messages.port import Outgoing

#: What providers make themselves from the pieces, or sign themselves.
_THEIRS = frozenset(
    {
        "bcc", "cc", "content-transfer-encoding", "content-type", "date", "dkim-signature", "from", "mime-version",
        "received", "reply-to", "return-path", "subject", "to",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The pieces."""

    #: Name and address; the name may be empty.
    sender: tuple[str, str]
    to: tuple[str, str]
    reply_to: tuple[str, str] | None
    subject: str
    text: str
    html: str
    #: All other fields of the head: List-Unsubscribe and its like.
    headers: Mapping[str, str]


def content_of(outgoing: Outgoing) -> Content:
    """The pieces of a mail as `mime.py` writes it; it goes to whom its envelope names.

    With the older of the two ways in which Python reads mail, which is far quicker; tests hold it to the other.
    """
    mail = message_from_bytes(outgoing.data)
    reply_to = _mailboxes(mail, "Reply-To")
    return Content(
        sender=next(iter(_mailboxes(mail, "From")), ("", outgoing.sender)),
        to=(next(iter(_mailboxes(mail, "To")), ("", ""))[0], outgoing.recipient),
        reply_to=reply_to[0] if reply_to else None,
        subject=_plain(str(mail.get("Subject", ""))),
        text=_body(mail, "text/plain"),
        html=_body(mail, "text/html"),
        headers={name: _plain(str(value)) for name, value in mail.items() if name.lower() not in _THEIRS},
    )


def _mailboxes(mail: Message, name: str) -> list[tuple[str, str]]:
    """Names are decoded when the addresses are taken apart: a decoded name may hold what looks like an address."""
    found = getaddresses([_unfolded(str(value)) for value in mail.get_all(name, [])])
    return [(_plain(who), address) for who, address in found]


def _plain(value: str) -> str:
    """The value on one line, with its encoded words (RFC 2047) decoded."""
    value = _unfolded(value)
    return str(make_header(decode_header(value))) if "=?" in value else value


def _unfolded(value: str) -> str:
    return value.replace("\r\n", "").replace("\n", "")


def _body(mail: Message, kind: str) -> str:
    for part in mail.walk():
        content = part.get_payload(decode=True) if part.get_content_type() == kind else None
        if isinstance(content, bytes):
            return content.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    return ""
