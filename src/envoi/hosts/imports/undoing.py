"""Takes back what an import brought: profiles, history and live segments are as if it had not been.

What came since stays. Nothing leaves the log: an event for each person concerned says what counts no more
(people/undone.py), and every store follows it. Interrupted, the same call goes on, and says nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.clock import Instant, iso
from envoi.errors import Conflict
from envoi.events.port import Batch, Mark
from envoi.flow import catch_up
from envoi.hosts.importing import brought_by
from envoi.hosts.imports.record import Import, get, keep
from envoi.people.regroup import concerned
from envoi.people.story import told
from envoi.people.undone import Undone, as_event, taken_by, takes_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from envoi.events.event import Event, PersonId, Stored
    from envoi.hosts.local import Envoi

    Progress = Callable[[int, int], None]

#: How long an import can be taken back.
DAYS = 7
_DAY_MICROS = 86_400_000_000
#: People in one commit: others want to write meanwhile.
_TOGETHER = 25_000


def why_not(one: Import, now: Instant) -> str:
    """Why the import cannot be taken back; empty if it can."""
    if one.undone_at:
        return f"it was taken back at {iso(one.undone_at)}"
    if one.finished_at and now - one.finished_at > DAYS * _DAY_MICROS:
        return f"it was finished at {iso(one.finished_at)}, and an import can be taken back for {DAYS} days"
    return ""


def undo(envoi: Envoi, name: str, *, now: Instant, progress: Progress = lambda *_: None) -> Import:
    """Takes the import back, and returns its record.

    Raises:
        NotFound: there is no such import.
        Conflict: it was taken back already, or is too old.
    """
    one = get(envoi.root, name)
    if why := why_not(one, now):
        raise Conflict(f"the import {name!r} cannot be taken back: {why}", hint="'envoi imports' lists all")
    log = envoi.stores.log
    taken: dict[PersonId, list[int]] = defaultdict(list)
    for stored in brought_by(one, log):
        taken[stored.person].append(stored.seq)
    done = 0
    for some in _in_lots(_groups(envoi.stores.archive.regrouped(), taken)):
        with_taken = frozenset(place for group in some for who in group if who in taken for place in taken[who])
        _take_back(envoi, one, some, with_taken, now)
        done += len(some)
        progress(done, len(taken))
    catch_up(envoi.stores)
    # From now on the same file may come in again.
    for mark in ("finished", "started", ""):
        log.append(Batch(mark=Mark(name=f"import:{one.fingerprint}" + (f":{mark}" if mark else ""), position=0)))
    record = replace(one, undone_at=now, undone_people=len(taken))
    keep(envoi.root, record)
    return record


def _groups(changes: Iterable[Stored], taken: Iterable[PersonId]) -> Iterator[frozenset[PersonId]]:
    """Those of whom something is taken, each with all who turned out to be them or were taken for them."""
    together: dict[PersonId, set[PersonId]] = {}
    for change in changes:
        group = set().union(*(together.get(who, {who}) for who in concerned(change)))
        together |= dict.fromkeys(group, group)
    seen: set[PersonId] = set()
    for who in taken:
        if who not in seen:
            group = together.get(who, {who})
            seen |= group
            yield frozenset(group)


def _take_back(
    envoi: Envoi, one: Import, groups: Sequence[frozenset[PersonId]], taken: AbstractSet[int], now: Instant
) -> None:
    """Says of these people what counts no more, in a commit that sees all that came before it."""
    log = envoi.stores.log
    known = _Known(groups, taken)
    known.add(log.read())
    is_told = False

    def follow(_: Sequence[Stored]) -> list[tuple[PersonId, Event]]:
        nonlocal is_told
        if is_told:
            return []
        is_told = True
        # What another process wrote since.
        known.add(log.read(after=known.head))
        return [(undone.person, as_event(undone, at=now)) for undone in known.undone(one.name)]

    log.append(Batch(), follow)
    catch_up(envoi.stores)


class _Known:
    """What the log has of some groups of people: of most of them, the positions alone."""

    def __init__(self, groups: Sequence[frozenset[PersonId]], taken: AbstractSet[int]) -> None:
        self._taken = taken
        self._alone = {who: list[int]() for group in groups if len(group) == 1 for who in group}
        self._group_of = {who: group for group in groups if len(group) > 1 for who in group}
        self._events: dict[frozenset[PersonId], list[Stored]] = defaultdict(list)
        #: What was taken back before.
        self._before: set[int] = set()
        #: Up to here the log was read.
        self.head = 0

    def add(self, stored: Iterable[Stored]) -> None:
        """Takes in what concerns them."""
        for each in stored:
            self.head = each.seq
            if takes_back(each.event):
                self._before |= taken_by(each.event)
            elif (places := self._alone.get(each.person)) is not None:
                places.append(each.seq)
            elif group := self._group_of.get(each.person):
                self._events[group].append(each)

    def undone(self, name: str) -> Iterator[Undone]:
        """What is to be said of each of whom something is taken, as who is who at this moment."""
        for person, places in self._alone.items():
            yield from self._of(name, person, places, places)
        for events in self._events.values():
            standing = [one for one in events if one.seq not in self._before]
            for person, story in told(standing).items():
                own = [each.seq for each in story.events(person)]
                yield from self._of(name, person, own, [one.seq for one in standing])

    def _of(self, name: str, person: PersonId, own: Iterable[int], everything: Iterable[int]) -> Iterator[Undone]:
        taken = tuple(place for place in own if place in self._taken and place not in self._before)
        if taken:
            yield Undone(
                person=person,
                by=name,
                taken=taken,
                kept=tuple(place for place in everything if not self._is_gone(place)),
            )

    def _is_gone(self, place: int) -> bool:
        return place in self._taken or place in self._before


def _in_lots(groups: Iterator[frozenset[PersonId]]) -> Iterator[list[frozenset[PersonId]]]:
    while some := list(islice(groups, _TOGETHER)):
        yield some
