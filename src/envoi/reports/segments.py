"""All segments, or one in full: sizes, since when they are watched, what time will change, and how they went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import Instant, iso
from envoi.conditions.bind import bind
from envoi.conditions.written import written
from envoi.reports.answers import Answer
from envoi.reports.changes import next_changes
from envoi.reports.moves import by_day
from envoi.reports.outcome import people_seen
from envoi.segments.batch import count, members_of_each

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.project import Project
    from envoi.conditions.bound import Bound
    from envoi.reports.kept import Kept
    from envoi.segments.port import Plan
    from envoi.tables import Tables

#: How far ahead the list looks.
AHEAD = 24 * 3600 * 1_000_000


class Turn(Answer, frozen=True, kw_only=True):
    """How many people time alone lets in and out."""

    enter: int
    leave: int


class Listed(Answer, frozen=True, kw_only=True):
    """One segment of the list."""

    name: str
    description: str
    condition: str
    people: int
    #: Since when the live host has watched it with this condition; empty if none ever did.
    since: str
    #: By time alone, until a day from now.
    next_day: Turn


class Segments(Answer, frozen=True, kw_only=True):
    """Every segment, ordered by name."""

    at: str
    everyone: int
    segments: list[Listed]


class Next(Answer, frozen=True, kw_only=True):
    """An instant at which time alone changes who is in a segment."""

    at: str
    enter: int
    leave: int


class OfDay(Answer, frozen=True, kw_only=True):
    """A segment at the end of a day of the project's time zone; of today, now."""

    day: str
    people: int
    entered: int
    left: int
    #: "recorded": counted from who entered and left, as the log has it. "judged": found out now, as of then.
    how: str


class InFull(Answer, frozen=True, kw_only=True):
    """One segment."""

    at: str
    name: str
    description: str
    condition: str
    people: int
    everyone: int
    #: As in the list.
    since: str
    next: list[Next]
    history: list[OfDay]


def listed(project: Project, tables: Tables, plan: Plan, *, at: Instant) -> Segments:
    """Every segment at `at`; what several share is looked up once for all."""
    bound = {name: bind(one.condition, project.definitions) for name, one in project.segments.items()}
    turns = _turns(bound, tables, at)
    since = watched_since(plan)
    return Segments(
        at=iso(at),
        everyone=people_seen(tables, at),
        segments=[
            Listed(
                name=name,
                description=one.description,
                condition=written(one.condition),
                people=turns[name][0],
                since=iso(since[name]) if name in since else "",
                next_day=turns[name][1],
            )
            for name, one in project.segments.items()
        ],
    )


def _turns(bound: Mapping[str, Bound], tables: Tables, at: Instant) -> dict[str, tuple[int, Turn]]:
    now, then = (members_of_each(bound, tables, Instant(when)) for when in (at, at + AHEAD))
    found = {}
    for name in bound:
        before, after = set(now[name]), set(then[name])
        found[name] = len(before), Turn(enter=len(after - before), leave=len(before - after))
    return found


def in_full(project: Project, kept: Kept, plan: Plan, name: str, *, at: Instant) -> InFull:
    """One segment at `at`.

    Raises:
        NotFound: there is none of that name.
    """
    one, tables = project.segment(name), kept.tables
    bound = bind(one.condition, project.definitions)
    since = watched_since(plan)
    changes = next_changes(bound, tables, kept.archive, at=at)
    days = by_day(name, bound, tables, at=at, zone=project.settings.zone)
    return InFull(
        at=iso(at),
        name=name,
        description=one.description,
        condition=written(one.condition),
        people=count(bound, tables, at),
        everyone=people_seen(tables, at),
        since=iso(since[name]) if name in since else "",
        next=[Next(at=iso(each.at), enter=each.enter, leave=each.leave) for each in changes],
        history=[
            OfDay(
                day=each.day,
                people=each.people,
                entered=each.entered,
                left=each.left,
                how="recorded" if each.is_recorded else "judged",
            )
            for each in days
        ],
    )


def watched_since(plan: Plan) -> dict[str, Instant]:
    """Since when each segment has been watched with the condition it was last watched with."""
    return {each.segment: each.at for each in plan.segments}
