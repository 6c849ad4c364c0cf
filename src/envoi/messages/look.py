"""What the gate knows of some entries' people: profiles as of now, suppressed addresses, and mails that caps count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

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
    from envoi.people.profile import Profile
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


#: These people's places in a campaign.
Places = Callable[[str, Sequence["PersonId"]], Sequence["Entry"]]


def no_places(_campaign: str, _people: Sequence[PersonId]) -> Sequence[Entry]:
    """For who looks at no ledger."""
    return ()


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
    places: Places = no_places

    def __call__(self, entries: Sequence[Entry]) -> Mapping[str, Known]:
        """What is known now, by person."""
        # What was said since the last mail counts: an unsubscribe is in the log before it is in a profile.
        self.latest.refresh()
        now = self.clock.now()
        profiles = self.latest.get([entry.person for entry in entries])
        suppressed = self.suppressed([entry.address for entry in entries])
        called = {entry.person: self._called(entry.person, profiles.get(entry.person)) for entry in entries}
        # By whatever id they were written to before.
        also = [replace(entry, person=name) for entry in entries for name in called[entry.person][1:]]
        mails = self.mails([*entries, *also])
        return {
            entry.person: Known(
                now=now,
                profile=profiles.get(entry.person),
                suppressed=suppressed.get(entry.address, ""),
                same_as=self._same(entry, profiles.get(entry.person), called[entry.person]),
                mails=[mail for name in called[entry.person] for mail in mails.get(name, ())],
            )
            for entry in entries
        }

    def _called(self, person: PersonId, profile: Profile | None) -> list[PersonId]:
        """All ids under which the person may be in a ledger, this one first."""
        if profile is None or not (profile.once or profile.person != person):
            return [person]
        names = [profile.person, *profile.once]
        now = self.latest.get(names)
        # Of these ids one may be somebody's own again.
        also = (name for name in names if name != person and name in now and now[name].person == profile.person)
        return [person, *also]

    def _same(self, entry: Entry, profile: Profile | None, called: Sequence[PersonId]) -> str:
        """Who of the same campaign turned out to be the same person, and gets the mail; empty if nobody."""
        if profile is None or len(called) == 1:
            return ""
        first = min(self.places(entry.campaign, called), key=_turn(profile.person), default=entry)
        return "" if first.person == entry.person else first.person


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


def _turn(survivor: PersonId) -> Callable[[Entry], tuple[int, bool, PersonId]]:
    """Who gets the one mail: who has it, or may have; then who is to get it, by the id of now, or by another."""

    def turn(entry: Entry) -> tuple[int, bool, PersonId]:
        has_it = entry.state in MAY_HAVE_ARRIVED
        return 0 if has_it else 1 if entry.state in _TO_COME else 2, entry.person != survivor, entry.person

    return turn


#: A campaign that was planned longer ago than this is not being sent any more, as far as caps are concerned.
_LONGEST_CAMPAIGN = timedelta(days=31)
_TO_COME = frozenset({State.PLANNED, State.DEFERRED, State.CLAIMED})
