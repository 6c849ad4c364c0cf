"""Everything about one person as one archive: for them to read, and for machines; the same data make the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from envoi.clock import iso
from envoi.decisions.decision import Decision, from_event
from envoi.events.event import Name, Value
from envoi.messages.suppression import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import Rejected, Stored
    from envoi.messages.ledger import Entry
    from envoi.people.profile import Profile

#: ZIP knows no earlier moment; the present one would make each archive another.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the profile."""

    value: Value
    since: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """profile.json: who the person is to the sender."""

    person: str
    #: All ids under which they are known.
    ids: list[str]
    first_seen: str
    last_seen: str
    traits: dict[str, Known]


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of events.json: something that happened."""

    name: str
    at: str
    received_at: str
    source: str
    id: str
    keys: dict[str, str]
    properties: dict[str, Value]
    #: What was put in standard form: as it came, and the rule.
    as_it_came: dict[str, tuple[Value, str]]


class Consented(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of consents.json: a yes or no, with what is known of how it was said."""

    purpose: str
    granted: bool
    at: str
    details: dict[str, Value]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of decisions.json: what was decided for the person, and why."""

    at: str
    decision: Decision


class Mailed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of mails.json: the person's place in a campaign."""

    campaign: str
    message_id: str
    address: str
    state: str
    reason: str
    at: str
    #: The file in mails/ that holds it; empty if there is none.
    file: str
    #: "as sent", or "made again" from the decision where no copy was kept.
    copy: str


class InSegment(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of segments.json: a group that the person is in."""

    segment: str
    condition: str
    #: Empty where it was not watched.
    since: str


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of suppressions.json: why an address gets no mail."""

    address: str
    standing: Standing


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of set_aside.json: a record that names the person and could not be read."""

    source: str
    place: str
    reason: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """What was found of a person, in no particular form."""

    person: str
    ids: Sequence[str]
    profile: Profile | None
    events: Sequence[Stored]
    entries: Sequence[Entry]
    #: By message id: the name of a file, its content, and whether it is "as sent" or "made again".
    mails: Mapping[str, tuple[str, bytes, str]]
    segments: Sequence[InSegment]
    suppressions: Sequence[Suppressed]
    aside: Sequence[Rejected]
    restricted: bool
    #: The last position of the log, as of which this is.
    position: int
    sender: str


def archive(found: Everything) -> bytes:
    """The archive, as a ZIP file."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name, data in sorted(files(found).items()):
            about = ZipInfo(name, _NO_TIME)
            about.compress_type = ZIP_DEFLATED
            about.external_attr = 0o600 << 16
            made.writestr(about, data)
    return out.getvalue()


def files(found: Everything) -> dict[str, bytes]:
    """The files of the archive by their names."""
    parts: dict[str, object] = {
        "profile.json": _person(found),
        "events.json": [_happened(one) for one in found.events],
        "consents.json": [_consented(one) for one in found.events if one.event.name == Name.CONSENT_CHANGED],
        "decisions.json": [
            Decided(at=iso(one.event.at), decision=from_event(one))
            for one in found.events
            if one.event.name == Name.DECISION_MADE
        ],
        "mails.json": [_mailed(one, found) for one in found.entries],
        "segments.json": list(found.segments),
        "suppressions.json": list(found.suppressions),
        "set_aside.json": [
            SetAside(source=one.source, place=one.place, reason=one.reason, record=one.raw) for one in found.aside
        ],
        "schema.json": _schema(),
    }
    told = {name: msgspec.json.format(msgspec.json.encode(part), indent=2) + b"\n" for name, part in parts.items()}
    mails = {f"mails/{name}": data for name, data, _ in found.mails.values()}
    return {**told, **mails, "README.txt": _readme(found, parts).encode()}


def _person(found: Everything) -> Person | None:
    profile = found.profile
    if profile is None:
        return None
    return Person(
        person=found.person,
        ids=sorted(found.ids),
        first_seen=iso(profile.first_seen),
        last_seen=iso(profile.last_seen),
        traits={name: Known(value=each.value, since=iso(each.at)) for name, each in sorted(profile.traits.items())},
    )


def _happened(one: Stored) -> Happened:
    event = one.event
    return Happened(
        name=event.name,
        at=iso(event.at),
        received_at=iso(event.seen_at),
        source=event.source,
        id=event.id,
        keys=event.keys,
        properties=event.props,
        as_it_came=event.raw,
    )


def _consented(one: Stored) -> Consented:
    props = dict(one.event.props)
    purpose, granted = str(props.pop("purpose", "")), props.pop("granted", False) is True
    return Consented(purpose=purpose, granted=granted, at=iso(one.event.at), details=props)


def _mailed(one: Entry, found: Everything) -> Mailed:
    name, _, copy = found.mails.get(one.message_id, ("", b"", ""))
    return Mailed(
        campaign=one.campaign,
        message_id=one.message_id,
        address=one.address,
        state=one.state.value,
        reason=one.reason,
        at=iso(one.at),
        file=f"mails/{name}" if name else "",
        copy=copy,
    )


def _schema() -> dict[str, object]:
    """What each file holds, as JSON Schema."""
    of_lists = {
        "events.json": Happened, "consents.json": Consented, "decisions.json": Decided, "mails.json": Mailed,
        "segments.json": InSegment, "suppressions.json": Suppressed, "set_aside.json": SetAside,
    }  # fmt: skip
    types = [Person | None, *(list[each] for each in of_lists.values())]  # type: ignore[valid-type]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    named = dict(zip(["profile.json", *of_lists], schemas, strict=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "files": named, "$defs": components}


def _readme(found: Everything, parts: Mapping[str, object]) -> str:
    counts = {name: len(part) for name, part in parts.items() if isinstance(part, list)}
    lines = [
        f"What {found.sender} knows about you",
        "=" * (len(found.sender) + 22),
        "",
        "This archive holds everything that is kept about one person:",
        "",
        f"  id         {found.person}",
        *(f"  also       {each}" for each in sorted(found.ids) if each != found.person),
        *(["  Your data are kept and not used, as you asked (restriction)."] if found.restricted else []),
        "",
        "profile.json       who you are to us, and since when we know it",
        f"events.json        what happened, oldest first ({counts['events.json']})",
        f"consents.json      what you agreed to or said no to, and how ({counts['consents.json']})",
        f"decisions.json     what was decided for you by rules, and why ({counts['decisions.json']})",
        f"mails.json         the mails meant for you, and what became of each ({counts['mails.json']})",
        "mails/             those mails: as sent, or, where no copy was kept, made again from what was decided",
        f"segments.json      the groups you are in, and since when ({counts['segments.json']})",
        f"suppressions.json  why an address of yours gets no mail ({counts['suppressions.json']})",
        f"set_aside.json     records that name you and could not be read ({counts['set_aside.json']})",
        "schema.json        for machines: what each file holds, as JSON Schema",
        "",
        "All times are in UTC. Every file ending in .json opens in any text editor or browser.",
        "",
    ]
    return "\n".join(lines)
