"""What hits mean: who was written to, whether they agreed to be counted, and whether it was them; as events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.messages.links import PIXEL
from envoi.messages.machine import judged
from envoi.messages.track import as_event
from envoi.people.consent import permits
from envoi.people.privacy_signal import closed_by_signal
from envoi.people.purposes import CLICKS, OPENS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import Event, PersonId
    from envoi.messages.track import Hit
    from envoi.people.profile import Profile
    from envoi.settings import Settings, Tracking


class OptOut(msgspec.Struct, frozen=True, kw_only=True):
    """A hit whose browser said `Sec-GPC: 1`: nothing of it is kept but that word."""

    decision: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The mail that a decision led to."""

    person: PersonId
    campaign: str
    message_id: str
    #: As of now; None if nothing is known of the person any more.
    profile: Profile | None
    #: When a server took it; None if that is not known.
    sent: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What else is known of the moment in which hits came."""

    #: Hits of just before, judged already.
    before: Sequence[Hit] = ()
    #: When links of a mail were asked for by HEAD, by decision.
    headed: Mapping[str, Instant] = field(default_factory=dict)


def events_of(
    hits: Sequence[Hit], mails: Mapping[str, Written], tracking: Tracking, moment: Moment
) -> list[tuple[PersonId, Event]]:
    """The hits as events, without those that may not be recorded; `mails` are by decision."""
    sent = {decision: mail.sent for decision, mail in mails.items() if mail.sent is not None}
    why = judged(hits, before=moment.before, headed=moment.headed, sent=sent)
    found = [(hit, mails.get(hit.decision), machine) for hit, machine in zip(hits, why, strict=True)]
    return [
        (mail.person, as_event(hit, mail.person, message_id=mail.message_id, machine=machine))
        for hit, mail, machine in found
        if mail and _may_be_kept(hit, mail, tracking)
    ]


def opt_outs(said: Sequence[OptOut], mails: Mapping[str, Written], settings: Settings) -> list[tuple[PersonId, Event]]:
    """The no of each browser's person to what the project says the signal closes, where it is open still."""
    found: dict[str, tuple[PersonId, Event]] = {}
    for each in said:
        mail = mails.get(each.decision)
        if mail is None:
            continue
        proof = {"message_id": mail.message_id}
        for event in closed_by_signal(mail.person, mail.profile, settings, each.at, proof=proof):
            found.setdefault(event.id, (mail.person, event))
    return list(found.values())


def _may_be_kept(hit: Hit, mail: Written, tracking: Tracking) -> bool:
    """Whether the person agrees now, as they did when the mail was made."""
    if hit.link.url == PIXEL:
        return permits(mail.profile, OPENS, tracking.opens)
    return permits(mail.profile, CLICKS, tracking.clicks)
