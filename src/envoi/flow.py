"""The whole story on one screen: what happens, who everyone is, what each gets, and the mail on its way.

    on_event    clean events, now -> append to the log -> judge the segments -> who moves is in the log too: one commit
    on_events   clean events -> append to the log -> fold each person -> extend history
    in_bulk     audience -> consent -> holdout -> content and products -> record the decisions -> freeze the ledger
    send        claim -> consent as of now -> compose -> submit -> settle -> what became of it goes back into the log

The log is the truth. Profiles and history are folds of it and catch up by themselves after a crash; a decision is in
the log before its mail can be in the ledger; the ledger lets each mail out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from envoi.campaigns.compose import Press, compose
from envoi.campaigns.plan import Known, plan
from envoi.campaigns.proof import proofed
from envoi.decisions.decision import as_event, from_event
from envoi.errors import NotFound
from envoi.events.event import ENVOI, Event, PersonId, Stored
from envoi.events.port import Archive, Batch, EventLog
from envoi.messages.delivery import Delivered, Desk, Skip, Worker, deliver
from envoi.messages.ledger import Entry, Receipt, State
from envoi.messages.mime import to_bytes
from envoi.messages.outcome import NAMES, outcome
from envoi.messages.port import Ledger, Mailer, Outgoing, Statement
from envoi.people.consent import refusal
from envoi.people.profile import Profile, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from envoi.campaigns.campaign import Campaign
    from envoi.clock import Clock, Instant
    from envoi.conditions.bind import Definitions
    from envoi.people.port import ProfileStore
    from envoi.segments.watch import Watch
    from envoi.tables import Tables

#: How many events are folded at a time.
BATCH = 10_000
#: How many events are judged, or folded into profiles, in one commit when there are many at once.
PAGE = 1_000
_EVERYONE = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where everything is kept."""

    log: EventLog
    archive: Archive
    people: ProfileStore
    tables: Tables
    ledger: Ledger
    statement: Statement


def on_events(stores: Stores, batches: Iterable[Batch]) -> Iterator[list[Stored]]:
    """Takes in cleaned events, and gives back what was new of each batch; a repeated event changes nothing."""
    catch_up(stores)
    for batch in batches:
        stored = stores.log.append(batch)
        if stored and stored[0].seq > stores.tables.head() + 1:
            # Another process wrote in between: what it wrote is folded first.
            catch_up(stores)
        else:
            fold_in(stores, stored)
        yield stored


def on_event(log: EventLog, watch: Watch, batch: Batch, now: Instant) -> list[Stored]:
    """Takes in what has just arrived, and what time has done meanwhile; when it returns, all that followed is kept.

    Who entered or left a segment by it is in the same commit: as events, and in the memberships.
    """

    def follow(new: Sequence[Stored]) -> list[tuple[PersonId, Event]]:
        missed: Iterable[Stored] = ()
        if new and new[0].seq > watch.head + 1:
            # Another process wrote in between: what it wrote is judged first.
            missed = takewhile(lambda one: one.seq < new[0].seq, log.read(after=watch.head))
        return watch.follow([*missed, *new], now)

    return log.append(batch, follow)


def keep_up(log: EventLog, watch: Watch, *, pages: int = 1) -> bool:
    """Judges some pages of what the log has and the judge has not seen, as of then; False if there was none.

    What another process wrote is judged so, and after a crash what had not been saved.
    """
    stored = list(islice(log.read(after=watch.head), pages * PAGE))
    left = iter([stored[start : start + PAGE] for start in range(0, len(stored), PAGE)])
    # What was told before a crash comes soon after its cause: that it is there is seen here, and need not be looked up.
    told = {one.event.id for one in stored if one.event.source == ENVOI}

    def follow(_: Sequence[Stored]) -> list[tuple[PersonId, Event]]:
        # What follows is at the end of the log: its turn comes with its page.
        found = [each for page in left for each in watch.follow(page, page[-1].event.seen_at)]
        return [(person, event) for person, event in found if event.id not in told]

    if stored:
        log.append(Batch(), follow)
    return bool(stored)


def catch_up(stores: Stores) -> None:
    """Folds what the log has and profiles or history have not: after a crash between the two."""
    catch_up_profiles(stores.log, stores.people)
    for stored in _in_batches(stores.log.read(after=stores.tables.head()), BATCH):
        stores.tables.write(stored)


def catch_up_profiles(log: EventLog, people: ProfileStore) -> None:
    """Folds what the log has and profiles have not, a little in each commit: others want to write meanwhile."""
    for stored in _in_batches(log.read(after=people.position()), PAGE):
        fold_profiles(people, stored)


