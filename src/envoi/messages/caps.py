"""How often one person is written to: no more than so many mails in any stretch of time, or in a day, week or month.

Mails count from the moment they are about to be handed over. A mail that matters more and is planned for the same
stretch has its place kept: what matters less yields to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from envoi.clock import Instant, duration
from envoi.conditions.calendar import begins, today
from envoi.messages.wall_clock import week_of
from envoi.settings import MailKind, Per

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo

    from envoi.settings import Cap

#: How long a mail waits for one that matters more and could be sent at any moment, before it looks again.
LOOK_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to one person, as far as caps are concerned."""

    #: As the ledger calls it.
    campaign: str
    #: When it was sent; when it is due, if it was not.
    at: Instant
    kind: MailKind = MailKind.MARKETING
    purpose: str = ""
    #: The lower, the more it matters.
    priority: int = 100
    #: Whether it is on its way, or has been; a mail whose fate is unknown may have been.
    is_sent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """A mail that would be one too many."""

    cap: Cap
    #: What has been sent within the cap's stretch of time, and what comes first; in order of time.
    by: tuple[Mail, ...]
    #: When there may be room again.
    until: Instant

    @property
    def reason(self) -> str:
        """By which cap, and by which mails; people held back by the same have the same."""
        sent = sorted({mail.campaign for mail in self.by if mail.is_sent})
        first = sorted({mail.campaign for mail in self.by if not mail.is_sent})
        parts = [f"had {', '.join(sent)}"] if sent else []
        parts += [f"{', '.join(first)} comes first"] if first else []
        return f"at most {self.cap.name}: {' and '.join(parts)}"


def capped(mail: Mail, others: Sequence[Mail], caps: Sequence[Cap], *, zone: tzinfo) -> Capped | None:
    """The cap that holds longest of those that would be exceeded if `mail` were sent at its `at`; None if none would.

    `others` are this person's other mails: all sent, and all planned in campaigns that are being sent.
    """
    found = [_capped(mail, others, cap, zone) for cap in caps if _counts(cap, mail)]
    return max((each for each in found if each), key=lambda each: each.until, default=None)


def longest(caps: Sequence[Cap]) -> timedelta:
    """How far back mails matter to any of these."""
    lengths = {Per.DAY: timedelta(days=2), Per.WEEK: timedelta(days=8), Per.MONTH: timedelta(days=32)}
    spans = (lengths[cap.within] if isinstance(cap.within, Per) else cap.within for cap in caps)
    return max(spans, default=timedelta(0))


def _capped(mail: Mail, others: Sequence[Mail], cap: Cap, zone: tzinfo) -> Capped | None:
    counted = [other for other in others if _counts(cap, other)]
    if len(counted) < cap.most:
        return None
    since, until = _stretch(cap, mail.at, zone)
    sent = [other for other in counted if other.is_sent and since <= other.at]
    first = [other for other in counted if not other.is_sent and other.priority < mail.priority and other.at < until]
    too_many = len(sent) + len(first) - cap.most + 1
    if too_many <= 0:
        return None
    rooms = sorted([*(_leaves(other, cap, until) for other in sent), *(_looked_at(other, mail) for other in first)])
    by = tuple(sorted([*sent, *first], key=lambda other: (other.at, other.campaign)))
    # A cap of none at all never has room.
    return Capped(cap=cap, by=by, until=rooms[too_many - 1] if too_many <= len(rooms) else _NEVER)


_NEVER = Instant(1 << 62)


def _counts(cap: Cap, mail: Mail) -> bool:
    return cap.kind in {None, mail.kind} and cap.purpose in {"", mail.purpose}


def _stretch(cap: Cap, at: Instant, zone: tzinfo) -> tuple[Instant, Instant]:
    """What was sent since the first of these counts, and so does what is due before the second."""
    if not isinstance(cap.within, Per):
        # A mail that was sent exactly so long ago counts no more.
        span = duration(cap.within)
        return Instant(at - span + 1), Instant(at + span)
    first, after = _days(cap.within, today(at, zone))
    return begins(first, zone), begins(after, zone)


def _days(per: Per, day: date) -> tuple[date, date]:
    """The first day of the stretch that `day` is in, and the first after it."""
    if per is Per.DAY:
        return day, day + timedelta(days=1)
    if per is Per.WEEK:
        return week_of(day), week_of(day) + timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _leaves(sent: Mail, cap: Cap, until: Instant) -> Instant:
    """When a mail that was sent no longer counts."""
    return until if isinstance(cap.within, Per) else Instant(sent.at + duration(cap.within))


def _looked_at(first: Mail, mail: Mail) -> Instant:
    """When it may be known what became of a mail that comes first."""
    return Instant(max(first.at, mail.at + duration(LOOK_AGAIN)))
