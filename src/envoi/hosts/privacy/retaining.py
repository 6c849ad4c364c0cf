"""Removes what was kept as long as `[retention]` says: events by name, records set aside, mails here, idle people."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.adapters.messages.folder import ENDING
from envoi.adapters.privacy.ageing import old_aside, old_files, remove_aside, remove_files
from envoi.clock import Instant, duration
from envoi.errors import EnvoiError
from envoi.events.event import ENVOI, NOBODY, Name
from envoi.hosts.audit import note
from envoi.hosts.live.status import read_status
from envoi.hosts.privacy.erasing import erase, settle
from envoi.hosts.privacy.reach import reached
from envoi.people.privacy.audit import Deed
from envoi.reports.privacy import Retained

if TYPE_CHECKING:
    from datetime import timedelta

    from envoi.events.event import Event, PersonId
    from envoi.hosts.privacy.reach import Reach
    from envoi.settings import Retention

#: So many people at a time are erased for being idle.
LOT = 500
#: Events that Envoi wrote down, and that people did.
_OWN_ACTS = frozenset({Name.EMAIL_OPENED, Name.EMAIL_CLICKED, Name.CONSENT_CHANGED, Name.EMAIL_COMPLAINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """What is older than it is kept."""

    events: dict[str, list[int]]
    aside: list[int]
    rejects: list[Path]
    mails: list[Path]
    people: list[PersonId]

    def counted(self, *, dry_run: bool) -> Retained:
        """In numbers."""
        return Retained(
            dry_run=dry_run,
            events={name: len(seqs) for name, seqs in sorted(self.events.items()) if seqs},
            set_aside=len(self.aside),
            rejects_files=len(self.rejects),
            sandbox_mails=len(self.mails),
            people=len(self.people),
        )


def retain(root: Path, *, by: str, dry_run: bool = False) -> Retained:
    """Removes what is old, or says what it would remove.

    Live segments learn anew from what is left when the live host starts next, so that they are what the log says.

    Raises:
        StoreBusy: another process has history open for too long.
    """
    settle(root)
    with reached(root) as reach:
        old = _old(reach)
        told = old.counted(dry_run=dry_run)
        if dry_run or not told.anything:
            return told
        _removed(reach, old)
    for start in range(0, len(old.people), LOT):
        erase(root, old.people[start : start + LOT], because="nothing was heard of them for so long", by=by)
    detail = {"events": sum(told.events.values()), "set aside": told.set_aside, "mails": told.sandbox_mails}
    note(root, Deed.RETAINED, by=by, detail={**detail, "people": told.people})
    return told


def _removed(reach: Reach, old: Old) -> None:
    seqs = sorted(seq for found in old.events.values() for seq in found)
    if seqs:
        reach.log().empty(seqs)
        reach.history.remove(seqs)
        _learn_anew(reach)
    remove_aside(reach.main, old.aside)
    remove_files([*old.rejects, *old.mails])
    reach.compact()


def _learn_anew(reach: Reach) -> None:
    """Has live segments judged from the log again: they may have counted what is gone."""
    if reach.states is not None and read_status(reach.root) is None:
        plan, saved = reach.states.plan()
        reach.states.adopt(replace(plan, segments=()), saved)


def _old(reach: Reach) -> Old:
    kept, now = reach.settings.retention, reach.kept.clock.now()
    since = {name: _before(now, length) for name, length in kept.events.items()}
    events: dict[str, list[int]] = {name: [] for name in since}
    heard: dict[PersonId, Instant] = {}
    for one in reach.kept.log.read() if since or kept.inactive else ():
        if one.person == NOBODY:
            continue
        if one.event.name in since and one.event.at < since[one.event.name]:
            events[one.event.name].append(one.seq)
        heard[one.person] = max(heard.get(one.person, Instant(0)), _heard(one.event))
    return Old(
        events=events,
        aside=old_aside(reach.main, _before(now, kept.set_aside)) if kept.set_aside else [],
        rejects=_files(reach, [reach.state / "rejects"], ".jsonl", kept.set_aside),
        mails=_files(reach, reach.mail_folders(), ENDING, kept.sandbox_mail),
        people=_idle(heard, kept, now),
    )


def _heard(event: Event) -> Instant:
    """When the person did something by this event; never, by what Envoi did."""
    return event.at if event.source != ENVOI or event.name in _OWN_ACTS else Instant(0)


def _idle(heard: dict[PersonId, Instant], kept: Retention, now: Instant) -> list[PersonId]:
    if kept.inactive is None:
        return []
    before = _before(now, kept.inactive)
    return sorted(person for person, at in heard.items() if at < before)


def _files(reach: Reach, folders: list[Path], ending: str, length: timedelta | None) -> list[Path]:
    return old_files(folders, ending, _before(reach.kept.clock.now(), length)) if length else []


def _before(now: Instant, length: timedelta) -> Instant:
    return Instant(now - duration(length))


if __name__ == "__main__":
    try:
        retain(Path(sys.argv[1]), by="envoi serve")
    except EnvoiError as error:
        sys.exit(f"nothing old was removed: {error}")
