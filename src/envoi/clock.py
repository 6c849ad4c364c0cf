"""The only reader of time: instants as whole microseconds, and the clock that hosts pass in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NewType, Protocol

from envoi.errors import DataError

#: Microseconds since 1970-01-01 UTC: what events, windows and SQL count in (docs/why/0003).
Instant = NewType("Instant", int)

MICROS_PER_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class Clock(Protocol):
    """What hosts ask for the time."""

    def now(self) -> Instant:
        """The present instant; never goes back within a process."""
        ...


class SystemClock:
    """The machine's clock, but when that is set back it stands until the time has come again."""

    def __init__(self) -> None:
        self._last = Instant(0)

    def now(self) -> Instant:
        """The present instant as the machine tells it, never before one told earlier."""
        self._last = Instant(max(self._last, time.time_ns() // 1_000))
        return self._last


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it was set: for tests, and for projects whose data lies in the past."""

    at: Instant

    def now(self) -> Instant:
        """The instant it stands at."""
        return self.at


def steady_s() -> float:
    """Seconds of a clock that goes on whatever the time of day is set to: for how long to wait, not for when."""
    return time.monotonic()


def instant(at: datetime) -> Instant:
    """The instant of an aware `at`.

    >>> instant(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000

    Raises:
        DataError: `at` has no time zone, so it names no instant.
    """
    if at.tzinfo is None:
        raise DataError(
            f"the time {at.isoformat()} has no time zone", hint="write it with one, as 2017-12-01T09:00:00Z"
        )
    return Instant((at - _EPOCH) // _MICRO)


def moment(at: Instant) -> datetime:
    """The instant as an aware datetime in UTC.

    >>> moment(Instant(1_500_000)).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return _EPOCH + timedelta(microseconds=at)


def duration(span: timedelta) -> int:
    """A span of time in microseconds.

    >>> duration(timedelta(minutes=1))
    60000000
    """
    return span // _MICRO


def iso(at: Instant) -> str:
    """The instant as people and JSON read it.

    >>> iso(Instant(1_512_118_800_000_000))
    '2017-12-01T09:00:00Z'
    """
    return moment(at).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> Instant:
    """The instant an ISO 8601 text names; a date alone is its first instant in UTC.

    >>> parse_instant("2017-12-01") == parse_instant("2017-12-01T00:00:00Z") == parse_instant("2017-11-30T19:00-05:00")
    True

    Raises:
        DataError: `text` is no such date or time, or a time without a zone.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise DataError(
            f"{text!r} is not a date or time", hint="write it as 2017-12-01 or 2017-12-01T09:00:00Z"
        ) from None
    if at.tzinfo is None and len(text.strip()) <= len("2017-12-01"):
        at = at.replace(tzinfo=UTC)
    return instant(at)
