"""What files say about when mail is sent: the shapes of schedules, quiet hours, caps, and a domain's first days."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PlainValidator, model_validator

from envoi.conditions.tree import SECONDS, Unit
from envoi.events.shapes import Shape
from envoi.messages.schedule import LAST, Every, Schedule
from envoi.messages.timing import lasting
from envoi.messages.wall_clock import DAYS
from envoi.settings import EVERY_DAY, Cap, Delivery, MailKind, Per, QuietHours, WarmUp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

#: A hundred years: longer than anybody waits for a mail, and short enough to count with.
_LONGEST = timedelta(days=36_500)
_LENGTH = re.compile(r"(\d{1,9})\s+([a-z]+?)s?")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def length(text: object) -> timedelta:
    """A length of time as files have it.

    >>> length("90 minutes"), length("1 day")
    (datetime.timedelta(seconds=5400), datetime.timedelta(days=1))
    """
    found = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    unit = f"{found[2]}s" if found else ""
    seconds = int(found[1]) * SECONDS[Unit(unit)] if found and unit in frozenset(Unit) else 0
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise ValueError("a length of time is written as '24 hours' or '7 days'")
    return timedelta(seconds=seconds)


def time_of_day(value: object) -> time:
    """A time as clocks show it, written in quotes or as TOML has it."""
    try:
        found = time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, time) or found.tzinfo is not None:
        raise ValueError("a time of day is written as '09:00'")
    return found


def day_or_time(value: object) -> datetime | time:
    """A time of day, or of one day."""
    if isinstance(value, str) and ("T" in value or " " in value.strip()):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("a time is written as '09:00', or with its day as '2026-11-23T09:00'") from None
    if not isinstance(value, datetime):
        return time_of_day(value)
    if value.tzinfo is not None:
        raise ValueError("this time is on the clocks of time_zone: leave out what follows the minutes and seconds")
    return value


def day_of_month(value: object) -> int:
    """A day by its number, or the last."""
    if value == "last":
        return LAST
    if not isinstance(value, int) or not 1 <= value <= LAST:
        raise ValueError("a day of the month is a number from 1 to 31, or 'last'")
    return value


Length = Annotated[timedelta, PlainValidator(length)]
TimeOfDay = Annotated[time, PlainValidator(time_of_day)]


class QuietHoursShape(Shape):
    """One of `quiet_hours`: { from = "21:00", to = "08:00" }."""

    begins: TimeOfDay = Field(alias="from")
    ends: TimeOfDay = Field(alias="to")
    #: On which they begin; none: on every day.
    days: tuple[Weekday, ...] = ()


class CapShape(Shape):
    """One `[[delivery.caps]]`."""

    most: int = Field(ge=1)
    within: Length | None = None
    per: Per | None = None
    kind: Literal["marketing", "transactional", "any"] = "marketing"
    purpose: str = ""

    @model_validator(mode="after")
    def _has_one_stretch(self) -> Self:
        if (self.within is None) == (self.per is None):
            raise ValueError("a cap has either within = '7 days', for any 7 days, or per = 'week', by the calendar")
        return self


class WarmUpShape(Shape):
    """`[delivery.warm_up."example.org"]`."""

    starts: date
    per_day: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)


class DeliveryShape(Shape):
    """`[delivery]` of envoi.toml."""

    time_zone_trait: str = "time_zone"
    deadline: Length = timedelta(hours=24)
    give_up_after: Length = timedelta(days=2)
    quiet_hours: tuple[QuietHoursShape, ...] = ()
    caps: tuple[CapShape, ...] = ()
    warm_up: dict[str, WarmUpShape] = Field(default_factory=dict)


class ScheduleShape(Shape):
    """`[schedule]` of a campaign."""

    at: Annotated[datetime | time, PlainValidator(day_or_time)]
    every: Literal["day", "week", "month"] | None = None
    #: Of each week.
    days: tuple[Weekday, ...] = ()
    #: Of each month.
    day: Annotated[int | None, PlainValidator(day_of_month)] = None
    starts: date | None = None
    ends: date | None = None
    time_zone: Literal["project", "person"] = "project"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for wrong in _wrong(self):
            raise ValueError(wrong)
        return self


def _wrong(shape: ScheduleShape) -> Iterable[str]:
    """What is missing, or contradicts the rest."""
    is_once = isinstance(shape.at, datetime)
    if is_once and (shape.every or shape.starts or shape.ends):
        yield "at has a day, so it is sent once: leave out the day, or else every, starts and ends"
    if not is_once and not shape.every:
        yield "add the day to at, as '2026-11-23T09:00', or say every = 'day', 'week' or 'month'"
    if (shape.every == "week") != bool(shape.days):
        yield "every = 'week' and days = ['monday'] go together"
    if (shape.every == "month") != (shape.day is not None):
        yield "every = 'month' and day = 1, or day = 'last', go together"
    if shape.starts and shape.ends and shape.ends < shape.starts:
        yield "it ends before it starts"


def schedule_of(shape: ScheduleShape) -> Schedule:
    """The schedule that a file describes."""
    is_personal = shape.time_zone == "person"
    if isinstance(shape.at, datetime):
        return Schedule(at=shape.at.time(), every=Every.ONCE, starts=shape.at.date(), is_personal=is_personal)
    return Schedule(
        at=shape.at,
        every=Every(shape.every or Every.DAY),
        starts=shape.starts,
        ends=shape.ends,
        weekdays=weekdays(shape.days),
        day=shape.day or 1,
        is_personal=is_personal,
    )


def delivery_of(shape: DeliveryShape) -> Delivery:
    """The settings that `[delivery]` describes."""
    return Delivery(
        time_zone_trait=shape.time_zone_trait,
        late=shape.deadline,
        give_up_after=shape.give_up_after,
        quiet_hours=hours_of(shape.quiet_hours),
        caps=tuple(map(_cap, shape.caps)),
        warm_up={
            domain.lower(): WarmUp(starts=one.starts, per_day=one.per_day) for domain, one in shape.warm_up.items()
        },
    )


def hours_of(shapes: Iterable[QuietHoursShape]) -> tuple[QuietHours, ...]:
    """The quiet hours that a file describes."""
    return tuple(QuietHours(begins=one.begins, ends=one.ends, days=weekdays(one.days) or EVERY_DAY) for one in shapes)


def weekdays(names: Iterable[str]) -> frozenset[int]:
    """The days of the week by number, Monday 0.

    >>> sorted(weekdays(["sunday", "monday"]))
    [0, 6]
    """
    return frozenset(map(DAYS.index, names))


def _cap(shape: CapShape) -> Cap:
    within = shape.per or shape.within or _LONGEST
    stretch = f"per {within}" if isinstance(within, Per) else f"in {lasting(within)}"
    what = f" of {shape.purpose}" if shape.purpose else ""
    kind = None if shape.kind == "any" else MailKind(shape.kind)
    return Cap(most=shape.most, name=f"{shape.most}{what} {stretch}", within=within, kind=kind, purpose=shape.purpose)
