"""How pages put things into words: numbers, times in the shop's own zone, shares, and what an event says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envoi.clock import iso, moment, parse_instant
from envoi.events.event import Name

if TYPE_CHECKING:
    from datetime import tzinfo

    from envoi.clock import Instant
    from envoi.errors import Place
    from envoi.events.event import Event, Value
    from envoi.hosts.local import Envoi

#: From the longest to the shortest, in microseconds.
_SPANS = (
    (365 * 86_400_000_000, "year"),
    (30 * 86_400_000_000, "month"),
    (86_400_000_000, "day"),
    (3_600_000_000, "hour"),
    (60_000_000, "minute"),
)
#: Properties of an event shown beside its name.
_MOST_TOLD = 3
_MOST_COLUMNS = 7
#: So many letters are shown on either side of a place in a text.
_AROUND = 18
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A moment, for people and for machines; both of letters and digits only."""

    iso: str
    text: str

    def __str__(self) -> str:
        """As people read it."""
        return self.text

    def __html__(self) -> str:
        """As templates write it."""
        return f'<time datetime="{self.iso}" title="{self.iso}">{self.text}</time>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Says times as the people of this project would."""

    zone: tzinfo
    now: Instant

    def when(self, at: Instant | str) -> Time:
        """Day and time."""
        return self._time(at, "{0.day} {0:%b %Y, %H:%M}")

    def day(self, at: Instant | str) -> Time:
        """The day alone."""
        return self._time(at, "{0.day} {0:%b %Y}")

    def named_day(self, day: str) -> Time:
        """A day that is known by its name, as 2017-12-01, whatever the time zone."""
        return Time(iso=day, text="{0.day} {0:%b %Y}".format(date.fromisoformat(day)))

    def weekday(self, at: Instant | str) -> Time:
        """The day with its name."""
        return self._time(at, "{0:%A}, {0.day} {0:%B %Y}")

    def hour(self, at: Instant | str) -> Time:
        """The time of day alone."""
        return self._time(at, "{0:%H:%M}")

    def ago(self, at: Instant | str) -> str:
        """How far from the project's present, in the largest unit that fits.

        >>> from datetime import UTC
        >>> times = Times(zone=UTC, now=parse_instant("2017-12-01"))
        >>> times.ago("2017-11-28"), times.ago("2017-12-01T02:00Z"), times.ago("2017-12-01")
        ('3 days ago', 'in 2 hours', 'just now')
        """
        away = self.now - _instant(at)
        for length, unit in _SPANS:
            if abs(away) >= length:
                told = plural(abs(away) // length, unit)
                return f"{told} ago" if away > 0 else f"in {told}"
        return "just now"

    def _time(self, at: Instant | str, form: str) -> Time:
        instant = _instant(at)
        return Time(iso=iso(instant), text=form.format(moment(instant).astimezone(self.zone)))


def _instant(at: Instant | str) -> Instant:
    return parse_instant(at) if isinstance(at, str) else at


def number(count: float) -> str:
    """A number with its thousands apart, and not more digits than a person reads.

    >>> number(1469307), number(28.259999999999998), number(0.95985), number(1.0), number(-0.5)
    ('1,469,307', '28.26', '0.9598', '1', '-0.5')
    """
    if isinstance(count, int):
        return f"{count:,}"
    return f"{count:.4g}" if abs(count) < 1 else f"{round(count, 4):,}".removesuffix(".0")


def plural(count: int, noun: str, more: str = "") -> str:
    """A count of things.

    >>> plural(1, "person", "people"), plural(2469, "person", "people"), plural(0, "event")
    ('1 person', '2,469 people', '0 events')
    """
    return f"{count:,} {noun if count == 1 else more or noun + 's'}"


def share(part: float, whole: float) -> str:
    """A share in per cent.

    >>> share(1, 3), share(1, 3000), share(3, 3), share(0, 0)
    ('33.3%', '<0.1%', '100%', '0%')
    """
    if not part or not whole:
        return "0%"
    percent = 100 * part / whole
    return "<0.1%" if percent < 0.1 else "100%" if part == whole else f"{percent:.1f}%"  # noqa: PLR2004 - as shown


def pretty(value: object) -> str:
    """JSON for people to read."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def digest(event: Event) -> str:
    """What an event says beside its name, on one line.

    >>> from envoi.events.event import Event
    >>> props = {"order_id": "7", "total": 9.5, "products": [{}, {}]}
    >>> digest(Event(id="1", source="s", name="Order", keys={}, at=0, seen_at=0, props=props))
    '2 products · total 9.5'
    """
    props = event.props
    match event.name:
        case Name.PROFILE_UPDATED:
            return ", ".join(key for key, value in props.items() if value is not None)
        case Name.CONSENT_CHANGED:
            said = "yes" if props.get("granted") is True else "no"
            return " · ".join(str(each) for each in (f"{props.get('purpose')}: {said}", props.get("source")) if each)
        case Name.DECISION_MADE:
            return f"{props.get('campaign')} · {props.get('content')} · {props.get('arm')}"
        case Name.EMAIL_SENT | Name.EMAIL_FAILED:
            return " · ".join(str(each) for each in (props.get("campaign"), props.get("reason")) if each)
    lists = [plural(len(value), key.removesuffix("s"), key) for key, value in props.items() if isinstance(value, list)]
    plain = [_told(key, value) for key, value in props.items() if _tells(key, value)]
    return " · ".join([*lists, *plain[:_MOST_TOLD]])


def _tells(key: str, value: Value) -> bool:
    """Whether a person learns something from it at a glance: an id is for machines."""
    return isinstance(value, str | int | float) and value != "" and not key.lower().endswith("id")


def _told(key: str, value: Value) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{key} {number(value)}"
    return f"{key} {value}"


def spot(text: str, at: Place) -> str:
    r"""The line of a text in which something is, and a mark below the very place; of a long line what lies around it.

    >>> from envoi.errors import Place
    >>> where = Place(line=2, column=9)
    >>> print(spot("age > 3\nand did Order", where))
    and did Order
            ^
    """
    line, column = text.split("\n")[at.line - 1], at.column - 1
    start = max(column - _AROUND, 0)
    before = "…" if start else ""
    after = "…" if len(line) > start + 2 * _AROUND else ""
    return f"{before}{line[start : start + 2 * _AROUND]}{after}\n{' ' * (column - start + len(before))}^"


def items(event: Event) -> dict[str, list[dict[str, Value]]]:
    """The event's lists of objects, by property."""
    lists = {
        key: [item for item in value if isinstance(item, dict)]
        for key, value in event.props.items()
        if isinstance(value, list) and event.name not in frozenset(Name)
    }
    return {key: found for key, found in lists.items() if found}


def columns(rows: list[dict[str, Value]]) -> list[str]:
    """The fields that these objects have, in the order in which they come; not more than fit."""
    return list(dict.fromkeys(field for row in rows for field in row))[:_MOST_COLUMNS]


def post_office(envoi: Envoi) -> tuple[str, bool]:
    """Where mail goes, without any password, and whether that is a sandbox."""
    if envoi.mail_url.startswith("folder:"):
        return f"the folder {envoi.mail_url.removeprefix('folder:')}", True
    server = urlsplit(envoi.mail_url)
    return f"{server.hostname}:{server.port}" if server.port else str(server.hostname), server.hostname in _LOOPBACK
