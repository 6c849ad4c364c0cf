"""Why a mail was not delivered, in one short list, and whether that is a reason to stop writing to the address."""

from __future__ import annotations

from enum import StrEnum


class Lasting(StrEnum):
    """Whether writing to the address again is of any use."""

    #: The address does not work: nobody is there.
    PERMANENT = "permanent"
    #: The address may be good: this mail, this sender or this moment was not.
    TEMPORARY = "temporary"
    UNDETERMINED = "undetermined"


class Reason(StrEnum):
    """Why."""

    UNKNOWN_USER = "no such mailbox"
    UNKNOWN_HOST = "no such domain"
    MOVED = "the mailbox has moved"
    NO_MAIL = "the domain takes no mail"
    FULL = "the mailbox is full"
    INACTIVE = "the mailbox is closed or not in use"
    EXPIRED = "given up after trying for long"
    NETWORK = "the server could not be reached"
    BLOCKED = "the server takes nothing from this sender"
    FILTERED = "the reader's filters refuse it, or nobody is there"
    CONTENT = "the server did not like the mail"
    TOO_LARGE = "the mail is too large"
    LIMITED = "too many mails at once"
    SYSTEM = "the server has a fault"
    PROGRAM = "the program that sorts the reader's mail has a fault"
    OTHER = "for a reason that is not clear"


#: The reasons that are about the address itself, and will be true tomorrow.
PERMANENT = frozenset({Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST, Reason.MOVED, Reason.NO_MAIL})


def lasting(reason: Reason, code: str = "") -> Lasting:
    """Whether this reason lasts; where a code begins with 4, only that there is no such mailbox does.

    >>> str(lasting(Reason.UNKNOWN_USER)), str(lasting(Reason.BLOCKED)), str(lasting(Reason.OTHER))
    ('permanent', 'temporary', 'undetermined')
    >>> str(lasting(Reason.UNKNOWN_HOST, "4.0.0"))
    'temporary'
    """
    if code.startswith("4") and reason is not Reason.UNKNOWN_USER:
        return Lasting.TEMPORARY
    if reason is Reason.OTHER:
        return Lasting.UNDETERMINED
    return Lasting.PERMANENT if reason in PERMANENT else Lasting.TEMPORARY
