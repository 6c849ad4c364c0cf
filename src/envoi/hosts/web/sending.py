"""How a campaign is being sent, on its page: by what schedule, at what rate; and the orders that people give there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import ProjectError
from envoi.hosts.sending import open_sender
from envoi.messages.ledger import FINAL, State, Status
from envoi.messages.order import Command, Order
from envoi.messages.quiet import told as told_hours
from envoi.messages.schedule import Every, occurrence, told
from envoi.messages.timing import lasting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from envoi.campaigns.campaign import Campaign
    from envoi.clock import Instant
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields
    from envoi.messages.ledger import Audience
    from envoi.messages.order import Given

#: Who gave an order, as the audit has it.
BY = "a person, in the pages"
#: What the buttons say, and what they order.
COMMANDS = {"pause": Command.PAUSE, "resume": Command.RESUME, "cancel": Command.CANCEL, "rate": Command.RATE}
#: More mails an hour are no limit that anybody means.
MOST_AN_HOUR = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a planned campaign does now."""

    status: Status
    rate_per_h: int
    #: Whether some people are in no final state yet.
    is_open: bool
    #: When the next of those who wait is due.
    due: Instant | None
    #: What people ordered, the last first.
    orders: Sequence[Given]

    @property
    def tone(self) -> str:
        """How its status looks."""
        return {Status.SENDING: "wait", Status.PAUSED: "held"}.get(self.status, "bad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One day of a recurring campaign."""

    run: str
    day: date
    audience: Audience


def sending_of(envoi: Envoi, name: str) -> Sending | None:
    """How a campaign is being sent; None if it was not planned."""
    statement = envoi.stores.statement
    audience = statement.campaigns().get(name)
    if audience is None:
        return None
    is_open = any(state not in FINAL for state, _ in statement.tally(name))
    waiting = (one for one in statement.entries(name, state=State.PLANNED, limit=1_000)) if is_open else ()
    return Sending(
        status=audience.status,
        rate_per_h=audience.rate_per_h,
        is_open=is_open,
        due=min((one.due for one in waiting if one.reason), default=None),
        orders=list(reversed(statement.orders(name))),
    )


def occurrences(envoi: Envoi, campaign: Campaign) -> list[Occurrence]:
    """What has been sent of a recurring campaign, the last first."""
    found = ((run, *occurrence(run), audience) for run, audience in envoi.stores.statement.campaigns().items())
    mine = [
        Occurrence(run=run, day=day, audience=audience)
        for run, series, day, audience in found
        if day and series == campaign.name
    ]
    return sorted(mine, key=lambda one: one.day, reverse=True)


def is_recurring(campaign: Campaign) -> bool:
    """Whether it is sent as occurrences, each of which has a page of its own."""
    schedule = campaign.when.schedule
    return schedule is not None and schedule.every is not Every.ONCE and occurrence(campaign.name)[1] is None


def setup(envoi: Envoi, campaign: Campaign) -> Iterator[tuple[str, str]]:
    """When a campaign is sent, as its file and the project's say: each a name and its words."""
    when, delivery = campaign.when, envoi.project.settings.delivery
    yield "Sent", told(when.schedule) if when.schedule else "when somebody sends it"
    following = when.schedule.next_after(envoi.clock.now(), envoi.project.settings.zone) if when.schedule else None
    if following:
        yield "Next", following.isoformat()
    if when.schedule or when.late:
        yield "Not later than", f"{lasting(when.late or delivery.late)} after its time"
    hours = delivery.quiet_hours if when.quiet_hours is None else when.quiet_hours
    if hours:
        yield "Quiet hours", f"{'; '.join(map(told_hours, hours))}: mails {_AT_NIGHT[when.quiet]}"
    if delivery.caps:
        caps = "; ".join(f"at most {cap.name}" for cap in delivery.caps)
        yield "Caps", f"{caps}; priority {when.priority}"


_AT_NIGHT = {"wait": "wait", "drop": "are dropped", "ignore": "go all the same"}


def order(envoi: Envoi, campaign: str, fields: Fields) -> None:
    """Does what a button was pressed for.

    Raises:
        NotFound: the campaign was never planned.
        Conflict: it cannot be done with it as it is.
        ProjectError: it is nothing that can be ordered.
    """
    command = COMMANDS.get(next(iter(fields.get("act", ())), ""))
    if command is None:
        raise ProjectError("there is no such order", hint="use the buttons on the campaign's page")
    rate = _rate(next(iter(fields.get("rate", ())), "")) if command is Command.RATE else None
    with open_sender(envoi.root) as sender:
        sender.order(campaign, Order(command=command, by=BY, rate_per_h=rate))


def _rate(text: str) -> int:
    plain = text.strip().replace(",", "") or "0"
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= len(str(MOST_AN_HOUR))):
        raise ProjectError(f"{text[:20]!r} is no number of mails an hour", hint="write 500, or 0 for no limit")
    return min(int(plain), MOST_AN_HOUR)
