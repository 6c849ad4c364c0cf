"""What time alone will change: the next instants at which a segment's people are not the same, if nothing happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.clock import Instant
from envoi.conditions.facts import facts
from envoi.conditions.rows import judge
from envoi.reports.why import history
from envoi.segments.batch import members

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from envoi.conditions.bound import Bound
    from envoi.conditions.facts import Facts
    from envoi.events.event import PersonId
    from envoi.events.port import Archive
    from envoi.tables import Tables

_MINUTE = 60_000_000
#: How far ahead is looked, nearest first.
STEPS = tuple(minutes * _MINUTE for minutes in (60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60))
#: So many instants are told.
MOST = 5
#: The instants are found one person at a time, for not more than so many.
PEOPLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens at an instant."""

    at: Instant
    enter: int
    leave: int


def next_changes(condition: Bound, tables: Tables, archive: Archive, *, at: Instant) -> list[Change]:
    """The next instants at which time alone lets people in or out, and how many, the soonest first; exact.

    Who differs some time ahead is found in one pass over everybody, and when exactly, from what happened to each. It is
    looked an hour ahead, then a day, a week and a month. Who comes and goes again before the end of a step is not told
    of before that step is a shorter one.
    """
    now = set(members(condition, tables, at))
    for step in STEPS:
        end, moved = _soonest(condition, tables, now, at=at, step=step)
        if moved:
            known = (facts(history(tables, archive, who, until=at), at) for who in sorted(moved)[:PEOPLE])
            return _exact(condition, known, end)
    return []


def _soonest(
    condition: Bound, tables: Tables, now: Set[PersonId], *, at: Instant, step: int
) -> tuple[Instant, Set[PersonId]]:
    """Who will have moved by the end of the step, or of as much of it as not too many move in."""
    end = Instant(at + step)
    moved = now ^ set(members(condition, tables, end))
    while len(moved) > PEOPLE and step > _MINUTE:
        step //= 2
        sooner = now ^ set(members(condition, tables, Instant(at + step)))
        if not sooner:
            break
        end, moved = Instant(at + step), sooner
    return end, moved


def _exact(condition: Bound, people: Iterable[Facts], end: Instant) -> list[Change]:
    enter, leave = Counter[Instant](), Counter[Instant]()
    for known in people:
        found = judge(condition, known)
        if found.until is not None and found.until <= end:
            (leave if found.holds else enter)[found.until] += 1
    instants = sorted({*enter, *leave})[:MOST]
    return [Change(at=when, enter=enter[when], leave=leave[when]) for when in instants]
