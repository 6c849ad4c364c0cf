"""A judge for new or edited segments, taught from the whole log while another judge goes on with the old ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from envoi.events.event import NOBODY
from envoi.segments.happen import happen
from envoi.segments.plan import next_plan
from envoi.segments.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.events.event import PersonId, Stored
    from envoi.events.port import Archive, EventLog
    from envoi.segments.base import Judge

#: How many events are learned from between two commits.
AT_ONCE = 250
_NOBODY: Mapping[PersonId, int] = MappingProxyType({})


class Backfill:
    """How far a judge has been taught."""

    def __init__(self, judge: Judge, log: EventLog, archive: Archive) -> None:
        self.judge = judge
        self._archive = archive
        #: The position in the log up to which it knows everything.
        self.head = 0
        self._log = log
        self._seen = log.position()
        self._left: Iterator[Stored] = iter(())
        self._gone: dict[PersonId, int] = {}

    def step(self, head: int, gone: Mapping[PersonId, int] = _NOBODY) -> bool:
        """Teaches it what came since the last step and some more; True when it knows everything up to `head`.

        Who moved in the past is no news, so it is not told. Who is `gone`, by the position at which they were erased,
        is not known, though their events may have been read before they were.
        """
        for person in gone.keys() - self._gone.keys():
            self.judge.forget(person)
        self._gone = dict(gone)
        count, self._seen = AT_ONCE + head - self._seen, head
        for _ in range(count):
            stored = next(self._left, None)
            if stored is None:
                self._left = self._log.read(after=self.head)
                stored = next(self._left, None)
            if stored is None:
                break
            if stored.person != NOBODY and stored.seq > gone.get(stored.person, 0):
                happen(self.judge, stored, self._archive)
            self.head = stored.seq
        return self.head == head

    def in_force(self, watch: Watch) -> Watch:
        """The watch to go on with, in place of one that has judged exactly as much; everybody is told of bit by bit.

        Raises:
            StoreFailed: the disk is full or failed.
        """
        plan = next_plan(watch.plan, self.judge.conditions, head=self.head, now=watch.now)
        # Nothing of this plan has been saved: until it is, a crash has the log judged from its beginning.
        watch.states.adopt(plan, 0)
        made = Watch(
            judge=self.judge,
            memberships=watch.memberships,
            states=watch.states,
            archive=watch.archive,
            plan=plan,
            head=self.head,
            now=watch.now,
            unsaved=dict.fromkeys(self.judge.people(), 1),
        )
        made.tell_of_definitions()
        return made
