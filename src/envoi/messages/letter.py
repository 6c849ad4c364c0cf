"""A finished mail as people read it; whatever is wrong with it, what can be read of it is text, and nothing runs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

#: A header is cut at so many letters.
MOST_LETTERS = 300
#: `UnicodeError` and `binascii.Error` are ValueErrors.
_BROKEN = (LookupError, ValueError, HeaderParseError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What stands above a mail; empty where it does not say."""

    sender: str = ""
    to: str = ""
    subject: str = ""
    date: str = ""
    #: Which campaign, purpose and kind of mail it is of.
    feedback_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail, opened."""

    heads: Heads
    #: Not to be trusted: it is shown in a frame that can do nothing.
    html: str = ""
    text: str = ""
    #: The names of what is attached.
    attached: tuple[str, ...] = ()


def heads(data: bytes) -> Heads:
    r"""What stands above a mail, or above what there is of it.

    >>> heads(b"Subject: =?UTF-8?Q?Caf=C3=A9?=\r\nTo: ann@example.org\r\n\r\nHello")
    Heads(sender='', to='ann@example.org', subject='Café', date='', feedback_id='')
    """
    return _heads(BytesHeaderParser().parsebytes(data))


def opened(data: bytes) -> Letter:
    """A mail with its parts; of a part that cannot be read, what there is of it."""
    try:
        message = message_from_bytes(data)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except (RecursionError, MessageError):
        # Parts within parts within parts: nobody writes that to be read.
        return Letter(heads=heads(data))
    shown = [part for part in parts if _name(part) is None]
    return Letter(
        heads=_heads(message),
        html=next((_body(part) for part in shown if part.get_content_type() == "text/html"), ""),
        text=next((_body(part) for part in shown if part.get_content_type() == "text/plain"), ""),
        attached=tuple(name for part in parts if (name := _name(part)) is not None),
    )


def legible(data: bytes) -> str:
    """Octets as text, and what is no text as a mark."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def _heads(message: Message) -> Heads:
    return Heads(
        sender=_header(message, "From"),
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        date=_header(message, "Date"),
        feedback_id=_header(message, "Feedback-ID"),
    )


def _header(message: Message, name: str) -> str:
    written = str(message.get(name, ""))
    with suppress(*_BROKEN):
        written = str(make_header(decode_header(written)))
    return _plain(written)[:MOST_LETTERS]


def _plain(text: str) -> str:
    """One line, of letters that can be written down."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _body(part: Message) -> str:
    """The part's text, in whatever letters it says that it is written."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset("utf-8"), "replace")
    except _BROKEN:
        return legible(data)
    return legible(text.encode("utf-8", "replace"))


def _name(part: Message) -> str | None:
    """What the part is called if it is attached; None if it is the mail itself."""
    try:
        name = part.get_filename("")
        is_attached = bool(name) or part.get_content_disposition() == "attachment"
    except _BROKEN:
        return "?"
    return (_plain(name)[:MOST_LETTERS] or part.get_content_type()) if is_attached else None
