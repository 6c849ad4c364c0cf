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
    #: Where one click (RFC 8058) or a visit ends these mails; empty for mails that one cannot leave.
    unsubscribe_url: str
    #: Names the list for mail programs (RFC 2919): dotted, like `weekly-picks.example.org`.
    list_id: str
    #: Who gets the answers, if not the sender.
    reply_to: Mailbox | None = None
    #: Where a mail, whatever it says, ends these mails too (RFC 2369); empty if mail there reaches nobody.
    unsubscribe_mailto: str = ""
    #: By what mailbox providers count complaints, like `spring:newsletter:marketing:shop`; may be empty.
    feedback_id: str = ""