def fold_in(stores: Stores, stored: Sequence[Stored]) -> None:
    """Folds events into their people's profiles and into history; those folded before change nothing."""
    fold_profiles(stores.people, stored)
    stores.tables.write(stored)


def fold_profiles(people: ProfileStore, stored: Sequence[Stored]) -> None:
    """Folds events into their people's profiles alone."""
    profiles: dict[PersonId, Profile] = people.get(list({one.person for one in stored}))
    for one in stored:
        profiles[one.person] = fold(profiles.get(one.person), one)
    people.put(list(profiles.values()))


def as_of_now(archive: Archive, people: ProfileStore, person: PersonId) -> Profile | None:
    """The person's profile with all that the log has of them, folded in already or not."""
    behind = people.position()
    profile = people.get([person]).get(person)
    for one in archive.of(person, after=behind):
        profile = fold(profile, one)
    return profile


def in_bulk(
    campaign: Campaign, stores: Stores, definitions: Definitions, at: Instant, *, press: Press | None = None
) -> bool:
    """Decides for everyone in the campaign's audience at `at` and freezes the ledger; False if that was done before.

    With a `press` each mail is tried first: what breaks on a person's data is among the reasons of their decision.
    Every decision is in the log before anyone's mail is in the ledger; a crash in between repeats the same decisions.
    """
    if campaign.name in stores.statement.campaigns():
        return False
    planned = plan(campaign, Known(definitions=definitions, tables=stores.tables, people=stores.people), at)
    if press:
        planned = proofed(press, planned, stores.people)
    decisions = [(one.person, as_event(one.decision)) for one in planned if one.decision]
    record(stores, decisions)
    recorded = {one.person: one.seq for one in stores.archive.find(ENVOI, [event.id for _, event in decisions])}
    entries = [
        Entry(
            campaign=campaign.name,
            person=one.person,
            address=one.address,
            decision=recorded.get(one.person, 0),
            state=State.SKIPPED if one.skip else State.PLANNED,
            reason=one.skip,
        )
        for one in planned
    ]
    return stores.ledger.plan(campaign.name, entries, at=at)


def record(stores: Stores, events: Sequence[tuple[PersonId, Event]]) -> None:
    """Writes what Envoi itself did into the log, and folds it; doing it again changes nothing."""
    batches = (Batch(events=events[start : start + BATCH]) for start in range(0, len(events), BATCH))
    for _ in on_events(stores, batches):
        pass


def send(
    press: Press,
    stores: Stores,
    mailer: Mailer,
    clock: Clock,
    *,
    on_settled: Callable[[Entry, Receipt], None] = lambda *_: None,
) -> Delivered:
    """Sends what the campaign's ledger has left to send, each person at most once, and logs what became of it."""

    def gate(entry: Entry) -> str:
        # What was said since the last mail counts: an unsubscribe is in the log before it is in a profile.
        catch_up_profiles(stores.log, stores.people)
        profile = stores.people.get([entry.person]).get(entry.person)
        return refusal(profile, press.campaign.purpose) if profile else "erased"

    def render(entry: Entry) -> Outgoing | Skip:
        return outgoing(press, stores, entry)

    desk = Desk(ledger=stores.ledger, mailer=mailer, clock=clock, gate=gate, render=render)
    delivered = deliver(press.campaign.name, desk, worker=Worker(name="local"), on_settled=on_settled)
    log_outcomes(stores, press.campaign.name)
    return delivered


def outgoing(press: Press, stores: Stores, entry: Entry) -> Outgoing:
    """The mail of one ledger entry, composed from its recorded decision: the same bytes every time.

    Raises:
        NotFound: the person or the decision is gone.
        TemplateError, DataError: the mail cannot be made from this person's data.
    """
    decisions = stores.archive.fetch([entry.decision])
    profile = stores.people.get([entry.person]).get(entry.person)
    if not decisions or profile is None:
        raise NotFound(f"person {entry.person!r} has no decision or no profile any more")
    message = compose(press, from_event(decisions[0]), profile, entry.message_id)
    return Outgoing(
        message_id=message.id, sender=message.sender.address, recipient=message.to.address, data=to_bytes(message)
    )


def log_outcomes(stores: Stores, campaign: str) -> None:
    """Logs how each of a campaign's mails ended; doing it again changes nothing."""
    entries = [entry for state in NAMES for entry in stores.statement.entries(campaign, state=state, limit=_EVERYONE)]
    record(stores, [(entry.person, outcome(entry)) for entry in entries])


def _in_batches(stored: Iterator[Stored], size: int) -> Iterator[list[Stored]]:
    while batch := list(islice(stored, size)):
        yield batch
