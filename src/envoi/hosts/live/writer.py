"""The one thread that writes: a group at a time goes into the log, is judged, and is kept, in one commit."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import threading
from typing import TYPE_CHECKING

from envoi.errors import EnvoiError, StoreBusy, StoreFailed, StoreLost
from envoi.events.port import Batch
from envoi.flow import on_event
from envoi.hosts.live.consents import hear
from envoi.hosts.live.desk import Group, Outcome
from envoi.hosts.live.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from envoi.hosts.live.opening import Opened
    from envoi.hosts.live.status import Task
    from envoi.segments.base import Judge

#: How long to wait before trying again what the disk refused.
RETRY_S = 1.0
#: The exit code of a process that cannot go on.
BROKEN = 70

_log = logging.getLogger("envoi.live")


class Writer:
    """Owns the database and the judge; everything else only talks to it."""

    def __init__(self, opening: Callable[[], AbstractContextManager[Opened]]) -> None:
        self._opening = opening
        self._groups: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._redefined: queue.SimpleQueue[Judge] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="writer")
        self._say: Callable[[Outcome], object] = lambda _: None
        self._opened: Opened | None = None
        self._fault = ""
        #: What opening is at.
        self.opening: Task | None = None

    def start(self, settle: Callable[[Outcome], None]) -> None:
        """Opens the project, judges what had not been judged, and writes from then on.

        `settle` is told, in the loop that calls this, what became of each group, and first that all is open.
        """
        loop = asyncio.get_running_loop()
        self._say = lambda outcome: loop.call_soon_threadsafe(settle, outcome)
        self._thread.start()

    def take(self, group: Group) -> None:
        """Writes this group, when the one before it has been written."""
        self._groups.put(group)

    def redefine(self, judge: Judge) -> None:
        """Goes over to this judge as soon as it has been taught what the log has."""
        self._redefined.put(judge)

    def status(self) -> Status:
        """How it is doing; any thread may ask."""
        opened = self._opened
        if opened is None:
            return Status(pid=os.getpid(), fault=self._fault or "starting", task=self.opening)
        return Status(pid=os.getpid(), position=opened.watch.head, fault=self._fault, task=opened.task())

    def stop(self) -> None:
        """Ends when what was taken has been written and what is known has been saved."""
        self._groups.put(None)
        self._thread.join()

    def _live(self) -> None:
        try:
            while self._opened_once():
                pass
        except Exception:
            # Nobody would be answered any more. What was acknowledged is safe, and the next process goes on from it.
            _log.critical("the live host ends, by a mistake in Envoi", exc_info=True)
            os._exit(BROKEN)

    def _opened_once(self) -> bool:
        """Writes until it is to stop, or until what is in memory cannot be trusted any more; True to open anew."""
        try:
            with self._opening() as opened:
                self._opened, self._fault = opened, ""
                self._say(Outcome(Group(opened.watch.now), due=opened.due()))
                while (group := self._groups.get()) is not None:
                    self._write(opened, group)
                opened.save_all()
                return False
        except StoreLost as error:
            # What was acknowledged is safe; of the rest nobody knows, and the next process will read what is there.
            _log.critical("the disk failed to keep what was written: %s", error)
            os._exit(BROKEN)
        except EnvoiError as error:
            if str(error) != self._fault:
                _log.error("nothing can be kept: %s", error)
            self._fault = str(error)
            return self._refuse_for_a_while(str(error))
        finally:
            self._opened = self.opening = None

    def _write(self, opened: Opened, group: Group) -> None:
        """Keeps the group.

        Raises:
            StoreFailed: it is not kept, and the judge knows what the log does not.
        """
        try:
            opened.keep_up(group.now)
            for one in group.requests:
                hear(one.posted, opened.latest)
            events = [event for one in group.requests for event in one.posted.events]
            rejected = [record for one in group.requests for record in one.posted.rejected]
            on_event(opened.log, opened.watch, Batch(events=events, rejected=rejected), group.now)
            while not self._redefined.empty():
                opened.redefine(self._redefined.get())
            opened.after_commit()
        except StoreBusy as busy:
            # Nothing was begun, so nothing is lost but these.
            self._say(Outcome(group, fault=str(busy), due=group.now))
        except StoreFailed as error:
            self._say(Outcome(group, fault=str(error)))
            raise
        else:
            self._say(Outcome(group, due=opened.due()))

    def _refuse_for_a_while(self, fault: str) -> bool:
        """Refuses what comes; False if it is to stop."""
        try:
            group = self._groups.get(timeout=RETRY_S)
        except queue.Empty:
            return True
        if group is None:
            return False
        self._say(Outcome(group, fault=fault))
        return True
