"""What a returned mail holds of the mail that it is about: attached, quoted, or its head alone."""

from __future__ import annotations

import re
from email import message_from_string
from typing import TYPE_CHECKING

from envoi.messages.returned.returned import Original

if TYPE_CHECKING:
    from email.message import Message

#: An address as reports write it; it ends where its domain does.
ADDRESS = re.compile(
    r"(?:(?<![A-Za-z0-9._+-])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}|\"[^\"\s]{1,64}\")"
    r"@(?:\[[0-9.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?![A-Za-z0-9-]|\.[A-Za-z0-9]))"
)

#: Words after which programs put the mail they return.
_MARKS = re.compile(
    r"^[-\s>*=]*(?:below this line is a copy|this is a copy of (?:the|your) message"
    r"|(?:the )?original message (?:follows|headers?)|original message|(?:the )?header of the original message"
    r"|message headers? follows?|unsent message follows"
    r"|returned (?:message|mail)(?: header)?|a copy of the (?:original )?message|copy of message|undelivered message"
    r"|(?:the )?(?:full |first part of the |text of the )?(?:original )?message (?:text |body |header )?"
    r"(?:follows|is attached)|message contents|your (?:original )?message (?:follows|is below|was)|included is a copy"
    r"|start of returned message"
    r"|the following is (?:the|a copy of) )",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?:Return-Path|Received|From|Message-Id|Date|To|Subject|MIME-Version|DKIM-Signature|X-[\w-]+|Content-Type|Reply-To"
    r"|Authentication-Results|Sender|Cc)\s*:",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, str]:
    r"""The words of a notice, and what follows them of the original mail.

    >>> split("It failed.\n\nReceived: from a\nMessage-ID: <1@b>\n\nHello")
    ('It failed.', 'Received: from a\nMessage-ID: <1@b>\n\nHello')
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and _MARKS.match(line) and _head_after(lines, number + 1) is not None:
            start = _head_after(lines, number + 1)
            return "\n".join(lines[:number]).strip("\n"), "\n".join(lines[start:])
        if number and not lines[number - 1].strip() and _begins_head(lines, number):
            return "\n".join(lines[:number]).strip("\n"), "\n".join(lines[number:])
    return text.strip("\n"), ""


def original_of(head: Message) -> Original:
    """What the head of a mail says of it."""
    found = ADDRESS.findall(_text(head, "To")) or ADDRESS.findall(_text(head, "X-Original-To"))
    return Original(
        message_id=_text(head, "Message-ID").strip().strip("<>"),
        recipient=found[0].lower() if len(set(found)) == 1 else "",
        sender=next(
            (who.lower() for name in ("From", "Return-Path") for who in ADDRESS.findall(_text(head, name))), ""
        ),
        unsubscribe=_text(head, "List-Unsubscribe"),
    )


def head_in(text: str) -> Message:
    """The head of a mail that is quoted in `text`."""
    lines = [line.removeprefix("> ").removeprefix(">") for line in text.split("\n")]
    start = next((number for number, line in enumerate(lines) if _HEADER.match(line)), len(lines))
    return message_from_string("\n".join(lines[start:]))


def _text(head: Message, name: str) -> str:
    return " ".join(str(head.get(name, "")).split())


def _head_after(lines: list[str], start: int) -> int | None:
    """Where a head begins within the next few lines."""
    near = range(start, min(start + 8, len(lines)))
    return next((number for number in near if _HEADER.match(lines[number].lstrip("> "))), None)


def _begins_head(lines: list[str], number: int) -> bool:
    """Whether a head begins here: two different headers, one below the other."""
    if not _HEADER.match(lines[number]):
        return False
    following = [line for line in lines[number + 1 : number + 12] if line.strip() and line[0] not in " \t"]
    return bool(following) and _HEADER.match(following[0]) is not None
