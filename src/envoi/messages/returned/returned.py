"""What a returned mail says: which of its recipients it failed to reach, whether for good, and which mail it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envoi.messages.returned.reason import Lasting, Reason


class What(StrEnum):
    """What kind of mail came back."""

    #: A mail server says that a mail could not be delivered, or not yet.
    BOUNCE = "bounce"
    #: A mailbox provider passes on that a reader called a mail spam (RFC 5965).
    COMPLAINT = "complaint"
    #: A mailbox answers by itself: holidays, "we got your mail". It says nothing about the address.
    AUTOMATIC = "automatic answer"
    #: A mail server says that a mail arrived.
    DELIVERED = "delivered"
    #: Anything else, as an answer that a person wrote.
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a server says of one recipient."""

    #: As the report names it, in lower case; empty if it names nobody.
    recipient: str
    lasting: Lasting
    reason: Reason
    #: The code it gives: "5.1.1" (RFC 3463), else "550" (RFC 5321), else empty.
    code: str = ""
    #: The server's words, on one line.
    words: str = ""
    #: False if the server will try again.
    is_final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What a returned mail holds of the mail it is about."""

    #: Without angle brackets; empty if it is not there.
    message_id: str = ""
    #: Whom it was written to.
    recipient: str = ""
    #: Who it was from.
    sender: str = ""
    #: Its List-Unsubscribe header, in which our signed link is.
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One mail that came back."""

    what: What
    #: Bounces, one a recipient; empty for what is no bounce.
    bounces: tuple[Bounce, ...] = ()
    #: Who complained, as far as the report says.
    complained: tuple[str, ...] = ()
    #: The type of a complaint (RFC 5965): "abuse", "fraud", "auth-failure".
    complaint: str = ""
    #: The addresses it came to; the return path with its token is among them.
    came_to: tuple[str, ...] = ()
    original: Original = Original()
