"""Reads a mail that came back, whoever wrote it: by its parts for machines first, by its words where it has none."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape
from typing import TYPE_CHECKING

from envoi.messages.returned import complaint, prose, report
from envoi.messages.returned.automatic import answers_by_itself
from envoi.messages.returned.notification import notification
from envoi.messages.returned.original import ADDRESS, head_in, original_of, split
from envoi.messages.returned.returned import Original, Returned, What

if TYPE_CHECKING:
    from collections.abc import Iterator

#: More of a mail than this is not read: what it says stands at its beginning.
MOST_BYTES = 1 << 20
#: So much of what it tells people is looked at.
_NOTICE = 32 << 10

_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADS = frozenset({"text/rfc822-headers", "message/rfc822-headers"})
_TAGS = re.compile(r"<[^<>@]{0,1000}>")
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,1000}>", re.IGNORECASE)
_FAILED = re.compile(
    r"undeliver|deliver\w* (?:fail|problem|status|error|notif|incomplete)|failure notice|returned mail|"
    r"mail (?:delivery )?(?:fail|error|system)|could not (?:send|be delivered)|"
    r"not delivered|delayed|warning|non-?delivery|failed|error sending|rejected|bounce|not (?:a )?member",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"(?:could|can) ?not be delivered|unable to deliver|was not delivered|delivery (?:has |have )?failed", re.IGNORECASE
)


def read(raw: bytes) -> Returned:
    r"""What came back in this mail; anything can be read, and what is nothing of the kind is OTHER.

    >>> from envoi.messages.returned.returned import What
    >>> read(b"Subject: Hello\r\n\r\nHow are you?").what is What.OTHER
    True
    """
    raw = raw[:MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32), raw.decode("utf-8", "replace"))
    except RecursionError:
        # Parts within parts within parts: no server writes that.
        return Returned(what=What.OTHER)


def _read(mail: Message, source: str = "") -> Returned:
    """What came back; `source` is the mail as text, for what is not where MIME says."""
    parts = list(_parts(mail))
    body = source.partition("\n\n")[2]
    return (
        _complaint(mail, parts)
        or _report(mail, parts, body)
        or notification(body, _came_to(mail))
        or _answer(mail)
        or _prose(mail, parts, body)
    )


def _complaint(mail: Message, parts: list[Message]) -> Returned | None:
    head = _returned_mail(parts)
    found = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    fields = complaint.fields_of(found) if found else head if head and complaint.HOTMAIL in head else None
    if fields is None:
        return None
    return Returned(
        what=What.COMPLAINT,
        complained=tuple(complaint.recipients(fields, head)),
        complaint=complaint.kind(fields),
        came_to=_came_to(mail),
        original=original_of(head) if head else Original(),
    )


def _report(mail: Message, parts: list[Message], body: str) -> Returned | None:
    """What a report for machines says; None if there is none, or it names nobody."""
    found = report.recipients("\n\n".join(_fields(part) for part in parts if part.get_content_type() in _REPORTS))
    found = found or report.recipients(body)
    if not found:
        return None
    failed = [fields for fields in found if not report.arrived(fields)]
    notice, _ = split(_notice(parts) or body[:_NOTICE])
    bounces = {each.recipient: each for each in (report.bounce(fields, notice) for fields in failed)}
    return Returned(
        what=What.BOUNCE if failed else What.DELIVERED,
        bounces=tuple(bounces.values()),
        came_to=_came_to(mail),
        original=_original(parts, split(body)[1]),
    )


def _answer(mail: Message) -> Returned | None:
    is_bounce = "X-Failed-Recipients" in mail or _FAILED.search(_subject(mail))
    if is_bounce or not answers_by_itself(mail, _subject(mail)):
        return None
    return Returned(what=What.AUTOMATIC, came_to=_came_to(mail))


def _prose(mail: Message, parts: list[Message], body: str) -> Returned:
    text = _notice(parts) or body[:_NOTICE]
    notice, rest = split(text)
    original = _original(parts, rest)
    if not (_is_from_machine(mail) or _FAILED.search(_subject(mail)) or _REFUSED.search(notice)):
        return Returned(what=What.OTHER, came_to=_came_to(mail), original=original)
    ours = frozenset({*_addresses(mail, "To", "From"), original.sender})
    found = prose.bounces(notice, ours)
    known = [who for who in (*_addresses(mail, "X-Failed-Recipients"), original.recipient) if who and who not in ours]
    if not found and known:
        found = [prose.bounce(known[0], notice)]
    if not found and (within := _returned_mail(parts)) is not None:
        # A gateway that returns another's bounce.
        return _read(within)
    found = found or prose.bounces(text, ours)
    return Returned(
        what=What.BOUNCE if found else What.OTHER, bounces=tuple(found), came_to=_came_to(mail), original=original
    )


def _parts(mail: Message) -> Iterator[Message]:
    """The parts of a mail, but for those of a mail within it."""
    yield mail
    content = mail.get_payload()
    if isinstance(content, list) and mail.get_content_maintype() != "message":
        for part in content:
            if isinstance(part, Message):
                yield from _parts(part)


def _fields(part: Message) -> str:
    """The fields of a report, a group for each recipient, as text."""
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return _decoded(part)
    heads = [block.items() for block in blocks if isinstance(block, Message)]
    return "\n\n".join("\n".join(f"{name}: {value}" for name, value in head) for head in heads)


def _notice(parts: list[Message]) -> str:
    """What the mail tells people; its HTML only where it has no text."""
    texts = {
        part.get_content_type(): _decoded(part) for part in reversed(parts) if part.get_content_maintype() == "text"
    }
    if plain := texts.get("text/plain", "").strip():
        return plain[:_NOTICE]
    return unescape(_TAGS.sub(" ", _BREAKS.sub("\n", _shown(texts.get("text/html", "")))))


def _shown(html: str) -> str:
    """The beginning of a page, without what is not shown of it."""
    for name in ("style", "script"):
        pieces = html[: 4 * _NOTICE].split(f"<{name}")
        html = "".join([pieces[0], *(piece.partition(f"</{name}")[2] for piece in pieces[1:])])
    return html[:_NOTICE]


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _returned_mail(parts: list[Message]) -> Message | None:
    """The mail that is attached, be it its head alone."""
    for part in parts:
        content = part.get_payload()
        first = content[0] if isinstance(content, list) and content else None
        if part.get_content_type() == "message/rfc822" and isinstance(first, Message):
            return first
        if part.get_content_type() in _HEADS:
            return head_in(_decoded(part))
    return None


def _original(parts: list[Message], rest: str) -> Original:
    head = _returned_mail(parts)
    return original_of(head if head is not None else head_in(rest))


def _is_from_machine(mail: Message) -> bool:
    sender = f"{mail.get('From', '')} {mail.get('Return-Path', '<x>')}".lower()
    return (
        "<>" in sender
        or re.search(r"mailer-?daemon|post_?master|mail delivery|mail system|mdaemon", sender) is not None
    )


def _came_to(mail: Message) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_addresses(mail, "To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")))


def _addresses(mail: Message, *names: str) -> list[str]:
    texts = [str(value) for name in names for value in mail.get_all(name, [])]
    return [who.lower() for text in texts for who in ADDRESS.findall(text)]


def _subject(mail: Message) -> str:
    try:
        return str(make_header(decode_header(str(mail.get("Subject", "")))))
    except (HeaderParseError, LookupError, ValueError):
        return str(mail.get("Subject", ""))
