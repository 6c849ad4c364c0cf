"""What the gate knows of some entries' people: profiles as of now, suppressed addresses, and mails that caps count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from envoi.clock import duration
from envoi.messages.caps import longest
from envoi.messages.gate import Known
from envoi.messages.ledger import MAY_HAVE_ARRIVED, State, Status

if TYPE_CHECKING:
    from envoi.clock import Clock, Instant
    from envoi.events.event import PersonId
    from envoi.messages.caps import Mail
    from envoi.messages.ledger import Entry
    from envoi.messages.port import Statement
    from envoi.messages.timing import Timing
    from envoi.people.latest import Latest
    from envoi.settings import Cap


class Timings(Protocol):
    """What is known of the time of every run."""

    def of(self, run: str, *, planned_at: Instant) -> Timing:
        """The timing of a run as the ledger calls it."""
        ...


#: Why each of these addresses is suppressed; those that are not are left out.
Suppressed = Callable[[Sequence[str]], Mapping[str, str]]
#: The other mails of these entries' people.
OtherMails = Callable[[Sequence["Entry"]], Mapping["PersonId", Sequence["Mail"]]]


def nothing_suppressed(_: Sequence[str]) -> Mapping[str, str]:
    """For who keeps no list."""
    return {}


def no_mails(_: Sequence[Entry]) -> Mapping[PersonId, Sequence[Mail]]:
    """For who counts no mails."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Asks each source once for many entries."""

    latest: Latest
    clock: Clock
    suppressed: Suppressed = nothing_suppressed
    mails: OtherMails = no_mails

    def __call__(self, entries: Sequence[Entry]) -> Mapping[str, Known]:
        """What is known now, by person."""
        # What was said since the last mail counts: an unsubscribe is in the log before it is in a profile.
        self.latest.refresh()
        now = self.clock.now()
        profiles = self.latest.get([entry.person for entry in entries])
        suppressed = self.suppressed([entry.address for entry in entries])
        mails = self.mails(entries)
        return {
            entry.person: Known(
                now=now,
                profile=profiles.get(entry.person),
                suppressed=suppressed.get(entry.address, ""),
                mails=mails.get(entry.person, ()),
            )
            for entry in entries
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedMails:
    """The other mails of people, as far as any cap counts them: from the ledger, within the asking transaction."""

    statement: Statement
    timings: Timings
    clock: Clock
    caps: Sequence[Cap]

    def __call__(self, entries: Sequence[Entry]) -> Mapping[PersonId, Sequence[Mail]]:
        """By person; all entries are of one campaign."""
        found: dict[PersonId, list[Mail]] = {}
        if not (self.caps and entries):
            return found
        since = self.clock.now() - duration(longest(self.caps) + _LONGEST_CAMPAIGN)
        runs = {name: run for name, run in self.statement.campaigns().items() if run.at > since}
        runs.pop(entries[0].campaign, None)
        timings = {name: self.timings.of(name, planned_at=run.at) for name, run in runs.items()}
        for other in self.statement.of([entry.person for entry in entries], list(runs)):
            is_sent = other.state in MAY_HAVE_ARRIVED
            if is_sent or (other.state in _TO_COME and runs[other.campaign].status is Status.SENDING):
                mail = timings[other.campaign].mail(other.at if is_sent else other.due, is_sent=is_sent)
                found.setdefault(other.person, []).append(mail)
        return found


#: A campaign that was planned longer ago than this is not being sent any more, as far as caps are concerned.
_LONGEST_CAMPAIGN = timedelta(days=31)
_TO_COME = frozenset({State.PLANNED, State.DEFERRED, State.CLAIMED})
