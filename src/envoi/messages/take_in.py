"""What providers and servers told is taken in: events, and what follows for addresses, in one commit.

What is about no mail of ours, or is not in the vocabulary, is set aside with the reason; nothing of it is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from envoi.events.event import ENVOI, Event, PersonId, Rejected
from envoi.events.port import Batch
from envoi.messages.feedback import Feedback, Odd, Sent, Told, as_event
from envoi.messages.links import Reader
from envoi.messages.outcome import outcome_ids
from envoi.messages.suppression import standings
from envoi.messages.unsubscribe import withdrawal
from envoi.people.consent import permits
from envoi.people.identity import home_of
from envoi.people.purposes import CLICKS, OPENS
from envoi.people.words import Evidence, Method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from envoi.clock import Instant
    from envoi.events.event import Stored
    from envoi.events.port import Archive, EventLog
    from envoi.messages.port import Statement, SuppressionList
    from envoi.people.profile import Profile
    from envoi.settings import Tracking

_SOURCE = "webhook "
_decode = msgspec.json.Decoder(Feedback).decode
#: A record set aside keeps so much of what came.
_RAW = 32 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What taking in works with; log and suppressions share a database, so that they are written in one commit."""

    log: EventLog
    archive: Archive
    statement: Statement
    suppressions: SuppressionList
    #: What keys of suppressed addresses are made with: the project's first secret.
    secret: bytes
    tracking: Tracking
    profile: Callable[[PersonId], Profile | None]
    #: The purpose of a campaign's mails; empty for one that is not known.
    purpose: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of it."""

    #: New events.
    events: int
    #: Set aside, for people to look at.
    set_aside: int
    #: Told before, or of what is not to be recorded.
    ignored: int


def take_in(
    told: Iterable[Feedback | Odd], desk: Desk, now: Instant, *, first: Callable[[], None] = lambda: None
) -> Taken:
    """Stores what is told; `first` is called within the commit, and if it raises nothing is stored.

    Raises:
        StoreFailed: the disk is full or failed; nothing is stored.
        StoreBusy: another process kept the log locked too long; nothing is stored.
    """
    all_told = list(told)
    known = sent(desk, [each.message_id for each in all_told if isinstance(each, Feedback)])
    events: list[tuple[PersonId, Event]] = []
    rejected: list[Rejected] = []
    for each in all_told:
        found = _judged(each, known, desk, now)
        if isinstance(found, Rejected):
            rejected.append(found)
        elif found is not None:
            events.append((PersonId(found.keys["user_id"]), found))

    def follow(new: Sequence[Stored]) -> Sequence[tuple[PersonId, Event]]:
        first()
        desk.suppressions.add(standings((one.event for one in new), desk.secret).values())
        return ()

    stored = desk.log.append(Batch(events=events, rejected=rejected), follow)
    return Taken(events=len(stored), set_aside=len(rejected), ignored=len(all_told) - len(stored) - len(rejected))


def take_again(desk: Desk, now: Instant) -> Taken:
    """Takes in what was set aside because its mail was not known, where it is known by now; the rest stays as it is.

    So it is for what was told before the ledger knew how the mail ended, as after a crash.
    """
    aside = [_told_of(one.raw) for one in desk.log.set_aside() if one.source.startswith(_SOURCE)]
    told = list(dict.fromkeys(each for each in aside if each is not None))
    known = sent(desk, [each.message_id for each in told])
    return take_in([each for each in told if each.message_id in known], desk, now)


def sent(desk: Desk, message_ids: Sequence[str]) -> dict[str, Sent]:
    """The mails of ours with these ids, as far as they were handed over."""
    ids = {each: list(outcome_ids(each)) for each in dict.fromkeys(message_ids) if each}
    found = desk.archive.find(ENVOI, [name for names in ids.values() for name in names])
    mails = {str(one.event.props.get("message_id")): one for one in found}
    # By the ids of then: a person may turn out to be somebody else.
    people = [home_of(one.event, otherwise=one.person) for one in mails.values()]
    entries = desk.statement.of(people, [str(one.event.props.get("campaign")) for one in mails.values()])
    return {
        entry.message_id: Sent(
            message_id=entry.message_id, person=entry.person, campaign=entry.campaign, address=entry.address
        )
        for entry in entries
        if entry.message_id in mails
    }


def _judged(told: Feedback | Odd, known: dict[str, Sent], desk: Desk, now: Instant) -> Event | Rejected | None:
    if isinstance(told, Odd):
        return _aside(told.provider, told.reason, told.raw, now)
    mail = known.get(told.message_id)
    if mail is None:
        said = f"the id {told.message_id}" if told.message_id else "no id of ours"
        return _aside(told.provider, f"{told.told}: no mail of ours is known by {said}", _as_json(told), now)
    if told.told is Told.UNSUBSCRIBED:
        return _withdrawn(told, mail, desk, now)
    if told.told in {Told.OPENED, Told.CLICKED}:
        is_open = told.told is Told.OPENED
        asked = desk.tracking.opens if is_open else desk.tracking.clicks
        if not permits(desk.profile(mail.person), OPENS if is_open else CLICKS, asked):
            return None
    return as_event(told, mail, now)


def _withdrawn(told: Feedback, mail: Sent, desk: Desk, now: Instant) -> Event | Rejected | None:
    purpose = desk.purpose(mail.campaign)
    if not purpose:
        reason = f"{mail.campaign} is no campaign any more, so nobody knows what is unsubscribed from"
        return _aside(told.provider, reason, _as_json(told), now)
    reader = Reader(mail.person, purpose, mail.campaign)
    evidence = Evidence(
        method=Method.MAIL,
        source=f"unsubscribed at {told.provider}",
        proof={"provider": told.provider, "id": told.id, "message_id": told.message_id},
    )
    return withdrawal(reader, desk.profile(mail.person), now, evidence=evidence)


def _aside(provider: str, reason: str, raw: str, now: Instant) -> Rejected:
    return Rejected(source=source_of(provider), place=f"told {now}", reason=reason, raw=raw[:_RAW], seen_at=now)


def _as_json(told: Feedback) -> str:
    """What is told, so that it can be taken in again when the mail is known."""
    return msgspec.json.encode(told).decode()


def source_of(provider: str) -> str:
    """Where what a provider told is set aside."""
    return f"{_SOURCE}{provider}"


def _told_of(raw: str) -> Feedback | None:
    try:
        return _decode(raw)
    except msgspec.MsgspecError:
        return None
