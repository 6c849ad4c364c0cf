"""What mail providers and servers tell of a mail that was handed over, in one vocabulary for all of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name, PersonId
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from envoi.events.event import Value


class Told(StrEnum):
    """What happened to a mail; each is the name of an event."""

    #: The provider took the mail, and will try to deliver it.
    PROCESSED = Name.EMAIL_PROCESSED.value
    #: The mail server of the recipient took the mail.
    DELIVERED = Name.EMAIL_DELIVERED.value
    #: It was not taken yet, and will be tried again.
    DEFERRED = Name.EMAIL_DEFERRED.value
    #: It was not taken, and will not be tried again.
    BOUNCED = Name.EMAIL_BOUNCED.value
    #: The provider did not try, for a reason of its own: its list of suppressed addresses, a limit.
    DROPPED = Name.EMAIL_DROPPED.value
    #: The recipient called it spam.
    COMPLAINED = Name.EMAIL_COMPLAINED.value
    #: Its picture was asked for, by a person or a machine.
    OPENED = Name.EMAIL_OPENED.value
    #: A link in it was followed, by a person or a machine.
    CLICKED = Name.EMAIL_CLICKED.value
    #: The recipient wants no more of these mails.
    UNSUBSCRIBED = Name.CONSENT_CHANGED.value


#: How events of bounces say whether writing to the address again is of any use.
KINDS = {Lasting.PERMANENT: "hard", Lasting.TEMPORARY: "soft", Lasting.UNDETERMINED: "undetermined"}


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is told of one mail to one recipient."""

    told: Told
    #: "sendgrid", or "bounce" and "complaint" for what came back as a mail.
    provider: str
    #: Unique at the provider, and the same whenever the same is told again.
    id: str
    recipient: str
    #: Ours, as it was handed over with the mail; empty if it is not told.
    message_id: str = ""
    #: When it happened; None if that is not told.
    at: Instant | None = None
    #: For bounces.
    lasting: Lasting | None = None
    #: "5.1.1", "550".
    code: str = ""
    #: In the words of who tells it.
    reason: str = ""
    #: For clicks.
    url: str = ""
    #: For openings and clicks: why it was no person; empty if nothing says so.
    machine: str = ""


class Odd(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was told and is not in the vocabulary: kept with the reason, for people to look at."""

    provider: str
    reason: str
    raw: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """The mail that feedback is about, as we know it."""

    message_id: str
    person: PersonId
    campaign: str
    #: Where it was sent; not where a forwarded copy of it bounced.
    address: str


def as_event(feedback: Feedback, sent: Sent, seen_at: Instant) -> Event:
    """The event of this feedback; the same feedback gives an event of the same id, so it counts once.

    A time that lies after its arrival is the arrival. An unsubscription is no event yet: see `unsubscribe.py`.
    """
    at = seen_at if feedback.at is None else min(feedback.at, seen_at)
    return Event(
        id=f"{feedback.provider}:{feedback.id}",
        source=ENVOI,
        name=feedback.told.value,
        keys={"user_id": sent.person},
        at=at,
        seen_at=seen_at,
        props={
            "campaign": sent.campaign,
            "message_id": sent.message_id,
            "recipient": sent.address,
            "provider": feedback.provider,
            **_props(feedback),
        },
    )


def _props(feedback: Feedback) -> dict[str, Value]:
    match feedback.told:
        case Told.BOUNCED:
            kind = KINDS[feedback.lasting or Lasting.UNDETERMINED]
            return {"kind": kind, "code": feedback.code, "reason": feedback.reason}
        case Told.OPENED | Told.CLICKED:
            link: dict[str, Value] = {"url": feedback.url} if feedback.told is Told.CLICKED else {}
            return {**link, "machine": bool(feedback.machine), "why_machine": feedback.machine}
        case Told.DEFERRED | Told.DROPPED:
            return {"code": feedback.code, "reason": feedback.reason}
        case Told.COMPLAINED:
            return {"reason": feedback.reason}
        case _:
            return {}
