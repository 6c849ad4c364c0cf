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
    entries = list(statement.entries(campaign, limit=audience.size + 1))
    by_state = Counter(entry.state for entry in entries)
    return Proof(
        campaign=campaign,
        planned_at=audience.at,
        audience=audience.size,
        by_state=by_state,
        by_reason=_reasons(entries),
        problems=(
            *_sums(entries, audience.size),
            *_against_tally(by_state, statement.tally(campaign)),
            *_against_delivered(entries, delivered),
        ),
        advice=(*_of_status(campaign, audience.status), *_of_left(entries), *_of_unknown(campaign, entries, delivered)),
    )


def _reasons(entries: list[Entry]) -> dict[State, Counter[str]]:
    found: dict[State, Counter[str]] = {}
    for entry in entries:
        if entry.reason:
            found.setdefault(entry.state, Counter())[entry.reason] += 1
    return found


def _sums(entries: list[Entry], audience: int) -> list[str]:
    people = Counter(entry.person for entry in entries)
    addresses = Counter(entry.address for entry in entries if entry.state is not State.SKIPPED)
    problems = [f"person {person!r} is in {count} states" for person, count in people.items() if count > 1]
    problems += [f"{count} people are written to at {address!r}" for address, count in addresses.items() if count > 1]
    if len(people) != audience:
        problems.append(f"{audience} people were planned, and the ledger holds {len(people)}")
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


def _against_delivered(entries: list[Entry], delivered: Set[str] | None) -> list[str]:
    if delivered is None:
        return []
    accepted = {entry.message_id for entry in entries if entry.state is State.ACCEPTED}
    possible = {entry.message_id for entry in entries if entry.state in MAY_HAVE_ARRIVED}
    lost, extra = sorted(accepted - delivered), sorted(delivered - possible)
    problems = [f"{len(lost)} accepted messages did not arrive, {lost[0]} for one"] if lost else []
    return [*problems, f"{len(extra)} messages arrived that were not sent, {extra[0]} for one"] if extra else problems


def _of_status(campaign: str, status: Status) -> list[str]:
    said = {
        Status.PAUSED: f"it is paused: 'envoi resume {campaign}' lets it go on",
        Status.CANCELLED: "it was cancelled: what was not sent by then never is",
        Status.RESTORED: f"it was restored from a backup: 'envoi resume {campaign} --restored' lets it go on",
    }
    return [said[status]] if status in said else []


def _of_left(entries: list[Entry]) -> list[str]:
    left = [entry for entry in entries if entry.state not in FINAL]
    put_off = [entry.due for entry in left if entry.state is State.DEFERRED]
    advice = [f"{_are(len(left))} not sent yet: send again to go on"] if left else []
    if put_off:
        were = "was put off, and is" if len(put_off) == 1 else "were put off, and are"
        advice.append(f"of these, {len(put_off)} {were} tried again from {iso(min(put_off))} on")
    return advice


def _of_unknown(campaign: str, entries: list[Entry], delivered: Set[str] | None) -> list[str]:
    unknown = [entry for entry in entries if entry.state is State.UNKNOWN]
    if not unknown:
        return []
    if delivered is not None:
        arrived = sum(entry.message_id in delivered for entry in unknown)
        return [f"of {len(unknown)} unknown, {arrived} arrived; none is sent again"]
    which, them = ("its message id", "it") if len(unknown) == 1 else ("their message ids", "them")
    again = f"'envoi resume {campaign} --unknown' sends {them} once more"
    are = "is" if len(unknown) == 1 else "are"
    what = f"{len(unknown)} may or may not have arrived and {are} not sent again"
    return [f"{what}: look for {which} at the mail server; {again}"]


def _are(count: int) -> str:
    return f"{count} is" if count == 1 else f"{count} are"
