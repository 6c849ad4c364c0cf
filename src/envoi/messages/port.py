"""What messages need from outside: a ledger that survives any crash, and servers that take mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from envoi.messages.ledger import Entry
from envoi.messages.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envoi.clock import Instant
    from envoi.errors import EnvoiError
    from envoi.events.event import PersonId
    from envoi.messages.ledger import Audience, Lease, Receipt, State, Turned, Work
    from envoi.messages.links import Link
    from envoi.messages.order import Given, Order
    from envoi.messages.suppression import Key, Standing

#: Says of each entry whether it may be sent now, in their order; asked within the transaction that acts on it.
Gate = Callable[[Sequence[Entry]], Sequence[Verdict]]
#: Is told within the transaction what ended in it or was deferred, so that the log can say so in the same commit.
Book = Callable[[Sequence[Entry]], None]


class Ledger(Protocol):
    """One row per (campaign, person) and per (campaign, address), each in exactly one state (ledger.py)."""

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """Freezes the audience; False, and nothing changes, if the campaign was planned before.

        It becomes so in one commit at the end. Until then nothing of it is there for anybody, though it is written some
        thousand entries at a time, so that others can write meanwhile; and while it waits for an entry, no transaction
        is open. What a process left behind that died on the way is cleared away by the next plan.

        People who will not be written to are in it too, already `skipped` with their reasons. A second person with the
        same address becomes `skipped` with the reason "same address as another person".

        Raises:
            Conflict: the entries are no plan of this campaign (see `freeze`), or another process has begun to plan it.
            Restored: mail of this campaign went out that this ledger does not know of.
        """
        ...

    def begin(self, campaign: str, worker: str, *, at: Instant, early: bool = False) -> None:
        """Begins a run of a worker: what it held when it stopped is free again, or `unknown` if it was submitting.

        With `early`, what is deferred may be tried again at once.

        Raises:
            NotFound: the campaign was never planned.
            Restored: mail went out that this ledger does not know of; nothing is sent until a person says so.
        """
        ...

    def turn(self, campaign: str, work: Work, lease: Lease, *, gate: Gate, book: Book) -> Turned:
        """One commit: books what ended, lets go what is ready, and claims more; all of it or, if it raises, nothing.

        What others hold and did not finish in time is free again, with a higher fence when it is claimed, so that they
        can neither let it go nor book it; what they were submitting becomes `unknown`, since it may have been accepted.

        Raises:
            NotFound: the campaign was never planned.
        """
        ...

    def order(self, campaign: str, order: Order, *, at: Instant) -> int:
        """Commits what a person wants done with a campaign, with who and when; returns how many entries it moved.

        Raises:
            NotFound: the campaign was never planned.
            Conflict: it cannot be done with a campaign in this status.
        """
        ...


class Statement(Protocol):
    """What a ledger says when asked; reading never changes a state."""

    def of(self, people: Sequence[PersonId], campaigns: Sequence[str]) -> Sequence[Entry]:
        """These people's entries in these campaigns."""
        ...

    def campaigns(self) -> Mapping[str, Audience]:
        """Every planned campaign and its frozen audience."""
        ...

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """How many entries are in each state, by reason; the sum is the frozen audience."""
        ...

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """The entries of a campaign, a person or a state (empty: any), ordered by campaign and person."""
        ...

    def orders(self, campaign: str) -> Sequence[Given]:
        """What people ordered for a campaign, in order of time."""
        ...


class Agenda(Protocol):
    """When a ledger has something to do."""

    def due(self, campaign: str) -> Instant | None:
        """When the first of a campaign's entries is due, or free again if a worker has it; None if all are settled."""
        ...


class LinkTable(Protocol):
    """Where the links of mails lead: kept for as long as the mails may be read."""

    def add(self, links: Sequence[Link]) -> None:
        """Stores these in one commit; one that is there already stays as it is.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
        """
        ...

    def find(self, name: str) -> Link | None:
        """The link with this id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A finished message on its way to a server."""

    message_id: str
    #: The envelope sender, where bounces go.
    sender: str
    recipient: str
    data: bytes

    @property
    def domain(self) -> str:
        """The destination, by which rates and back-off are kept.

        >>> Outgoing(message_id="1", sender="a@b.example", recipient="Anna@Example.ORG", data=b"").domain
        'example.org'
        """
        return self.recipient.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Ready:
    """The server waits for this message; nothing can have been accepted yet."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a message; before its release it can only be deferred or rejected."""

    message_id: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Stopped:
    """No server answers, it wants to be left alone, or it refuses this sender: Unreachable, MailerBusy, ProjectError.

    Every message that was offered and not released comes back as `Settled` and deferred.
    """

    error: EnvoiError


Notice = Ready | Settled | Stopped


class Mailer(Protocol):
    """Takes many messages at once; says when a server waits for each, and what became of it. One thread calls it."""

    def room(self) -> int:
        """How many more it takes now; 0 while all is busy."""
        ...

    def offer(self, outgoing: Outgoing) -> None:
        """Begins to hand a message over; nothing can have been accepted before its release."""
        ...

    def poll(self, wait_s: float) -> Sequence[Notice]:
        """What happened since the last call; waits up to `wait_s` seconds for something to happen."""
        ...

    def release(self, message_id: str, *, go: bool) -> None:
        """Lets a message go that is `Ready` (its final dot, or its request), or withdraws it: then no more is heard."""
        ...

    def close(self) -> None:
        """Ends all connections; what was not settled by then is not heard of any more. Offering opens new ones."""
        ...


class SuppressionList(Protocol):
    """What is known of addresses that mail may not go to (suppression.py); it outlives the erasure of a person."""

    def get(self, keys: Sequence[Key]) -> dict[Key, Standing]:
        """What is known of those of these addresses of which anything is."""
        ...

    def add(self, standings: Iterable[Standing]) -> None:
        """Stores these in one commit, each merged with what was known; adding again changes nothing.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
            StoreBusy: another process kept the list locked too long; then none is stored.
        """
        ...

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Standing]:
        """Up to `limit` of them with a key >= `start`, ordered by key."""
        ...
