"""Gathers everything about one person from every store that the data map lists."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import file_name
from envoi.campaigns.compose import Press, compose
from envoi.clock import Instant, iso
from envoi.decisions.decision import from_event
from envoi.errors import EnvoiError, NotFound, Withheld
from envoi.events.event import PersonId
from envoi.hosts.audit import known_as, note
from envoi.hosts.local import open_project
from envoi.hosts.privacy.reach import reached
from envoi.messages.ledger import MAY_HAVE_ARRIVED
from envoi.messages.suppression import key_of
from envoi.people.folding import survivor
from envoi.people.privacy.audit import Deed
from envoi.people.privacy.names import names_of
from envoi.people.privacy.restriction import is_restricted
from envoi.people.story import Story, stories
from envoi.reports.export import Everything, InSegment, Suppressed, archive
from envoi.reports.person import memberships
from envoi.settings import Asked, Tracking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from envoi.events.event import Stored
    from envoi.hosts.local import Envoi
    from envoi.hosts.privacy.reach import Reach
    from envoi.messages.ledger import Entry
    from envoi.people.privacy.names import Names
    from envoi.people.profile import Profile


def export(root: Path, person: str, *, by: str) -> bytes:
    """The archive of everything about the person; that it was made is in the audit log.

    Raises:
        NotFound: nothing is known of them.
        StoreBusy: another process has history open for too long.
    """
    with open_project(root, wait_s=20.0) as envoi:
        return archived(envoi, person, by=by)


def archived(envoi: Envoi, person: str, *, by: str) -> bytes:
    """The same for a project that is open.

    Raises:
        NotFound: nothing is known of them.
    """
    found = gathered(envoi, PersonId(person))
    made = archive(found)
    detail = {"events": len(found.events), "mails": len(found.mails)}
    note(envoi.root, Deed.EXPORTED, by=by, about=known_as(envoi.root, person), detail=detail)
    return made


def gathered(envoi: Envoi, person: PersonId) -> Everything:
    """Everything about the person.

    Raises:
        NotFound: nothing is known of them.
    """
    with reached(envoi.root) as reach:
        nodes = reach.kept.identity.nodes_of(person)
        position = reach.kept.log.position()
        told = stories(envoi.stores.archive, person, until=position).get(person, Story()).events(person)
        events = sorted({one.seq: one for one in [*told, *reach.log().events(nodes)]}.values(), key=attrgetter("seq"))
        entries = reach.ledger(b"", Instant(0)).entries(nodes)
        profile = survivor(envoi.stores.people.get, person)
        if not (events or entries or profile):
            raise NotFound(f"no person {person!r}", hint="name them by their id, as 'envoi who' prints it")
        names = names_of(nodes, events, [each.address for each in entries])
        return Everything(
            person=person,
            ids=nodes,
            profile=profile,
            events=events,
            entries=entries,
            mails=_mails(envoi, reach, entries, profile),
            segments=_segments(envoi, person, events),
            suppressions=_suppressions(reach, names),
            aside=[one for _, one in reach.aside.records(names)],
            restricted=profile is not None and is_restricted(profile),
            position=position,
            sender=envoi.project.settings.shop.name,
        )


def _mails(
    envoi: Envoi, reach: Reach, entries: Sequence[Entry], profile: Profile | None
) -> Mapping[str, tuple[str, bytes, str]]:
    """The mails that a server may have taken: the copies that were kept, or as the decision makes them again."""
    found: dict[str, tuple[str, bytes, str]] = {}
    for one in entries:
        if one.state not in MAY_HAVE_ARRIVED:
            continue
        name = file_name(one.message_id)
        kept = next((path for folder in reach.mail_folders() if (path := folder / name).is_file()), None)
        if kept:
            found[one.message_id] = name, kept.read_bytes(), "as sent"
        elif profile and (html := _again(envoi, one, profile)):
            found[one.message_id] = name.replace(".eml", ".html"), html.encode(), "made again"
    return found


def _again(envoi: Envoi, one: Entry, profile: Profile) -> str:
    """The mail made again; empty if that cannot be done any more."""
    project = envoi.sender.project(one.campaign)
    campaign = project.find(one.campaign) if project else None
    decided = envoi.stores.archive.fetch([one.decision])
    if project is None or campaign is None or not decided:
        return ""
    # Nothing is counted when somebody reads it here.
    settings = replace(project.settings, tracking=Tracking(clicks=Asked.OFF, opens=Asked.OFF))
    press = Press(campaign=campaign, template=project.mail(campaign), settings=settings, links=envoi.links)
    with suppress(EnvoiError, Withheld):
        return compose(press, from_event(decided[0]), profile, one.message_id).html
    return ""


def _segments(envoi: Envoi, person: PersonId, events: Sequence[Stored]) -> list[InSegment]:
    """The segments they are in now; since when, where the live host watched."""
    since = {str(one.event.props.get("segment")): one.event.at for one in events if one.event.name == "Segment Entered"}
    return [
        InSegment(
            segment=one.segment,
            condition=one.condition,
            since=iso(since[one.segment]) if one.segment in since else "",
        )
        for one in memberships(envoi.project, envoi.stores, person, at=envoi.clock.now())
        if one.holds
    ]


def _suppressions(reach: Reach, names: Names) -> list[Suppressed]:
    known = {each: reach.kept.suppressions.get([key_of(each, reach.secret)]) for each in sorted(names.addresses)}
    return [Suppressed(address=address, standing=one) for address, found in known.items() for one in found.values()]
