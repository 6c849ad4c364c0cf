"""A condition before it is kept: how many it holds for, whom an edit lets in and out, and what to think about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.conditions.bind import bind
from envoi.conditions.tables import as_query
from envoi.conditions.tree import All, Not
from envoi.reports.outcome import people_seen
from envoi.reports.person import lines
from envoi.reports.sample import Count, estimated
from envoi.reports.segment import Overlap
from envoi.segments.batch import sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.campaigns.project import Project
    from envoi.clock import Instant
    from envoi.conditions.bound import Bound
    from envoi.reports.kept import Kept
    from envoi.reports.person import Known

#: A segment of fewer people says little about anybody, and what it is used for is hard to measure.
FEW = 50
#: An overlap of at least this share is worth a thought.
MOSTLY = 0.9
#: So many people are shown.
SHOWN = 5
#: Names that no segment has.
_THIS, _ENTER, _LEAVE = "\0this", "\0enter", "\0leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many people an edit lets in or out, and some of them."""

    people: int
    shown: Sequence[Known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a condition would do."""

    count: Count
    everyone: int
    #: Some of those it holds for; none from a sample.
    shown: Sequence[Known] = ()
    #: Against the condition that is kept under this name; None if there is none, or if only a sample was asked.
    enter: Moved | None = None
    leave: Moved | None = None
    #: With the other segments, the largest first; those that share nobody are left out.
    overlaps: Sequence[Overlap] = field(default_factory=list)


def rough(condition: Bound, kept: Kept, *, at: Instant) -> Draft:
    """What can be told at once."""
    everyone = people_seen(kept.tables, at)
    return Draft(count=estimated(condition, kept.tables, at, everyone=everyone), everyone=everyone)


def examined(condition: Bound, project: Project, kept: Kept, *, at: Instant, name: str = "") -> Draft:
    """All of it; `name` is the segment that is being edited. Equal leaves are looked up once."""
    others = {
        other: All((condition, bind(one.condition, project.definitions)))
        for other, one in project.segments.items()
        if other != name
    }
    moves: dict[str, Bound] = {}
    if name in project.segments:
        now = bind(project.segments[name].condition, project.definitions)
        moves = {_ENTER: All((condition, Not(now))), _LEAVE: All((now, Not(condition)))}
    counted = sizes({_THIS: condition, **moves, **others}, kept.tables, at)
    shared = [Overlap(segment=other, people=counted[other]) for other in others if counted[other]]
    moved = {key: Moved(people=counted[key], shown=_some(move, kept, at)) for key, move in moves.items()}
    return Draft(
        count=Count(people=counted[_THIS]),
        everyone=people_seen(kept.tables, at),
        shown=_some(condition, kept, at),
        enter=moved.get(_ENTER),
        leave=moved.get(_LEAVE),
        overlaps=sorted(shared, key=lambda one: (-one.people, one.segment)),
    )


def _some(condition: Bound, kept: Kept, at: Instant) -> list[Known]:
    ids = kept.tables.query(as_query(condition, at, tail=f"ORDER BY LENGTH(id), id LIMIT {SHOWN}"))
    return lines(kept, ids.column("id").to_pylist(), at=at)


def doubts(draft: Draft) -> list[str]:
    """What is no mistake and yet worth a thought."""
    people, told = draft.count.people, list[str]()
    if draft.count.is_exact and draft.everyone:
        if not people:
            told.append("Nobody is in it now")
        elif people == draft.everyone:
            told.append("Everybody is in it: it tells nobody from anybody")
        elif people < FEW:
            told.append(f"Fewer than {FEW} people: too few to measure what a mail to them does")
    told += [
        f"{_percent(one.people / people)} of them are in {one.segment} too"
        for one in draft.overlaps
        if people and one.people >= MOSTLY * people
    ]
    return told


def _percent(share: float) -> str:
    """A share in whole per cent; only all is 100 %.

    >>> _percent(0.23), _percent(0.999), _percent(1.0)
    ('23 %', '99 %', '100 %')
    """
    return f"{int(100 * share)} %"
