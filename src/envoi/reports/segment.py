"""One segment: who is in it, and which of them are in other segments too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.conditions.bind import bind
from envoi.conditions.tables import as_query
from envoi.conditions.tree import All
from envoi.reports.person import People, lines
from envoi.segments.batch import count, sizes
from envoi.tables import Query

if TYPE_CHECKING:
    from envoi.campaigns.project import Project
    from envoi.clock import Instant
    from envoi.conditions.bound import Bound
    from envoi.reports.kept import Kept
    from envoi.reports.paging import Page
    from envoi.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How many people are in this segment and in another."""

    segment: str
    people: int


def people_in(project: Project, kept: Kept, segment: str, *, at: Instant, page: Page) -> People:
    """One page of the people in the segment at `at`, ordered by id, shorter ids first.

    Raises:
        NotFound: no such segment.
    """
    return people_for(bind(project.segment(segment).condition, project.definitions), kept, at=at, page=page)


def people_for(bound: Bound, kept: Kept, *, at: Instant, page: Page) -> People:
    """One page of the people for whom a condition holds at `at`, ordered by id, shorter ids first."""
    query = as_query(bound, at, tail="ORDER BY LENGTH(id), id LIMIT ? OFFSET ?")
    ids = kept.tables.query(Query(query.sql, (*query.values, page.size, page.offset))).column("id").to_pylist()
    return People(total=count(bound, kept.tables, at), shown=lines(kept, ids, at=at))


def overlaps(project: Project, tables: Tables, segment: str, *, at: Instant) -> list[Overlap]:
    """How many of the segment's people are in each other segment, most first; equal leaves are looked up once.

    Raises:
        NotFound: no such segment.
    """
    this = bind(project.segment(segment).condition, project.definitions)
    both = {
        name: All((this, bind(other.condition, project.definitions)))
        for name, other in project.segments.items()
        if name != segment
    }
    counted = sizes(both, tables, at)
    return [Overlap(segment=name, people=people) for name, people in sorted(counted.items(), key=lambda one: -one[1])]
