"""Whose turn it is when many campaigns have mail to send: transactional mail first, then each for a while in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.settings import MailKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A run of a campaign that has something to send."""

    run: str
    kind: MailKind
    #: When its first mail was due.
    due: Instant
    #: The number of its last turn, which grows with every turn of any; 0 if it had none.
    last_turn: int = 0


def next_turn(waiting: Sequence[Waiting]) -> Waiting | None:
    """The one to go on with: of those of the most urgent kind, the one whose last turn is longest ago.

    >>> from envoi.clock import Instant
    >>> big = Waiting(run="a", kind=MailKind.MARKETING, due=Instant(0), last_turn=4)
    >>> small = Waiting(run="b", kind=MailKind.MARKETING, due=Instant(0), last_turn=3)
    >>> receipt = Waiting(run="receipt", kind=MailKind.TRANSACTIONAL, due=Instant(9), last_turn=5)
    >>> [next_turn(some).run for some in ([big, small], [big, small, receipt])]
    ['b', 'receipt']
    """
    return min(waiting, key=_urgency, default=None)


def _urgency(one: Waiting) -> tuple[bool, int, Instant, str]:
    return one.kind is not MailKind.TRANSACTIONAL, one.last_turn, one.due, one.run
