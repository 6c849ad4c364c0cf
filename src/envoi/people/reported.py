"""The door for words that somebody else reports, by import or over the API: they never turn a person's no into a yes.

Such a word is set aside with its reason, so that nothing is lost and nobody is written to again who wanted no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from envoi.clock import iso
from envoi.events.event import ENVOI, Name, Rejected
from envoi.people.words import OWN_ACTS, REPORTED, Method, version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import Event, PersonId, Value
    from envoi.people.profile import Profile

    Happened = tuple[PersonId, Event]
    #: The latest profiles of those people who have one.
    Latest = Callable[[Sequence[PersonId]], Mapping[PersonId, Profile]]

#: The person of each of these nodes that is known.
PeopleOf = Callable[["Sequence[PersonId]"], "Mapping[PersonId, PersonId]"]

NO_BASIS = "no basis is stated for this yes"
SAID_NO = "the person said no to {!r}, and what others report opens nothing again"


def heard(events: Sequence[Happened], method: Method, latest: Latest) -> tuple[Sequence[Happened], list[Rejected]]:
    """The events that may be stored, each word with how it came, and the words that may not."""
    if not any(event.name == Name.CONSENT_CHANGED for _, event in events):
        return events, []
    marked = [
        (person, _marked(event, method) if event.name == Name.CONSENT_CHANGED else event) for person, event in events
    ]
    closed = _closed(latest(list({person for person, event in marked if _is_reported_yes(event)})))
    kept: list[Happened] = []
    aside: list[Rejected] = []
    for person, event in marked:
        if why := _refused(person, event, closed):
            aside.append(_set_aside(event, why))
            continue
        kept.append((person, event))
        if event.name == Name.CONSENT_CHANGED:
            about = person, str(event.props["purpose"])
            # The person's own yes, which came along with them, opens it again.
            (closed.discard if event.props["granted"] is True else closed.add)(about)
    return kept, aside


def of_whoever(people_of: PeopleOf, latest: Latest) -> Latest:
    """The latest profiles by node: an event that is not in the log yet says no more than a key of its person."""

    def get(nodes: Sequence[PersonId]) -> Mapping[PersonId, Profile]:
        people = people_of(nodes)
        found = latest(list({people.get(node, node) for node in nodes}))
        return {node: found[person] for node in nodes if (person := people.get(node, node)) in found}

    return get


def _marked(event: Event, method: Method) -> Event:
    """The word with how it came; over the API the business may say that it was the person, and in which words."""
    if event.source == ENVOI:
        return event
    props, told = event.props, event.props.get("method")
    if method is Method.API and told in OWN_ACTS and (props.get("wording") or props["granted"] is not True):
        method = Method(str(told))
    more: dict[str, Value] = {"method": method.value}
    if text := props.get("wording"):
        more["wording_id"] = version(str(text))
    return replace(event, props={**props, **more})


def _is_reported_yes(event: Event) -> bool:
    if event.name != Name.CONSENT_CHANGED or event.props["granted"] is not True:
        return False
    return event.props.get("method") in REPORTED


def _closed(profiles: Mapping[PersonId, Profile]) -> set[tuple[PersonId, str]]:
    return {
        (person, purpose)
        for person, profile in profiles.items()
        for purpose, said in profile.consent.items()
        if not said.granted
    }


def _refused(person: PersonId, event: Event, closed: set[tuple[PersonId, str]]) -> str:
    if not _is_reported_yes(event):
        return ""
    if event.props["method"] == Method.IMPORT and not event.props.get("basis"):
        return NO_BASIS
    purpose = str(event.props["purpose"])
    return SAID_NO.format(purpose) if (person, purpose) in closed else ""


def _set_aside(event: Event, why: str) -> Rejected:
    """The word as a message that could be sent again."""
    message = {
        "type": "track",
        "event": event.name,
        "messageId": event.id,
        "userId": event.keys.get("user_id"),
        "anonymousId": event.keys.get("anonymous_id"),
        "context": {"traits": {"email": event.keys["email"]}} if "email" in event.keys else {},
        "timestamp": iso(event.at),
        "properties": event.props,
    }
    raw = msgspec.json.encode(message).decode()
    return Rejected(source=event.source, place=f"word {event.id}", reason=why, raw=raw, seen_at=event.seen_at)
