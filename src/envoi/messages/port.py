"""What messages need from outside: a ledger that survives any crash, and a server that takes mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from envoi.clock import Instant
    from envoi.messages.ledger import Audience, Entry, Lease, Receipt, State


class Ledger(Protocol):
    """One row per (campaign, person) and per (campaign, address), each in exactly one state (ledger.py)."""

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """Freezes the audience in one commit; False, and nothing changes, if the campaign was planned before.

        People who will not be written to are in it too, already `skipped` with their reasons. A second person with the
        same address becomes `skipped` with the reason "same address as another person".

        Raises:
            Conflict: the entries are no plan of this campaign: see `freeze`.
        """
        ...

    def begin(self, campaign: str) -> int:
        """Numbers a run of a worker through the campaign, from 1; see `Lease.run`.

        Raises:
            NotFound: the campaign was never planned.
        """
        ...

    def claim(self, campaign: str, lease: Lease, *, gate: Callable[[Entry], str]) -> list[Entry]:
        """Takes up to `lease.size` planned or deferred entries for one worker; none only if there is nothing to take.

        Entries whose lease has run out are taken again with a higher fence, unless they were `submitting`: those become
        `unknown`, since the mail may have been accepted. `gate` is asked inside the transaction; an answer that is not
        empty is the reason for which the entry becomes `skipped` and is not returned.
        """
        ...

    def submitting(self, entry: Entry, *, at: Instant, gate: Callable[[Entry], str]) -> bool:
        """Commits that `entry` is about to be handed over; False if nothing may be sent.

        That is when the lease was lost, or when `gate`, asked again inside this transaction, has closed since the
        claim: then the entry becomes `skipped` for the gate's reason.
        """
        ...

    def settle(self, entry: Entry, receipt: Receipt) -> bool:
        """Commits how it ended; False, and nothing changes, if the lease was lost meanwhile."""
        ...


class Statement(Protocol):
    """What a ledger says when asked; reading never changes a state."""

    def campaigns(self) -> Mapping[str, Audience]:
        """Every planned campaign and its frozen audience."""
        ...

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """How many entries are in each state, by reason; the sum is the frozen audience."""
        ...

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """The entries of a campaign, a person or a state (empty: any), ordered by campaign and person."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A finished message on its way to a server."""

    message_id: str
    sender: str
    recipient: str
    data: bytes


class Mailer(Protocol):
    """Something that takes mail."""

    def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
        """Hands one message over and says what became of it; refusals and lost connections are receipts, not errors.

        `before_dot` is called at most once, after the server agreed to take the message and before it can have accepted
        it; if it raises, the message is not handed over and the exception passes through.

        Raises:
            Unreachable: no server answered; nothing was handed over.
            MailerBusy: the server asked us to slow down; nothing was handed over.
            ProjectError: the server takes nothing from this sender; nothing was handed over.
        """
        ...

    def close(self) -> None:
        """Ends the connection; sending again opens a new one."""
        ...
