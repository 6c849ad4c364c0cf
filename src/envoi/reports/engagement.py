"""How a campaign's mails were read: each opening and click that was recorded, and which of them were machines'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.events.event import Name
from envoi.reports.answers import Engagement, Hits, LinkHits
from envoi.tables import Query, column, quoted, text

if TYPE_CHECKING:
    from envoi.reports.answers import CampaignReport
    from envoi.tables import Tables

#: So many links of a campaign are told one by one, those that people followed most.
MOST_LINKS = 50

#: 1 for a hit of a machine, of an event e.
MACHINE = f"COALESCE(e.{quoted(column('bool', 'machine'))}, 0)"
_COUNTS = (
    f"COUNT(*) AS hits, SUM({MACHINE}) AS machines, COUNT(DISTINCT e.person) AS reached,"
    f" COUNT(DISTINCT CASE WHEN {MACHINE} = 0 THEN e.person END) AS people"
)
_OF = f"FROM events AS e WHERE e.name = ? AND e.{text('campaign')} = ?"
_NONE = Hits(hits=0, machines=0, people=0, reached=0)


def with_reading(report: CampaignReport, tables: Tables) -> CampaignReport:
    """The same report, with how the campaign's mails were read."""
    return replace(report, read=engagement(tables, report.campaign)) if report.planned_at else report


def engagement(tables: Tables, campaign: str) -> Engagement | None:
    """What history has of a campaign's mails; None where nobody was counted."""
    opens, clicks = (_hits(tables, name, campaign) for name in (Name.EMAIL_OPENED, Name.EMAIL_CLICKED))
    if not opens.hits and not clicks.hits:
        return None
    return Engagement(
        opens=opens,
        clicks=clicks,
        links=_links(tables, campaign) if clicks.hits else [],
        machines=_machines(tables, campaign) if opens.machines or clicks.machines else {},
    )


def _hits(tables: Tables, name: Name, campaign: str) -> Hits:
    if not {"campaign", "machine"} <= set(tables.observed().get(name, {})):
        return _NONE
    (row,) = tables.query(Query(f"SELECT {_COUNTS} {_OF}", (name, campaign))).to_pylist()
    return Hits(
        hits=int(row["hits"]),
        machines=int(row["machines"] or 0),
        people=int(row["people"]),
        reached=int(row["reached"]),
    )


def _links(tables: Tables, campaign: str) -> list[LinkHits]:
    sql = (
        f"SELECT e.{text('url')} AS url, {_COUNTS} {_OF} GROUP BY url ORDER BY people DESC, hits DESC, url"
        f" LIMIT {MOST_LINKS}"
    )
    rows = tables.query(Query(sql, (Name.EMAIL_CLICKED, campaign))).to_pylist()
    return [
        LinkHits(
            url=row["url"] or "",
            hits=int(row["hits"]),
            machines=int(row["machines"]),
            people=int(row["people"]),
            reached=int(row["reached"]),
        )
        for row in rows
    ]


def _machines(tables: Tables, campaign: str) -> dict[str, int]:
    """Hits of machines by what gave them away, the most frequent first."""
    counted: dict[str, int] = {}
    for name in (Name.EMAIL_OPENED, Name.EMAIL_CLICKED):
        if "why_machine" in tables.observed().get(name, {}):
            sql = f"SELECT e.{text('why_machine')} AS why, COUNT(*) AS n {_OF} AND {MACHINE} = 1 GROUP BY why"
            for row in tables.query(Query(sql, (name, campaign))).to_pylist():
                counted[row["why"] or ""] = counted.get(row["why"] or "", 0) + int(row["n"])
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
