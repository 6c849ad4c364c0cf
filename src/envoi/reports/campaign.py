"""One campaign: who is in which state, what its decisions chose, and the way from one mail to the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from envoi.campaigns.plan import SEND
from envoi.conditions.bind import bind
from envoi.conditions.tables import as_query
from envoi.events.event import Name
from envoi.tables import Query, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.project import Project
    from envoi.clock import Instant
    from envoi.messages.ledger import Entry
    from envoi.messages.port import Statement
    from envoi.reports.paging import Page
    from envoi.tables import Tables

_ANY = 1 << 62
_DECIDED = (
    f"FROM events AS e JOIN people AS p ON p.number = e.person"
    f" WHERE e.name = ? AND e.{text('campaign')} = ? AND e.{text('arm')} = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Where a person stands in a row of people, and who is beside them; None: nobody."""

    people: int
    #: The person's place from 1, if they are among them; else how many come before.
    position: int
    first: str | None
    previous: str | None
    following: str | None


def entries_in(
    statement: Statement, campaign: str, *, state: str, reason: str | None = None, page: Page
) -> list[Entry]:
    """One page of a campaign's people in a state, ordered by id; only those with this reason unless it is None."""
    found = statement.entries(campaign, state=state, limit=_ANY)
    fitting = (entry for entry in found if reason is None or entry.reason == reason)
    return list(islice(fitting, page.offset, page.offset + page.size))


def chosen(tables: Tables, campaign: str) -> Mapping[str, int]:
    """For how many people drawn to get mail each content was decided, the most frequent first."""
    if not _has_decided(tables):
        return {}
    sql = f"SELECT e.{text('content')} AS content, COUNT(*) AS n {_DECIDED} GROUP BY content ORDER BY n DESC, content"
    rows = tables.query(Query(sql, (Name.DECISION_MADE, campaign, SEND))).to_pylist()
    return {row["content"]: int(row["n"]) for row in rows}


def decided(campaign: str, *, content: str = "") -> Query:
    """The ids of the people for whom mail was decided; only those with this content unless it is empty."""
    only, values = (f" AND e.{text('content')} = ?", (content,)) if content else ("", ())
    return Query(f"SELECT p.id AS id {_DECIDED}{only}", (Name.DECISION_MADE, campaign, SEND, *values))


def audience(project: Project, campaign: str, *, at: Instant) -> Query:
    """The ids of the people whom the campaign would reach at `at`.

    Raises:
        NotFound: no such campaign.
    """
    return as_query(bind(project.campaign(campaign).audience, project.definitions), at, tail="")


def steps(tables: Tables, ids: Query, person: str) -> Steps:
    """The steps around a person among the people of `ids`, ordered by id; the person need not be one of them."""
    sql = (
        "SELECT COUNT(*) AS people, COALESCE(SUM(CASE WHEN id <= ? THEN 1 ELSE 0 END), 0) AS place, MIN(id) AS first,"
        " MAX(CASE WHEN id < ? THEN id END) AS previous, MIN(CASE WHEN id > ? THEN id END) AS following"
        f" FROM ({ids.sql}) AS row_of_people"
    )
    (row,) = tables.query(Query(sql, (person, person, person, *ids.values))).to_pylist()
    return Steps(
        people=int(row["people"]),
        position=int(row["place"]),
        first=row["first"],
        previous=row["previous"],
        following=row["following"],
    )


def nth(tables: Tables, ids: Query, place: int) -> str | None:
    """The person at a place, from 0, among the people of `ids` ordered by id; None if there are fewer."""
    sql = f"SELECT id FROM ({ids.sql}) AS row_of_people ORDER BY id LIMIT 1 OFFSET ?"
    found = tables.query(Query(sql, (*ids.values, place))).column("id").to_pylist()
    return found[0] if found else None


def _has_decided(tables: Tables) -> bool:
    return "content" in tables.observed().get(Name.DECISION_MADE, {})
