"""What a person can order for a campaign that is being sent, and what the campaign does afterwards."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from envoi.clock import Instant
from envoi.errors import Conflict, Restored
from envoi.messages.ledger import Entry, State, Status, moved


class Command(StrEnum):
    """What a person can order for a campaign."""

    #: Nothing more is claimed or let go; what servers have been given is booked still.
    PAUSE = "pause"
    RESUME = "resume"
    #: What was not handed over is cancelled for good.
    CANCEL = "cancel"
    RATE = "rate"
    #: Those whose fate is unknown are sent again, though they may get it twice.
    RETRY_UNKNOWN = "retry unknown"
    #: Goes on after a backup was restored, though mail may have gone out that it does not know of.
    ACCEPT_RESTORED = "accept restored"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted, and by whom."""

    command: Command
    #: As the audit names them.
    by: str
    #: With `Command.RATE`: messages an hour, 0 for no limit.
    rate_per_h: int | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it was given."""

    order: Order
    at: Instant
    #: How many entries it moved.
    moved: int


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What an order does to entries: those in one of these states get another, and their holders lose them."""

    states: tuple[State, ...]
    to: State

    def moved(self, entry: Entry, at: Instant) -> Entry:
        """The entry afterwards; it is due at once."""
        return moved(entry, self.to, at, fence=entry.fence + 1)


#: What to do about a restored backup.
RESTORED = (
    "see in the mail server's log who got it; `envoi resume CAMPAIGN --restored` sends to all whom the backup has"
)

_LEADS_TO = {
    Command.PAUSE: Status.PAUSED,
    Command.RESUME: Status.SENDING,
    Command.CANCEL: Status.CANCELLED,
    Command.ACCEPT_RESTORED: Status.SENDING,
}
_MOVES = {
    # Whoever is next may take them without waiting for a lease to end.
    Command.PAUSE: Move(states=(State.CLAIMED,), to=State.PLANNED),
    Command.CANCEL: Move(states=(State.PLANNED, State.DEFERRED, State.CLAIMED), to=State.CANCELLED),
    Command.RETRY_UNKNOWN: Move(states=(State.UNKNOWN,), to=State.PLANNED),
}


def after(order: Order, status: Status) -> Status:
    """The status of a campaign after an order.

    >>> after(Order(command=Command.PAUSE, by="anna"), Status.SENDING)
    <Status.PAUSED: 'paused'>

    Raises:
        Conflict: it cannot be done with a campaign in this status.
    """
    if status is Status.CANCELLED:
        raise Conflict("the campaign was cancelled", hint="that is for good; plan another one")
    if status is Status.RESTORED and order.command in {Command.PAUSE, Command.RESUME}:
        raise Restored(
            "mail of this campaign may have gone out that the restored backup does not know of", hint=RESTORED
        )
    return _LEADS_TO.get(order.command, status)


def moves(order: Order) -> Move | None:
    """What an order does to entries, if anything."""
    return _MOVES.get(order.command)
