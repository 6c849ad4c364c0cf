"""Addresses that mail must not go to: a fold of what came back, by a key that outlives the address itself.

An address is suppressed by one hard bounce, one complaint, or a person's word; and by SOFT_BOUNCES mails that bounced
softly within SOFT_WITHIN of each other. A person may lift that with a reason: what was told of the time before counts
no more, what is told of a later time does. What comes in twice, late or in another order changes nothing (`merge`).
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, NewType

import msgspec

from envoi.clock import Instant, duration
from envoi.events.event import ENVOI, Event, Name

if TYPE_CHECKING:
    from collections.abc import Iterable

#: So many mails that bounce softly suppress an address...
SOFT_BOUNCES = 5
#: ...if they were all sent within this time.
SOFT_WITHIN = timedelta(days=30)

#: Stands for an address, and tells it to nobody.
Key = NewType("Key", str)


class Strike(msgspec.Struct, frozen=True, order=True, array_like=True):
    """One thing that speaks against writing to an address."""

    at: Instant
    #: Names the mail, so that it counts once.
    message_id: str
    #: As people read it.
    reason: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one address."""

    key: Key
    #: The last hard bounce, complaint or word of a person.
    hard: Strike | None = None
    #: The last soft bounces, oldest first, each mail once.
    soft: tuple[Strike, ...] = ()
    #: Until when everything is forgiven, by whom, and why.
    lifted: Strike | None = None


def key_of(address: str, secret: bytes) -> Key:
    """The key of an address, in whatever letters it is written; only who has the project's secret can work it out.

    >>> key_of("Ann@Example.org", b"s") == key_of(" ann@example.org", b"s") != key_of("ann@example.org", b"t")
    True
    """
    normal = address.strip().casefold()
    return Key(hmac.digest(secret, b"suppression\0" + normal.encode("utf-8", "replace"), "sha256").hex()[:32])


def reason(standing: Standing | None) -> str:
    """Why mail must not go to the address; empty if it may."""
    if standing is None:
        return ""
    since = standing.lifted.at if standing.lifted else -1
    if standing.hard and standing.hard.at > since:
        return standing.hard.reason
    soft = [strike for strike in standing.soft if strike.at > since]
    if len(soft) >= SOFT_BOUNCES and soft[-1].at - soft[-SOFT_BOUNCES].at <= duration(SOFT_WITHIN):
        return f"{SOFT_BOUNCES} mails bounced within {SOFT_WITHIN.days} days"
    return ""


def merge(one: Standing, other: Standing) -> Standing:
    """What both know together, in whatever order and however often they are told."""
    return Standing(
        key=one.key,
        hard=_last(one.hard, other.hard),
        soft=_newest((*one.soft, *other.soft)),
        lifted=_last(one.lifted, other.lifted),
    )


def standings(events: Iterable[Event], secret: bytes) -> dict[Key, Standing]:
    """What events say of addresses; what Envoi did not write itself says nothing."""
    found: dict[Key, Standing] = {}
    for event in events:
        said = _said(event, secret) if event.source == ENVOI else None
        if said is not None:
            found[said.key] = merge(found[said.key], said) if said.key in found else said
    return found


def by_hand(key: Key, *, at: Instant, who: str, why: str) -> Standing:
    """A person's word that mail must not go to the address."""
    return Standing(key=key, hard=Strike(at, f"by {who}", f"suppressed by {who}: {why}"))


def lift(key: Key, *, at: Instant, who: str, why: str) -> Standing:
    """A person's word that mail may go to the address again."""
    return Standing(key=key, lifted=Strike(at, f"by {who}", why))


def _said(event: Event, secret: bytes) -> Standing | None:
    key = key_of(str(event.props.get("recipient", "")), secret)
    mail = str(event.props.get("message_id", ""))
    if event.name == Name.EMAIL_COMPLAINED:
        return Standing(key=key, hard=Strike(event.at, mail, "complaint: the recipient called a mail spam"))
    if event.name != Name.EMAIL_BOUNCED:
        return None
    words = " ".join(str(event.props.get(each, "")) for each in ("code", "reason")).strip()
    if event.props.get("kind") == "hard":
        return Standing(key=key, hard=Strike(event.at, mail, f"hard bounce: {words}".removesuffix(": ")))
    return Standing(key=key, soft=(Strike(event.at, mail, words),))


def _last(one: Strike | None, other: Strike | None) -> Strike | None:
    return max((each for each in (one, other) if each), default=None)


def _newest(strikes: Iterable[Strike]) -> tuple[Strike, ...]:
    """The newest, by mail: of what is told of one mail twice, the last."""
    by_mail: dict[str, Strike] = {}
    for strike in sorted(strikes):
        by_mail[strike.message_id] = strike
    return tuple(sorted(by_mail.values())[-SOFT_BOUNCES:])
