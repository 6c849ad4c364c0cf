"""The whole story on one screen: what happens, who everyone is, what each gets, and the mail on its way.

    on_event    clean events, now -> append to the log -> judge the segments -> who moves is in the log too: one commit
    on_events   clean events -> append to the log -> fold each person -> extend history
    in_bulk     audience -> consent -> holdout -> content and products -> record the decisions -> freeze the ledger
    send        claim -> gate as of now -> compose -> submit -> settle, and what became of it goes back into the log

The log is the truth. Profiles and history are folds of it and catch up by themselves after a crash; a decision is in
the log before its mail can be in the ledger; the ledger lets each mail out once.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from operator import attrgetter
from typing import TYPE_CHECKING

from envoi.campaigns.mailing import Mailing
from envoi.campaigns.plan import Known, Planned, plan_in_lots
from envoi.campaigns.proof import Proof
from envoi.campaigns.timing import dated, timing_of
from envoi.decisions.decision import as_event
from envoi.errors import Conflict
from envoi.events.event import ENVOI, NOBODY, Event, PersonId, Stored
from envoi.events.port import Archive, Batch, EventLog
from envoi.messages.alarm import Alarm
from envoi.messages.delivery import Delivered, Desk, Worker, deliver, keep_none, never
from envoi.messages.gate import consent, gate_of, one_mail, suppression
from envoi.messages.ledger import Entry, State
from envoi.messages.look import Look, no_mails, nothing_suppressed
from envoi.messages.order import Command, Order
from envoi.messages.outcome import NAMES, outcome
from envoi.messages.warm_up import warmed
from envoi.people.folding import Folding, survivor
from envoi.people.identity import home_of
from envoi.people.latest import Latest
from envoi.people.profile import is_silent
from envoi.people.regroup import concerned, related
from envoi.people.story import given_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.compose import Press
    from envoi.clock import Clock, Instant
    from envoi.conditions.bind import Definitions
    from envoi.messages.dkim import Signer
    from envoi.messages.gate import Check
    from envoi.messages.look import OtherMails, Suppressed
    from envoi.messages.port import Ledger, LinkTable, Mailer, Statement
    from envoi.messages.warm_up import DayBook, Warmth
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile
    from envoi.segments.watch import Watch
    from envoi.tables import Tables

#: How many events are folded at a time.
BATCH = 10_000
#: How many events are judged, or folded into profiles, in one commit when there are many at once.
PAGE = 1_000

_SEQ = attrgetter("seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where everything is kept that sending needs."""

    log: EventLog
    archive: Archive
    people: ProfileStore
    ledger: Ledger
    statement: Statement
    #: Where the links of mails lead; None where none is followed.
    targets: LinkTable | None = None
    #: How many mails a day has seen; None where no domain is warmed up.
    days: DayBook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores(Post):
    """Where everything is kept."""

    tables: Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a campaign is sent this time."""

    mailer: Mailer
    clock: Clock
    worker: Worker = field(default_factory=lambda: Worker(name="local"))
    #: What the gate asks beside consent and suppression.
    checks: Sequence[Check] = ()
    suppressed: Suppressed = nothing_suppressed
    mails: OtherMails = no_mails
    #: What the first days of the sender's domain allow; None: as much as there is.
    warmth: Warmth | None = None
    signers: Sequence[Signer] = ()
    return_path: Callable[[str], str] | None = None
    #: See `Desk.ends`.
    ends: Callable[[float], bool] = never
    #: Hears of each lot that ended, or was deferred, once it is committed.
    on_settled: Callable[[Sequence[Entry]], None] = keep_none


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
    catch_up_profiles(stores.log, stores.people, stores.archive)
    for stored in _in_batches(stores.log.read(after=stores.tables.head()), BATCH):
        stores.tables.write(stored, given_back(stores.archive, stored))


def catch_up_profiles(log: EventLog, people: ProfileStore, archive: Archive) -> None:
    """Folds what the log has and profiles have not, a little in each commit: others want to write meanwhile."""
    for stored in _in_batches(log.read(after=people.position()), PAGE):
        fold_profiles(people, stored, archive)


def fold_in(stores: Stores, stored: Sequence[Stored]) -> None:
    """Folds events into their people's profiles and into history; those folded before change nothing."""
    fold_profiles(stores.people, stored, stores.archive)
    stores.tables.write(stored, given_back(stores.archive, stored))


def fold_profiles(people: ProfileStore, stored: Sequence[Stored], archive: Archive) -> None:
    """Folds events into their people's profiles alone."""
    # Nobody's is what was erased; what Envoi decides and sends tells nothing of its people.
    telling = [one for one in stored if one.person != NOBODY and not is_silent(one.event)]
    folding = Folding(people.get, archive)
    folding.expect(who for one in telling for who in concerned(one))
    for one in telling:
        folding.fold(one)
    if stored:
        people.put(list(folding.profiles.values()), upto=stored[-1].seq)


