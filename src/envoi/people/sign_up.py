"""Double opt-in: an address is asked to confirm, and only what its mailbox confirms counts as a yes."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.clock import MICROS_PER_SECOND, Instant, iso
from envoi.events.event import ENVOI, Event, Name, PersonId
from envoi.people.identity import resolve
from envoi.people.words import Evidence, Method, props_of, version

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from envoi.events.event import Stored
    from envoi.people.profile import Profile
    from envoi.settings import SignUp

SOURCE = "sign-up form"
_HOUR = 3_600 * MICROS_PER_SECOND


def ids_of(address: str, at: Instant, most_per_hour: int) -> list[str]:
    """The ids that questions to this address may have in this hour and the one before it, those of this hour first.

    There are as many for each hour as it may be asked: the log keeps count, whichever process asks.
    """
    who = blake2b(_person(address).encode(), digest_size=8).hexdigest()
    hour = at // _HOUR
    return [f"asked:{who}:{each}:{number}" for each in (hour, hour - 1) for number in range(most_per_hour)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wrote into the form."""

    #: In normal form.
    address: str
    purposes: Sequence[str]
    proof: Mapping[str, str] = field(default_factory=dict)


def asked(wish: Wish, form: SignUp, at: Instant, *, before: Collection[Stored]) -> tuple[PersonId, Event] | None:
    """The question, as an event; None if the address was asked too often within the last hour.

    `before` are the questions there are of `ids_of`.
    """
    taken = {one.event.id for one in before}
    free = [each for each in ids_of(wish.address, at, form.most_per_hour)[: form.most_per_hour] if each not in taken]
    if not free or sum(one.event.at > at - _HOUR for one in before) >= form.most_per_hour:
        return None
    return _person(wish.address), Event(
        id=free[0],
        source=ENVOI,
        name=Name.CONSENT_ASKED,
        keys={"email": wish.address},
        at=at,
        seen_at=at,
        props={
            "purposes": list(wish.purposes),
            "wording": form.wording,
            "wording_id": version(form.wording),
            "source": SOURCE,
            "method": Method.FORM.value,
            "proof": dict(wish.proof),
        },
    )


def ends_at(question: Stored, form: SignUp) -> Instant:
    """Until when the question can be answered."""
    return Instant(question.event.at + form.hours * _HOUR)


def answers(question: Stored, profile: Profile | None, at: Instant, *, proof: Mapping[str, str]) -> list[Event]:
    """The yes to each purpose that was asked for, and the address; given twice, they are the same events."""
    event = question.event
    purposes = event.props["purposes"]
    evidence = Evidence(
        method=Method.DOUBLE_OPT_IN,
        source=SOURCE,
        wording=str(event.props["wording"]),
        proof={"question": event.id, "asked_at": iso(event.at), **proof},
    )
    said = [
        (f"confirmed:{event.id}:{purpose}", Name.CONSENT_CHANGED, props_of(str(purpose), evidence, granted=True))
        for purpose in (purposes if isinstance(purposes, list) else ())
    ]
    if profile is None or profile.value("email") is None:
        said.append((f"confirmed:{event.id}", Name.PROFILE_UPDATED, {"email": event.keys["email"]}))
    return [
        Event(id=name, source=ENVOI, name=what, keys=dict(event.keys), at=at, seen_at=at, props=props)
        for name, what, props in said
    ]


def _person(address: str) -> PersonId:
    person = resolve({"email": address})
    assert person is not None  # noqa: S101 - an address names somebody
    return person
