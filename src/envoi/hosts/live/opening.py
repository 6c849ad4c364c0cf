"""Opens a project for the live host: the judge knows everybody again, and has judged all that the log has."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.checkpoints import Checkpoints, make_room
from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.sqlite import open_profiles
from envoi.adapters.people.sqlite_identity import SqliteIdentityStore
from envoi.adapters.segments.sqlite import SqliteMemberships, SqliteStateStore
from envoi.flow import as_of_now, keep_up
from envoi.hosts.live.status import Task
from envoi.people.reported import of_whoever
from envoi.people.resolver import Resolver
from envoi.segments.backfill import Backfill
from envoi.segments.plan import take_up
from envoi.settings import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from envoi.clock import Instant
    from envoi.conditions.bound import Bound
    from envoi.events.event import PersonId
    from envoi.hosts.live.moments import Moments
    from envoi.people.port import IdentityStore, ProfileStore
    from envoi.people.profile import Profile
    from envoi.segments.base import Judge
    from envoi.segments.watch import Watch

#: How often a writer that is never idle looks whether other processes wrote to the log.
LOOK_MICROS = 200_000
#: How many pages of the log are judged again in one commit while nothing else is to be done.
PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is to be judged, and by whom."""

    conditions: Callable[[], Mapping[str, Bound]]
    judge: Callable[[Mapping[str, Bound]], Judge]
    #: By which events are known that were erased.
    key: bytes = b""
    #: Which keys are one person.
    identity: Callable[[], Identity] = Identity
    #: Told how far opening has come.
    progress: Callable[[Task], None] = lambda _: None


@dataclass(slots=True, kw_only=True)
class Opened:
    """The stores and the judge, in step with each other."""

    log: SqliteEventLog
    people: ProfileStore
    identity: IdentityStore
    watch: Watch
    checkpoints: Checkpoints
    #: A judge that is being taught new segments.
    backfill: Backfill | None = None
    #: Whether there may be states of segments that were judged before.
    has_old_states: bool = True
    next_look: int = 0

    def keep_up(self, now: Instant) -> None:
        """Judges what other processes wrote, now and then: a person's events are judged in the order of the log."""
        if now < self.next_look:
            return
        self.next_look = now + LOOK_MICROS
        while self.log.position() > self.watch.head:
            keep_up(self.log, self.watch)

    def latest(self, people: Sequence[PersonId]) -> Mapping[PersonId, Profile]:
        """The profiles of whoever has these keys, with all that the log has."""
        return of_whoever(self.identity.people_of, self._profiles)(people)

    def _profiles(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        found = {person: as_of_now(self.log, self.people, person) for person in people}
        return {person: profile for person, profile in found.items() if profile}

    def after_commit(self) -> None:
        """Does what is done bit by bit between commits: definitions are taken over, files are kept short."""
        self.checkpoints.begin_anew()
        self.watch.note_told()
        if self.backfill is not None:
            if self.backfill.step(self.watch.head, self.watch.gone):
                self.watch, self.backfill, self.has_old_states = self.backfill.in_force(self.watch), None, True
        elif self.has_old_states and self.watch.plan.announced:
            self.has_old_states = self.watch.states.forget(self.watch.plan.number) > 0

    def redefine(self, judge: Judge) -> None:
        """Has this judge taught from the log, and puts it in force when it knows as much as the present one."""
        if dict(judge.conditions) != dict(self.watch.judge.conditions):
            self.backfill = Backfill(judge, self.log, self.watch.archive)

    def due(self) -> Instant | None:
        """When there is something to do even if nothing arrives."""
        watch = self.watch
        return watch.now if watch.untold or self.backfill else watch.judge.due()

    def task(self) -> Task | None:
        """What is being done bit by bit; another thread may ask."""
        watch, backfill = self.watch, self.backfill
        if backfill is not None:
            had = dict(watch.judge.conditions)
            changed = had.items() ^ dict(backfill.judge.conditions).items()
            names = tuple(sorted({name for name, _ in changed}))
            return Task(what="learning", done=backfill.head, of=watch.head, segments=names)
        if left := len(watch.untold):
            names = tuple(one.segment for one in watch.plan.segments if one.seq == watch.plan.seq)
            everyone = len(watch.judge.people())
            return Task(what="telling", done=everyone - left, of=everyone, segments=names)
        return None

    def save_all(self) -> None:
        """Saves what is known of everybody."""
        while self.watch.unsaved:
            self.watch.save(all_of_them=True)


@contextmanager
def opened(path: Path, definition: Definition, moments: Moments) -> Iterator[Opened]:
    """The project's database at `path`, and a judge that has judged all of its log.

    Raises:
        StoreBusy: another process kept the file locked too long.
        StoreFailed: the disk is full or failed.
        InvalidProject: the project's files have mistakes.
    """
    make_room(path)
    with closing(open_database(path)) as connection, open_profiles(path.parent) as people:
        identity = SqliteIdentityStore(connection)
        log = SqliteEventLog(connection, definition.key, Resolver(identity, definition.identity))
        head = log.position()
        for last in log.fetch([head]):
            moments.after(last.event.seen_at)
        judge = definition.judge(definition.conditions())
        stores = SqliteStateStore(connection), SqliteMemberships(connection)
        watch = take_up(judge, *stores, log, head=head, now=moments.next())
        while keep_up(log, watch, pages=PAGES):
            definition.progress(Task(what="replaying", done=watch.head, of=head))
        watch.tell_of_definitions()
        checkpoints = Checkpoints(path, connection)
        checkpoints.start()
        try:
            yield Opened(log=log, people=people, identity=identity, watch=watch, checkpoints=checkpoints)
        finally:
            checkpoints.stop()
