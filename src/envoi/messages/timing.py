"""Whether a mail may be sent at a moment as far as time is concerned: caps, then quiet hours, then its deadline."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from envoi.clock import Instant, duration
from envoi.conditions.calendar import zone_called, zones
from envoi.messages.caps import Mail, capped
from envoi.messages.quiet import open_at, told
from envoi.messages.schedule import WEST
from envoi.messages.verdict import GO, Skip, Wait
from envoi.settings import MailKind

if TYPE_CHECKING:
    from datetime import date, timedelta, tzinfo

    from envoi.messages.gate import Check, Known
    from envoi.messages.ledger import Entry
    from envoi.messages.schedule import Schedule
    from envoi.messages.verdict import Verdict
    from envoi.people.profile import Profile
    from envoi.settings import Delivery, QuietHours


_A_DAY_S = 86_400


class Quiet(StrEnum):
    """What quiet hours do to a campaign's mails."""

    WAIT = "wait"
    DROP = "drop"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a campaign says of when its mails are sent."""

    #: None: when somebody sends it.
    schedule: Schedule | None = None
    #: How long after its time a mail may be sent; None: as long as the project says.
    late: timedelta | None = None
    quiet: Quiet = Quiet.WAIT
    #: None: the project's.
    quiet_hours: tuple[QuietHours, ...] | None = None
    #: The lower, the more it matters to caps.
    priority: int = 100
    #: The most mails an hour; 0 for as many as servers take.
    rate_per_h: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What time has to do with one run of a campaign."""

    run: str
    purpose: str
    kind: MailKind
    when: When
    delivery: Delivery
    #: The project's time zone.
    zone: tzinfo
    #: The day of the schedule that this run is for; None if a person began it, at `planned_at`.
    day: date | None
    planned_at: Instant

    def zone_of(self, profile: Profile | None) -> tzinfo:
        """The zone in which a person's clocks are; the project's if theirs is not known."""
        return zone_called(profile.value(self.delivery.time_zone_trait), self.zone) if profile else self.zone

    def zone_note(self, profile: Profile | None) -> str:
        """What is wrong with the time zone that the person's record names; empty if nothing is, or that is not asked.

        A zone that was renamed is known by both names: Europe/Kiev is Europe/Kyiv.
        """
        if not (self.hours or (self.when.schedule and self.when.schedule.is_personal)):
            return ""
        name = profile.value(self.delivery.time_zone_trait) if profile else None
        if name is None or name == "":
            return ""
        return (
            "" if isinstance(name, str) and name in zones() else f"time zone {name!r} is not known: {self.zone} is used"
        )

    def due(self, profile: Profile | None) -> Instant | None:
        """When the person's mail is due; None if there is none for them, as their clocks pass over the day."""
        if self.when.schedule is None or self.day is None:
            return self.planned_at
        return self.when.schedule.due(self.day, self._zone_of_schedule(profile))

    def expires(self, profile: Profile | None) -> Instant:
        """When it becomes too late for the person's mail."""
        if self.when.schedule is None or self.day is None:
            return Instant(self.planned_at + duration(self.late))
        return self.when.schedule.expires(self.day, self._zone_of_schedule(profile), self.late)

    def deadline(self, profile: Profile | None) -> Instant | None:
        """From when on the person's mail is not sent any more; None if it is sent however late.

        That is so for a campaign that a person sends by hand, unless its file says how late is too late.
        """
        return self.expires(profile) if self.day or self.when.late else None

    @property
    def late(self) -> timedelta:
        """How long after its time a mail may be sent."""
        return self.when.late or self.delivery.late

    @property
    def hours(self) -> tuple[QuietHours, ...]:
        """The quiet hours that hold."""
        return self.delivery.quiet_hours if self.when.quiet_hours is None else self.when.quiet_hours

    def closes(self) -> Instant | None:
        """From when on nobody's mail is sent any more; None if they are sent however late."""
        schedule = self.when.schedule
        if schedule and self.day and schedule.is_personal:
            return schedule.expires(self.day, WEST, self.late)
        return self.deadline(None)

    def mail(self, at: Instant, *, is_sent: bool) -> Mail:
        """A mail of this run, as caps see it."""
        priority = self.when.priority
        return Mail(campaign=self.run, at=at, kind=self.kind, purpose=self.purpose, priority=priority, is_sent=is_sent)

    def checks(self) -> tuple[Check, ...]:
        """What the gate asks, in this order."""
        return (self.caps_allow, self.is_open, self.is_in_time)

    def caps_allow(self, _: Entry, known: Known) -> Verdict:
        """Waits until a cap has room again; skips if that is too late."""
        if not self.delivery.caps:
            return GO
        mail = self.mail(known.now, is_sent=False)
        held = capped(mail, known.mails, self.delivery.caps, zone=self.zone_of(known.profile))
        if held is None:
            return GO
        if held.until >= self.expires(known.profile):
            return Skip(reason=held.reason)
        return Wait(until=held.until, reason=held.reason)

    def is_open(self, _: Entry, known: Known) -> Verdict:
        """Waits until the person's quiet hours are over, or skips: as the campaign says, or if that is too late."""
        if not self.hours or self.when.quiet is Quiet.IGNORE or self.kind is MailKind.TRANSACTIONAL:
            return GO
        opens = open_at(self.hours, known.now, self.zone_of(known.profile))
        if opens == known.now:
            return GO
        reason = f"quiet hours: {'; '.join(map(told, self.hours))}"
        deadline = self.deadline(known.profile)
        is_too_late = deadline is not None and opens >= deadline
        return Skip(reason=reason) if is_too_late or self.when.quiet is Quiet.DROP else Wait(until=opens, reason=reason)

    def is_in_time(self, _: Entry, known: Known) -> Verdict:
        """Skips what is too late."""
        deadline = self.deadline(known.profile)
        return GO if deadline is None or known.now < deadline else Skip(reason=_too_late(self.late))

    def _zone_of_schedule(self, profile: Profile | None) -> tzinfo:
        schedule = self.when.schedule
        return self.zone_of(profile) if schedule and schedule.is_personal else self.zone


def _too_late(late: timedelta) -> str:
    return f"too late: it could not be sent within {lasting(late)} of its time, or before the next"


def lasting(span: timedelta) -> str:
    """A length of time as people say it.

    >>> from datetime import timedelta
    >>> [lasting(timedelta(minutes=minutes)) for minutes in (60, 90, 1440, 10080)]
    ['1 hour', '90 minutes', '24 hours', '7 days']
    """
    seconds = int(span.total_seconds())
    # A day has 24 hours here: "1 day" could be one of the calendar.
    units = [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)][seconds == _A_DAY_S :]
    unit, length = next(one for one in units if seconds % one[1] == 0)
    return f"{seconds // length} {unit}{'' if seconds == length else 's'}"
