"""When a campaign's mails are sent: what its file says, what the project's says, and what of it cannot be meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from envoi.campaigns.delivery_files import hours_of, schedule_of
from envoi.decisions.decision import Reason
from envoi.messages.quiet import is_never_open
from envoi.messages.schedule import MARK, Every, occurrence
from envoi.messages.timing import Quiet, Timing, When
from envoi.settings import MailKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.files import CampaignShape, EnvoiShape
    from envoi.campaigns.mistakes import Mistakes
    from envoi.campaigns.plan import Planned
    from envoi.clock import Instant
    from envoi.people.profile import Profile
    from envoi.settings import Settings


def when_of(mistakes: Mistakes, shape: CampaignShape, file: str) -> When:
    """What a campaign's file says of when it is sent; what cannot be meant is noted."""
    hours = None if shape.quiet_hours is None else hours_of(shape.quiet_hours)
    if hours and is_never_open(hours):
        mistakes.note("it is always quiet", file, ["quiet_hours"], hint="leave some hours of the week")
    if shape.schedule and MARK in file:
        what = f"a campaign with a schedule cannot have {MARK!r} in its name"
        mistakes.note(what, file, ["schedule"], hint="what follows it would seem to be the day of an occurrence")
    return When(
        schedule=schedule_of(shape.schedule) if shape.schedule else None,
        late=shape.deadline,
        quiet=Quiet(shape.quiet),
        quiet_hours=hours,
        priority=shape.priority,
        rate_per_h=shape.rate_per_hour,
    )


def check_delivery(mistakes: Mistakes, main: EnvoiShape, file: str) -> None:
    """Notes what `[delivery]` cannot mean."""
    if main.delivery.quiet_hours and is_never_open(hours_of(main.delivery.quiet_hours)):
        mistakes.note("it is always quiet", file, ["delivery", "quiet_hours"], hint="leave some hours of the week")
    domain = main.sender.email.rpartition("@")[2].lower()
    for warmed in main.delivery.warm_up:
        if warmed.lower() != domain:
            what, hint = f"no mail is sent from {warmed!r}", f"the sender's domain is {domain!r}"
            mistakes.note(what, file, ["delivery", "warm_up", warmed], hint=hint)


#: The step of a decision at which its time is found.
STEP = "time"
NO_SUCH_DAY = "the clocks of this person's time zone passed over the day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """What the project's files say of the time of every run, past ones included."""

    settings: Settings
    campaigns: Mapping[str, Campaign]

    def of(self, run: str, *, planned_at: Instant) -> Timing:
        """The timing of a run as the ledger calls it.

        A run whose campaign is no longer in the files counts as marketing of no known purpose.
        """
        name = run if run in self.campaigns else occurrence(run)[0]
        campaign = self.campaigns.get(name)
        if campaign is None:
            return _of_no_campaign(run, self.settings, planned_at)
        return timing_of(replace(campaign, name=run), self.settings, planned_at)


def timing_of(campaign: Campaign, settings: Settings, planned_at: Instant) -> Timing:
    """The timing of a campaign, or of the occurrence that it is called after."""
    timing = Timing(
        run=campaign.name,
        purpose=campaign.purpose,
        kind=campaign.kind,
        when=campaign.when,
        delivery=settings.delivery,
        zone=settings.zone,
        day=None,
        planned_at=planned_at,
    )
    return replace(timing, day=_day(campaign, timing))


def dated(timing: Timing, planned: Sequence[Planned]) -> list[Planned]:
    """The same plan with the moment at which each is due, and a word on those whose time zone is not known."""
    return [each if each.skip else _dated(timing, each, each.profile) for each in planned]


def _dated(timing: Timing, planned: Planned, profile: Profile | None) -> Planned:
    due = timing.due(profile)
    if due is None:
        return changed(planned, skip=NO_SUCH_DAY)
    because = timing.zone_note(profile)
    if because and planned.decision:
        reasons = [*planned.decision.reasons, Reason(step=STEP, because=because)]
        planned = changed(planned, decision=changed(planned.decision, reasons=reasons))
    return changed(planned, due=due)


def _day(campaign: Campaign, timing: Timing) -> date | None:
    """The day of the schedule that a run is for; None if a person began it."""
    schedule = campaign.when.schedule
    if schedule is None:
        return None
    if schedule.every is Every.ONCE:
        return next(iter(schedule.open_at(timing.planned_at, timing.zone, timing.late)), None)
    return occurrence(campaign.name)[1]


def _of_no_campaign(run: str, settings: Settings, planned_at: Instant) -> Timing:
    return Timing(
        run=run,
        purpose="",
        kind=MailKind.MARKETING,
        when=When(),
        delivery=settings.delivery,
        zone=settings.zone,
        day=None,
        planned_at=planned_at,
    )
