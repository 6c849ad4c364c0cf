"""The report of a project as it may leave the house: numbers of people, and no number of few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.reports.small_cells import SharedCampaign, SharedReport, alone, shared

if TYPE_CHECKING:
    from envoi.reports.answers import CampaignReport, Report


def shared_report(report: Report, smallest: int) -> SharedReport:
    """The report for those who may not know of single people.

    A segment may be all people but a few: then it is hidden as those few are, since the number of all is told.
    """
    return SharedReport(
        project=report.project,
        at=report.at,
        smallest_group=smallest,
        people=alone(report.people, smallest),
        segments={each.name: _segment(each.people, report.people, smallest) for each in report.segments},
        campaigns=[_campaign(each, smallest) for each in report.campaigns if each.planned_at],
    )


def _segment(people: int, everyone: int, smallest: int) -> int | None:
    return shared({"in": people, "out": max(everyone - people, 0)}, smallest)["in"]


def _campaign(one: CampaignReport, smallest: int) -> SharedCampaign:
    """Reasons to skip are parts of the skipped: they and the other states add up to the audience together."""
    reasons = {("skipped", reason): count for reason, count in one.skipped.items()}
    # Held out are skipped too, with a reason of their own.
    others = {("state", state): count for state, count in one.states.items() if state != "skipped"}
    parts = shared({**others, **reasons, ("state", "held out"): one.held_out}, smallest)
    read = one.read
    return SharedCampaign(
        campaign=one.campaign,
        planned_at=one.planned_at,
        audience=alone(one.audience, smallest),
        states={name: count for (kind, name), count in parts.items() if kind == "state"},
        skipped={name: count for (kind, name), count in parts.items() if kind == "skipped"},
        has_read=read is not None,
        opened_by=_segment(read.opens.people, one.sent, smallest) if read else None,
        clicked_by=_segment(read.clicks.people, one.sent, smallest) if read else None,
    )
