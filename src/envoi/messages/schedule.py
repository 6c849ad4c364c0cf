"""When a campaign is sent: once, or again and again, at a time of the project's clock or of each person's own.

A recurring campaign has one occurrence a day that is in its schedule, and each is sent as a campaign of its own, called
`weekly-picks@2026-11-23`. Its audience is frozen when the first person anywhere is due.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.clock import Instant, duration
from envoi.messages.wall_clock import DAYS, first_at, has_day, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

#: No clocks on earth are further ahead or behind than these.
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
#: Between the name of a campaign and the day of an occurrence.
MARK = "@"
_DAY = timedelta(days=1)
#: The last day of every month.
LAST = 31
#: Within so many days every schedule has an occurrence, or has ended.
_LONGEST = 366


class Every(StrEnum):
    """How often."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The days and the time of day."""

    at: time
    every: Every
    #: The only day of what happens once; the first day on which something may be due otherwise.
    starts: date | None = None
    #: The last such day.
    ends: date | None = None
    #: Of each week: Monday is 0.
    weekdays: frozenset[int] = frozenset()
    #: Of each month; in a month that is shorter, its last day.
    day: int = 1
    #: Whether `at` is on each person's own clock, not the project's.
    is_personal: bool = False

    def has(self, day: date) -> bool:
        """Whether there is an occurrence on that day."""
        if (self.starts and day < self.starts) or (self.ends and day > self.ends):
            return False
        if self.every is Every.WEEK:
            return day.weekday() in self.weekdays
        if self.every is Every.MONTH:
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return self.every is Every.DAY or day == self.starts

    def following(self, day: date) -> date | None:
        """The next occurrence after that day; None if it was the last."""
        begin = max(day + _DAY, self.starts or day)
        if self.every is Every.ONCE:
            return self.starts if self.starts and self.starts > day else None
        return next((one for one in _days(begin, _LONGEST) if self.has(one)), None)

    def due(self, day: date, zone: tzinfo) -> Instant | None:
        """When a person whose clocks are those of `zone` is due; None if their country passes over that day.

        They still have it, as soon as clocks go on, where there is no occurrence the day after.
        """
        return None if self.has(day + _DAY) and not has_day(day, zone) else first_at(day, self.at, zone)

    def begins(self, day: date, project: tzinfo) -> Instant:
        """When the first of all people is due, wherever they may live."""
        return first_at(day, self.at, EAST if self.is_personal else project)

    def expires(self, day: date, zone: tzinfo, late: timedelta) -> Instant:
        """From when on it is too late: `late` after it was due, or when the next occurrence is due.

        So there are never two to make up for, however long nothing could be sent.
        """
        return _expires(self, day, zone, late)

    def next_after(self, now: Instant, project: tzinfo) -> date | None:
        """The first occurrence that has not begun by `now`; None if there is none to come."""
        day = self.following(shown(now, project).date() - 3 * _DAY)
        while day and self.begins(day, project) <= now:
            day = self.following(day)
        return day

    def open_at(self, now: Instant, project: tzinfo, late: timedelta) -> list[date]:
        """The occurrences that have begun by `now` and are not too late for everyone."""
        west = WEST if self.is_personal else project
        last = shown(now, EAST if self.is_personal else project).date()
        # The occurrence before the last that began is over for everyone when that one is, unless zones lie between.
        span = min(late, timedelta(days=_LONGEST)).days + 4
        days = (last - back * _DAY for back in range(span, -1, -1))
        return [
            day for day in days if self.has(day) and self.begins(day, project) <= now < self.expires(day, west, late)
        ]


def told(schedule: Schedule) -> str:
    """The schedule as people say it.

    >>> told(Schedule(at=time(9), every=Every.MONTH, day=LAST, is_personal=True))
    "on the last day of each month at 09:00, on each person's own clock"
    >>> told(Schedule(at=time(9), every=Every.WEEK, weekdays=frozenset({0, 3}), ends=date(2026, 12, 31)))
    "each monday and thursday at 09:00, on the project's clock, to 2026-12-31"
    """
    if schedule.every is Every.ONCE:
        days = f"on {schedule.starts}"
    elif schedule.every is Every.DAY:
        days = "every day"
    elif schedule.every is Every.WEEK:
        days = f"each {' and '.join(DAYS[day] for day in sorted(schedule.weekdays))}"
    else:
        days = f"on {'the last day' if schedule.day == LAST else f'day {schedule.day}'} of each month"
    starts = f", from {schedule.starts}" if schedule.starts and schedule.every is not Every.ONCE else ""
    ends = f", to {schedule.ends}" if schedule.ends else ""
    whose = "each person's own clock" if schedule.is_personal else "the project's clock"
    return f"{days} at {schedule.at:%H:%M}, on {whose}{starts}{ends}"


def run_name(campaign: str, schedule: Schedule | None, day: date | None) -> str:
    """What an occurrence is called in the ledger; a campaign that is sent once has its own name.

    >>> weekly = Schedule(at=time(9), every=Every.WEEK, weekdays=frozenset({0}))
    >>> run_name("picks", weekly, date(2026, 11, 23)), run_name("sale", None, None)
    ('picks@2026-11-23', 'sale')
    """
    if schedule is None or day is None or schedule.every is Every.ONCE:
        return campaign
    return f"{campaign}{MARK}{day.isoformat()}"


def occurrence(run: str) -> tuple[str, date | None]:
    """The campaign, and the day of the occurrence, that a name in the ledger means.

    >>> occurrence("picks@2026-11-23"), occurrence("sale"), occurrence("late@night")
    (('picks', datetime.date(2026, 11, 23)), ('sale', None), ('late@night', None))
    """
    campaign, mark, day = run.rpartition(MARK)
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return run, None
    return (campaign, found) if mark and campaign and found.isoformat() == day else (run, None)


@lru_cache(maxsize=4096)
def _expires(schedule: Schedule, day: date, zone: tzinfo, late: timedelta) -> Instant:
    """See `Schedule.expires`; it is asked for each mail, and everyone in a zone has the same answer."""
    end = first_at(day, schedule.at, zone) + duration(late)
    following = schedule.following(day)
    while following and (due := schedule.due(following, zone)) is None:
        following = schedule.following(following)
    return Instant(min(end, due) if following and due is not None else end)


def _days(begin: date, most: int) -> Iterator[date]:
    return (begin + n * _DAY for n in range(most))
