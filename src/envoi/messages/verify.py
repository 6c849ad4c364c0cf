"""Shows that every person of a frozen audience is in exactly one state, that the sums match, and what is left to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.clock import iso
from envoi.errors import NotFound, did_you_mean
from envoi.messages.ledger import FINAL, MAY_HAVE_ARRIVED, State, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from envoi.clock import Instant
    from envoi.messages.ledger import Entry
    from envoi.messages.port import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a ledger says about one campaign, counted anew."""

    campaign: str
    planned_at: Instant
    #: How many people the plan froze.
    audience: int
    by_state: Mapping[State, int]
    #: By state, then by reason; entries without a reason are not in it.
    by_reason: Mapping[State, Mapping[str, int]]
    #: What does not add up; empty is the proof.
    problems: tuple[str, ...]
    #: What a person may want to do next.
    advice: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything adds up; a campaign that is still under way may."""
        return not self.problems

    @property
    def left(self) -> int:
        """How many people are not in a final state yet."""
        return sum(count for state, count in self.by_state.items() if state not in FINAL)

    @property
    def finished(self) -> bool:
        """Whether everyone is in one final state and the sums match."""
        return self.ok and not self.left


def verify(statement: Statement, campaign: str, *, delivered: Set[str] | None = None) -> Proof:
    """Counts a campaign's entries anew and holds them against the frozen audience and the ledger's own tally.

    `delivered` holds the message ids that arrived, of this campaign only, where that is known: all that was accepted
    must be among them, and none that cannot have been sent.

    Raises:
        NotFound: the campaign was never planned.
    """
    planned = statement.campaigns()
    if campaign not in planned:
        raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, planned))
    audience = planned[campaign]
    # One more than there should be, so that one too many is seen.
    count = _Count(delivered)
    for entry in statement.entries(campaign, limit=audience.size + 1):
        count.add(entry)
    return Proof(
        campaign=campaign,
        planned_at=audience.at,
        audience=audience.size,
        by_state=count.by_state,
        by_reason=count.by_reason,
        problems=(
            *_sums(count, audience.size),
            *_against_tally(count.by_state, statement.tally(campaign)),
            *_against_delivered(count),
        ),
        advice=(*_of_status(campaign, audience.status), *_of_left(count), *_of_unknown(campaign, count)),
    )


class _Count:
    """What entries add up to; each is looked at once and let go, since there may be millions."""

    def __init__(self, delivered: Set[str] | None) -> None:
        self.delivered = delivered
        self.by_state: Counter[State] = Counter()
        self.by_reason: dict[State, Counter[str]] = {}
        #: How often each person, and each address that is written to, came.
        self.people: Counter[str] = Counter()
        self.addresses: Counter[str] = Counter()
        #: When what was put off is tried again.
        self.put_off: list[Instant] = []
        #: Accepted, and not delivered.
        self.lost: list[str] = []
        #: Delivered by entries that may have arrived, and of these the unknown ones.
        self.arrived: set[str] = set()
        self.unknown_arrived = 0

    def add(self, entry: Entry) -> None:
        """One more."""
        state = entry.state
        self.by_state[state] += 1
        if entry.reason:
            self.by_reason.setdefault(state, Counter())[entry.reason] += 1
        self.people[entry.person] += 1
        if state is not State.SKIPPED:
            self.addresses[entry.address] += 1
        if state is State.DEFERRED:
            self.put_off.append(entry.due)
        # The mails of who was erased are gone, and so are their ids.
        if self.delivered is not None and state in MAY_HAVE_ARRIVED and not entry.is_erased:
            self._look_for(entry.message_id, state)

    def _look_for(self, message_id: str, state: State) -> None:
        if message_id in (self.delivered or ()):
            self.arrived.add(message_id)
            self.unknown_arrived += state is State.UNKNOWN
        elif state is State.ACCEPTED:
            self.lost.append(message_id)


def _sums(count: _Count, audience: int) -> list[str]:
    problems = [f"person {person!r} is in {times} states" for person, times in count.people.items() if times > 1]
    doubled = ((address, times) for address, times in count.addresses.items() if times > 1)
    problems += [f"{times} people are written to at {address!r}" for address, times in doubled]
    if len(count.people) != audience:
        problems.append(f"{audience} people were planned, and the ledger holds {len(count.people)}")
    return problems


def _against_tally(by_state: Counter[State], tally: Mapping[tuple[State, str], int]) -> list[str]:
    told: Counter[State] = Counter()
    for (state, _), count in tally.items():
        told[state] += count
    return [
        f"the tally says {told[state]} {state}, and there are {by_state[state]}"
        for state in State
        if told[state] != by_state[state]
    ]


def _against_delivered(count: _Count) -> list[str]:
    lost, extra = count.lost, (count.delivered or set()) - count.arrived
    problems = [f"{len(lost)} accepted messages did not arrive, {min(lost)} for one"] if lost else []
    return [*problems, f"{len(extra)} messages arrived that were not sent, {min(extra)} for one"] if extra else problems


def _of_status(campaign: str, status: Status) -> list[str]:
    said = {
        Status.PAUSED: f"it is paused: 'envoi resume {campaign}' lets it go on",
        Status.CANCELLED: "it was cancelled: what was not sent by then never is",
        Status.RESTORED: f"it was restored from a backup: 'envoi resume {campaign} --restored' lets it go on",
    }
    return [said[status]] if status in said else []


def _of_left(count: _Count) -> list[str]:
    left = sum(some for state, some in count.by_state.items() if state not in FINAL)
    advice = [f"{_are(left)} not sent yet: send again to go on"] if left else []
    if put_off := count.put_off:
        were = "was put off, and is" if len(put_off) == 1 else "were put off, and are"
        advice.append(f"of these, {len(put_off)} {were} tried again from {iso(min(put_off))} on")
    return advice


def _of_unknown(campaign: str, count: _Count) -> list[str]:
    unknown = count.by_state[State.UNKNOWN]
    if not unknown:
        return []
    if count.delivered is not None:
        return [f"of {unknown} unknown, {count.unknown_arrived} arrived; none is sent again"]
    which, them = ("its message id", "it") if unknown == 1 else ("their message ids", "them")
    again = f"'envoi resume {campaign} --unknown' sends {them} once more"
    are = "is" if unknown == 1 else "are"
    what = f"{unknown} may or may not have arrived and {are} not sent again"
    return [f"{what}: look for {which} at the mail server; {again}"]


def _are(count: int) -> str:
    return f"{count} is" if count == 1 else f"{count} are"
