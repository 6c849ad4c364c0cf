"""Where requests wait for their commit: all that came during one commit go into the next one together.

Everything here runs in the server's loop; the commits run in the writer's thread. The groups keep the order of arrival,
and a group's moment is never later than the arrival of anything that is still to come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.clock import MICROS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.clock import Instant
    from envoi.hosts.live.moments import Moments
    from envoi.hosts.live.posted import Posted

#: A commit takes no more events than this, but for those of one request: the others would wait for it.
GROUP = 1_000
#: What may wait, in bytes of messages: beyond it clients are asked to come back.
WAITING_BYTES = 16 << 20
#: How often a group goes when nothing arrives: another process may have written to the log.
LOOK_S = 0.5


class Overloaded(Exception):
    """More is waiting than can be written soon."""


class Closed(Exception):
    """Nothing can be kept now; the message says why."""


@dataclass(slots=True)
class Waiting:
    """One request, until its events are kept."""

    posted: Posted
    done: asyncio.Future[None]


@dataclass(slots=True)
class Group:
    """What goes into one commit, and its moment."""

    now: Instant
    requests: list[Waiting] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What became of a group."""

    group: Group
    #: Empty if it was kept; otherwise why it was not.
    fault: str = ""
    #: When there is something to do even if nothing arrives; None: when something arrives.
    due: Instant | None = None


class Desk:
    """Hands one group at a time to the writer."""

    def __init__(self, moments: Moments, hand_over: Callable[[Group], None]) -> None:
        self.moments = moments
        self._hand_over = hand_over
        self._waiting: deque[Waiting] = deque()
        self._waiting_bytes = 0
        self._is_out = False
        self._due: Instant | None = None
        self._timer: asyncio.TimerHandle | None = None
        #: Why nothing can be kept at present; empty when all is well.
        self.fault = "starting"

    async def keep(self, posted: Posted) -> None:
        """Returns when what was posted, and all that follows from it, is kept.

        Raises:
            Overloaded: too much is waiting already.
            Closed: nothing can be kept now.
        """
        if self.fault:
            raise Closed(self.fault)
        if self._waiting_bytes > WAITING_BYTES:
            raise Overloaded
        loop = asyncio.get_running_loop()
        waiting = Waiting(posted, loop.create_future())
        self._waiting.append(waiting)
        self._waiting_bytes += posted.size_bytes
        if not self._is_out:
            self._is_out = True
            # Not at once: what else has arrived in this turn of the loop goes along.
            loop.call_soon(self._go)
        await waiting.done

    def look(self) -> None:
        """Lets a group go even if nothing has arrived: for what time has done, and other processes."""
        if not self._is_out:
            self._is_out = True
            self._go()

    def settle(self, outcome: Outcome) -> None:
        """Answers the requests of a group; called in the loop when the writer is done with it."""
        self.fault = outcome.fault
        self._due = outcome.due
        for one in outcome.group.requests:
            self._waiting_bytes -= one.posted.size_bytes
            if one.done.cancelled():
                continue
            if outcome.fault:
                one.done.set_exception(Closed(outcome.fault))
            else:
                one.done.set_result(None)
        # Not at once: who was answered may have more to send, and that should go along.
        asyncio.get_running_loop().call_soon(self._again)

    def _again(self) -> None:
        self._is_out = False
        if self._waiting:
            self._is_out = True
            self._go()
        else:
            self._wait()

    def _wait(self) -> None:
        """Comes back when something is due."""
        if self._timer is not None:
            self._timer.cancel()
        delay = LOOK_S
        if self._due is not None:
            delay = min(delay, max(self._due - self.moments.next(), 0) / MICROS_PER_SECOND)
        self._timer = asyncio.get_running_loop().call_later(delay, self.look)

    def _go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        requests: list[Waiting] = []
        count = 0
        while self._waiting and count < GROUP:
            one = self._waiting.popleft()
            requests.append(one)
            count += len(one.posted.events)
        now = requests[-1].posted.at if self._waiting else self.moments.next()
        self._hand_over(Group(now, requests))
