"""Complaints: a reader called a mail spam, and the mailbox provider passes that on (ARF, RFC 5965)."""

from __future__ import annotations

from email.message import Message

from envoi.messages.returned.original import ADDRESS

#: How Microsoft's older reports name the recipient, in the head of the mail they return.
HOTMAIL = "X-HmXmrOriginalRecipient"


def fields_of(part: Message) -> Message | None:
    """The fields of a message/feedback-report part, however it was parsed."""
    content = part.get_payload()
    first = content[0] if isinstance(content, list) and content else None
    return first if isinstance(first, Message) else None


def kind(fields: Message) -> str:
    """The type of the feedback, in lower case; abuse if it does not say."""
    return " ".join(str(fields.get("Feedback-Type", "abuse")).split()).lower()


def recipients(fields: Message, head: Message | None) -> list[str]:
    """Who complained: the report says so, or the head of the mail it returns."""
    named = [*fields.get_all("Original-Rcpt-To", []), *fields.get_all("Removal-Recipient", [])]
    if head is not None:
        named = named or head.get_all(HOTMAIL, []) or head.get_all("To", [])
    return list(dict.fromkeys(who.lower() for name in named for who in ADDRESS.findall(str(name))))