def as_of_now(archive: Archive, people: ProfileStore, person: PersonId) -> Profile | None:
    """The person's profile with all that the log has of them, folded in already or not.

    Of someone who turned out to be somebody else it is that person's.
    """
    behind = people.position()
    known = survivor(people.get, person)
    names = related(archive.regrouped(after=behind), {person, known.person if known else person})
    folding = Folding(people.get, archive)
    for one in sorted((one for name in names for one in archive.of(name, after=behind)), key=_SEQ):
        folding.fold(one)

    def get(names: Sequence[PersonId]) -> dict[PersonId, Profile]:
        folding.expect(names)
        return folding.profiles

    return survivor(get, person)


def in_bulk(
    campaign: Campaign, stores: Stores, definitions: Definitions, at: Instant, *, press: Press | None = None
) -> bool:
    """Decides for everyone in the campaign's audience at `at` and freezes the ledger; False if that was done before.

    With a `press` each mail is tried first: what breaks on a person's data is among the reasons of their decision.
    Every decision is in the log before anyone's mail is in the ledger; a crash in between repeats the same decisions.
    """
    if campaign.name in stores.statement.campaigns():
        return False
    known = Known(definitions=definitions, tables=stores.tables, people=stores.people)
    proof = Proof(press) if press else None

    def entries() -> Iterator[Entry]:
        for some in plan_in_lots(campaign, known, at):
            if press and proof:
                some = proof.of(dated(timing_of(press.campaign, press.settings, at), some))  # noqa: PLW2901
            yield from _recorded(campaign, stores, some)

    return stores.ledger.plan(campaign.name, entries(), at=at)


def _recorded(campaign: Campaign, stores: Stores, planned: Sequence[Planned]) -> list[Entry]:
    """The entries of these people; their decisions are in the log."""
    decisions = [(one.person, as_event(one.decision)) for one in planned if one.decision]
    new = record(stores, decisions)
    # Those of a plan that was interrupted are there already.
    found = new if len(new) == len(decisions) else stores.archive.find(ENVOI, [event.id for _, event in decisions])
    # By the ids of the plan: somebody may turn out to be another meanwhile.
    seqs = {home_of(one.event, otherwise=one.person): one.seq for one in found}
    return [
        Entry(
            campaign=campaign.name,
            person=one.person,
            address=one.address,
            decision=seqs.get(one.person, 0),
            state=State.SKIPPED if one.skip else State.PLANNED,
            reason=one.skip,
            due=one.due,
        )
        for one in planned
    ]


def record(stores: Stores, events: Sequence[tuple[PersonId, Event]]) -> list[Stored]:
    """Writes what Envoi itself did into the log, folds it, and gives back what was new; again, it changes nothing."""
    batches = (Batch(events=events[start : start + BATCH]) for start in range(0, len(events), BATCH))
    return [one for some in on_events(stores, batches) for one in some]


def send(press: Press, post: Post, run: Run) -> Delivered:
    """Sends what the campaign's ledger has left to send, each person at most once.

    What became of each mail is in the log by the same commit as in the ledger; history may be closed meanwhile, and
    catches up later.
    """
    # What is folded here need not be folded again and again while sending.
    catch_up_profiles(post.log, post.people, post.archive)
    latest = Latest(post.log, post.people, post.archive)
    campaign = press.campaign
    look = Look(
        latest=latest,
        clock=run.clock,
        suppressed=run.suppressed,
        mails=run.mails,
        places=lambda name, people: post.statement.of(people, [name]),
    )
    checks = (consent(campaign.purpose, campaign.kind), one_mail(), suppression(), *run.checks)
    mailing = Mailing(
        press=press,
        archive=post.archive,
        latest=latest,
        targets=post.targets,
        signers=run.signers,
        return_path=run.return_path,
    )

    logged: list[Stored] = []
    alarm = Alarm()

    def book(settled: Sequence[Entry]) -> None:
        outcomes = [(entry.person, outcome(entry)) for entry in settled if entry.state in NAMES]
        logged[:] = post.log.append(Batch(events=outcomes)) if outcomes else []

    def on_settled(settled: Sequence[Entry]) -> None:
        # Only now is it committed.
        latest.pass_over(logged)
        if latest.has_many_news:
            # Nobody else does it; a little between two turns, since others want to write.
            for stored in islice(_in_batches(post.log.read(after=post.people.position()), PAGE), 1):
                fold_profiles(post.people, stored, post.archive)
        if why := alarm.hear(settled):
            # Unless a person has cancelled it meanwhile.
            with suppress(Conflict):
                order = Order(command=Command.PAUSE, by=f"Envoi: {why}")
                post.ledger.order(campaign.name, order, at=run.clock.now())
        run.on_settled(settled)

    gate = gate_of(checks, look)
    desk = Desk(
        ledger=post.ledger,
        mailer=run.mailer,
        clock=run.clock,
        gate=warmed(gate, campaign.name, run.warmth) if run.warmth else gate,
        render=mailing.render,
        book=book,
        ends=run.ends,
    )
    return deliver(campaign.name, desk, worker=run.worker, on_settled=on_settled)


def _in_batches(stored: Iterator[Stored], size: int) -> Iterator[list[Stored]]:
    while batch := list(islice(stored, size)):
        yield batch
