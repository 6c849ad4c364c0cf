"""A message: one mail to one person, complete and unchangeable, before it is turned into bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from envoi.messages.address import Mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one person will read, and what their mail program needs to know about it."""

    #: Derived from the decision, so every attempt makes the same message; letters, digits and `.-_`.
    id: str
    campaign: str
    person: str
    sender: Mailbox
    to: Mailbox
    #: One line.
    subject: str
    html: str
    text: str
    #: Aware; what the Date header says.
    date: datetime
    #: Where one click (RFC 8058) or a visit ends these mails.
    unsubscribe_url: str
    #: Names the list for mail programs (RFC 2919): dotted, like `weekly-picks.example.org`.
    list_id: str
    #: Who gets the answers, if not the sender.
    reply_to: Mailbox | None = None
