"""`envoi report`: the project at a glance, one of its campaigns, or how good its data are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from envoi.clock import SystemClock
from envoi.hosts.cli.faults import FAILED
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import At, Json, ProjectDir, moment
from envoi.hosts.cli.quality import quality_text
from envoi.hosts.cli.screen import columns, note, paint, show
from envoi.hosts.quality_alerts import alert
from envoi.reports.answers import CampaignReport, Report
from envoi.reports.engagement import with_reading
from envoi.reports.outcome import campaign_report
from envoi.reports.sharing import shared_report
from envoi.reports.small_cells import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.hosts.local import Envoi
    from envoi.reports.quality.answers import QualityReport
    from envoi.reports.small_cells import SharedReport

#: Instead of a campaign.
QUALITY = "quality"


def command(
    campaign: Annotated[
        str, typer.Argument(metavar="CAMPAIGN|quality", help="Only this campaign; or how good the data are.")
    ] = "",
    *,
    at: At = "",
    alert_: Annotated[
        bool, typer.Option("--alert", help="With quality: tell those whom [quality] names what they do not know yet.")
    ] = False,
    shared: Annotated[
        bool, typer.Option("--shared", help="To be passed on: numbers of few people are hidden, and sums do not tell.")
    ] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> int:
    """Show people, events, segments and campaigns; or one CAMPAIGN; or how good the data are, which is `quality`."""
    if shared and (campaign or alert_):
        raise typer.BadParameter("what is shared is the report of the whole project: name no campaign")
    when = moment(at)
    with opened(project, read_only=True) as envoi:
        if campaign == QUALITY and QUALITY not in envoi.project.campaigns:
            quality = envoi.quality(at=when)
            show(quality, quality_text(quality), json=json)
            if alert_:
                return _alerted(envoi, quality)
        elif campaign:
            one = _of_campaign(envoi, campaign)
            show(one, campaign_text(one), json=json)
        elif shared:
            told = shared_report(envoi.report(at=when), envoi.project.settings.privacy.smallest_group)
            show(told, _shared_text(told), json=json)
        else:
            report = envoi.report(at=when)
            show(report, _text(report), json=json)
    return 0


def _alerted(envoi: Envoi, quality: QualityReport) -> int:
    done = alert(envoi.root, envoi.project, quality, at=SystemClock().now())
    for target, why in done.failed.items():
        note(f"{target} could not be told: {why}")
    if not done.failed:
        note(f"told {done.told}" if done.told else "nobody who listens had anything to hear")
    return FAILED if done.failed else 0


def _of_campaign(envoi: Envoi, campaign: str) -> CampaignReport:
    """A campaign of the files, or one that was sent and is no longer there.

    Raises:
        NotFound: there is none, and never was.
    """
    if campaign not in envoi.stores.statement.campaigns():
        envoi.project.campaign(campaign)
    return with_reading(campaign_report(envoi.project, envoi.stores.statement, campaign), envoi.stores.tables)


def _text(report: Report) -> str:
    events = [(name, f"{count:>9,}") for name, count in report.events.items()]
    segments = [(one.name, f"{one.people:>9,}") for one in report.segments]
    return "\n\n".join(
        [
            f"{paint(report.project, 'bold')} as of {report.at}: {report.people:,} people",
            f"Events\n{columns(events)}" if events else "No events yet: 'envoi import FILE --events' brings some.",
            *([f"Segments\n{columns(segments)}"] if segments else []),
            # What people asked for by what they did is told apart, after the rest.
            *(campaign_text(one) for one in sorted(report.campaigns, key=lambda one: one.kind == "transactional")),
        ]
    )


def _shared_text(told: SharedReport) -> str:
    def rows(counts: Mapping[str, int | None]) -> str:
        return columns([(name, f"{in_words(count, told.smallest_group):>9}") for name, count in counts.items()])

    parts = [f"{paint(told.project, 'bold')} as of {told.at}: {in_words(told.people, told.smallest_group)} people"]
    parts += [f"Segments\n{rows(told.segments)}"] if told.segments else []
    for one in told.campaigns:
        read = {"opened by": one.opened_by, "clicked by": one.clicked_by} if one.has_read else {}
        counts = {**one.states, **{f"skipped: {why}": n for why, n in one.skipped.items()}, "audience": one.audience}
        parts.append(f"Campaign {paint(one.campaign, 'bold')}, planned at {one.planned_at}\n{rows({**counts, **read})}")
    return "\n\n".join(parts)


def campaign_text(report: CampaignReport) -> str:
    """A campaign's numbers; they add up to its audience."""
    name = (
        f"{'Transactional campaign' if report.kind == 'transactional' else 'Campaign'} {paint(report.campaign, 'bold')}"
    )
    if not report.planned_at:
        return f"{name}: not sent yet"
    skipped = sum(report.skipped.values())
    others = {state: count for state, count in report.states.items() if state not in ("accepted", "skipped")}
    # Last, since those who wait are told below it.
    others |= {"planned": others.pop("planned")} if "planned" in others else {}
    rows = [
        ("sent", f"{report.sent:>9,}"),
        *((state, f"{count:>9,}") for state, count in others.items()),
        *((f"  {reason}", f"{count:>9,}") for reason, count in report.waiting.items()),
        ("held out", f"{report.held_out:>9,}"),
        ("skipped", f"{skipped:>9,}"),
        *((f"  {reason}", f"{count:>9,}") for reason, count in report.skipped.items()),
        ("audience", f"{report.audience:>9,}"),
    ]
    if report.read:
        counted = {"opened": report.read.opens, "clicked": report.read.clicks}
        rows += [(f"{what} by", f"{hits.people:>9,}  ({hits.hits:,} times)") for what, hits in counted.items()]
    end = "finished" if report.finished else "not finished"
    return f"{name}, planned at {report.planned_at}: {end}\n{columns(rows)}"
