"""How campaigns ended, and the project at a glance: every number is counted from the ledger or from history."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from envoi.campaigns.plan import HOLDOUT
from envoi.clock import Instant, iso
from envoi.conditions.bind import bind
from envoi.conditions.written import written
from envoi.messages.ledger import FINAL, State
from envoi.reports.answers import CampaignReport, Plan, Report, SegmentSize, Verified
from envoi.reports.engagement import with_reading
from envoi.segments.batch import sizes
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.campaigns.plan import Planned
    from envoi.campaigns.project import Project
    from envoi.messages.port import Statement
    from envoi.messages.verify import Proof
    from envoi.tables import Tables


def planned(campaign: str, everyone: Sequence[Planned], at: Instant) -> Plan:
    """A plan in numbers: to send + held out + skipped = audience."""
    skipped = Counter(one.skip for one in everyone if one.skip)
    held_out = skipped.pop(HOLDOUT, 0)
    return Plan(
        campaign=campaign,
        at=iso(at),
        audience=len(everyone),
        to_send=sum(not one.skip for one in everyone),
        held_out=held_out,
        skipped=dict(sorted(skipped.items())),
        content=dict(Counter(one.decision.content for one in everyone if one.decision and not one.skip).most_common()),
    )


def campaign_report(project: Project | None, statement: Statement, name: str) -> CampaignReport:
    """A campaign's states; before it was planned all numbers are 0, and without its project it has no description."""
    audience = statement.campaigns().get(name)
    tally = statement.tally(name) if audience else {}
    states: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for (state, reason), count in tally.items():
        states[state.value] += count
        if state is State.SKIPPED:
            skipped[reason] += count
    held_out = skipped.pop(HOLDOUT, 0)
    campaign = project.find(name) if project else None
    return CampaignReport(
        campaign=name,
        description=campaign.description if campaign else "",
        planned_at=iso(audience.at) if audience else "",
        audience=audience.size if audience else 0,
        sent=states[State.ACCEPTED],
        held_out=held_out,
        skipped=dict(sorted(skipped.items())),
        states=dict(sorted(states.items())),
        kind=campaign.kind.value if campaign else "marketing",
        status=audience.status.value if audience else "",
        waiting={why: count for (state, why), count in sorted(tally.items()) if why and state is State.PLANNED},
        finished=bool(audience) and all(State(state) in FINAL for state in states),
    )


def verified(proof: Proof) -> Verified:
    """A proof in the words of its JSON."""
    return Verified(
        campaign=proof.campaign,
        ok=proof.ok,
        finished=proof.finished,
        planned_at=iso(proof.planned_at),
        audience=proof.audience,
        states={state.value: count for state, count in sorted(proof.by_state.items())},
        reasons={state.value: dict(reasons) for state, reasons in sorted(proof.by_reason.items())},
        problems=list(proof.problems),
        advice=list(proof.advice),
    )


def segment_sizes(project: Project, tables: Tables, at: Instant) -> list[SegmentSize]:
    """Every segment and its size at `at`, ordered by name."""
    bound = {name: bind(segment.condition, project.definitions) for name, segment in project.segments.items()}
    counted = sizes(bound, tables, at)
    return [
        SegmentSize(name=name, description=one.description, condition=written(one.condition), people=counted[name])
        for name, one in project.segments.items()
    ]


def report(project: Project, tables: Tables, statement: Statement, at: Instant) -> Report:
    """The project as it is at `at`; campaigns that were sent but are no longer in the files are in it too."""
    names = sorted({*project.campaigns, *statement.campaigns()})
    return Report(
        project=project.settings.name,
        at=iso(at),
        people=people_seen(tables, at),
        events=events_by_name(tables, at),
        segments=segment_sizes(project, tables, at),
        campaigns=[with_reading(campaign_report(project, statement, name), tables) for name in names],
    )


def people_seen(tables: Tables, at: Instant) -> int:
    """How many people had been seen by `at`."""
    return int(
        tables.query(Query("SELECT COUNT(*) AS n FROM people WHERE first_at <= ?", (at,))).column("n")[0].as_py()
    )


def events_by_name(tables: Tables, at: Instant) -> dict[str, int]:
    """How many events of each name had happened by `at`, the most frequent first."""
    counted = "SELECT e.name AS name, COUNT(*) AS n FROM events AS e WHERE e.at <= ?"
    sql = f"{counted} GROUP BY e.name ORDER BY n DESC, e.name"
    rows = tables.query(Query(sql, (at,)))
    return dict(zip(rows.column("name").to_pylist(), rows.column("n").to_pylist(), strict=True))
