"""A process of its own that begins campaigns when they are due and sends what is due, beside a live host."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.clock import FixedClock, Instant, duration, parse_instant
from envoi.errors import EnvoiError, NotFound, StoreBusy
from envoi.hosts.cli.stopping import told_to_end
from envoi.hosts.folder import state_folder
from envoi.hosts.live.keeper import stamp
from envoi.hosts.local import open_project
from envoi.hosts.schedules import seen, to_begin
from envoi.hosts.sending import open_sender
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import settings_alone
from envoi.messages.ledger import FINAL, Status
from envoi.messages.order import Command
from envoi.messages.turns import Waiting, next_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.campaigns.timing import Timings
    from envoi.hosts.schedules import Seen
    from envoi.hosts.sending import Sender
    from envoi.messages.ledger import Audience
    from envoi.messages.port import Agenda
    from envoi.messages.timing import Timing

#: How often it looks for something due.
LOOK_S = 1.0
#: How long a campaign is sent while others wait, and how often it is looked whether any do.
TURN_S = 10.0
#: How long a campaign rests that could not be begun or sent.
REST_S = 30.0
PATIENCE = timedelta(seconds=2)
#: How long it waits for another process that has history open.
WAIT_S = 5.0
#: Orders by which a campaign that a person began goes on here.
_GO_ON = frozenset({Command.RESUME, Command.ACCEPT_RESTORED, Command.RETRY_UNKNOWN})

_log = logging.getLogger("envoi.sender")


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Goes from campaign to campaign: begins those that are due, and sends each for a while in turn."""

    root: Path
    sender: Sender
    agenda: Agenda
    #: Waits so many seconds, but no longer than until this process is told to end; says whether it was.
    ends: Callable[[float], bool]
    #: The stopwatch by which turns and rests are measured.
    seconds: Callable[[], float] = time.monotonic
    turn_s: float = TURN_S
    #: A campaign keeps its turn while the next of its mails is due within so long.
    patience: timedelta = timedelta(0)
    _timings: Timings | None = None
    _seen: Mapping[str, Seen] = field(default_factory=dict)
    #: What the project's files were like when they were read.
    _stamp: object = None
    #: What the files of each run's plan say.
    _known: dict[str, Timings | None] = field(default_factory=dict)
    _turns: Counter[str] = field(default_factory=Counter)
    _again_at: dict[str, Instant] = field(default_factory=dict)
    _rests_until: dict[str, float] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)

    def go(self) -> None:
        """Until it is told to end."""
        while not self.ends(0):
            if not self.go_round():
                self.ends(LOOK_S)

    def go_round(self) -> bool:
        """Begins what is due, and gives one campaign its turn; False if none has anything to send."""
        self._read()
        for run in self._due():
            self._tried(run, self._begin)
        found = next_turn(self.waiting())
        if found is None:
            return False
        self._turns[found.run] = max(self._turns.values(), default=0) + 1
        self._tried(found.run, self._send)
        return True

    def waiting(self) -> list[Waiting]:
        """The campaigns that have something to send now, and are not left to a person."""
        now, found = self.sender.clock.now(), []
        for run, audience in self.sender.post.statement.campaigns().items():
            if audience.status is not Status.SENDING or self._rests(run):
                continue
            due = self.agenda.due(run)
            if due is None or max(due, self._again_at.get(run, due)) > now:
                continue
            timing = self._timing(run, audience)
            if timing and (timing.day is not None or self._goes_on(run)):
                found.append(Waiting(run=run, kind=timing.kind, due=due, last_turn=self._turns[run]))
        return found

    def _read(self) -> None:
        """Reads the project's files when they have changed; while they have mistakes, nothing is begun by them."""
        found = stamp(self.root)
        if found != self._stamp and not self._rests(""):
            self._seen = {}
            self._stamp = found if self._tried("", self._learn) else None

    def _learn(self, _: str) -> None:
        try:
            with open_project(self.root, read_only=True, wait_s=WAIT_S) as envoi:
                project = envoi.project
        except NotFound as nothing:
            raise StoreBusy("the live host has not made the project's history yet") from nothing
        self._seen = seen(state_folder(self.root), project.campaigns, self.sender.clock.now())
        self._timings = project.timings

    def _due(self) -> list[str]:
        """What is to be begun now."""
        if self._timings is None:
            return []
        planned, now = self.sender.post.statement.campaigns(), self.sender.clock.now()
        runs = (
            run
            for name, since in self._seen.items()
            for run in to_begin(self._timings.campaigns[name], since, planned, self._timings.settings, now)
        )
        return [run for run in runs if not self._rests(run)]

    def _begin(self, run: str) -> None:
        with open_project(self.root, wait_s=WAIT_S) as envoi:
            replace(envoi, clock=self.sender.clock).freeze(run)
        _log.info("%s has begun", run)

    def _send(self, run: str) -> None:
        turn = Stopwatch(self.seconds, self.turn_s)

        def ends(wait_s: float) -> bool:
            return self.ends(wait_s) or (turn.is_over() and any(other.run != run for other in self.waiting()))

        sharers = [one.run for one in self.waiting()]
        shared = replace(self.sender, is_early=False, patience=self.patience, sharers=sharers)
        sent = shared.send(run, ends=ends)
        if sent.again_at:
            # What is due may have to wait for its campaign's rate; a person may change that, so it is not for long.
            soon = self.sender.clock.now() + duration(timedelta(seconds=REST_S))
            self._again_at[run] = min(parse_instant(sent.again_at), Instant(soon))
        if sent.stopped:
            self._rest(run, sent.stopped)

    def _goes_on(self, run: str) -> bool:
        """Whether a campaign that a person began goes on by itself.

        They want that if they said `envoi resume`, or pressed the page's button, or if all that is left has waited
        already: for the end of quiet hours, or of a cap. One that was stopped in its midst is theirs to go on with.
        """
        statement = self.sender.post.statement
        if any(given.order.command in _GO_ON for given in statement.orders(run)):
            return True
        return all(reason for state, reason in statement.tally(run) if state not in FINAL)

    def _timing(self, run: str, audience: Audience) -> Timing | None:
        """By the files with which it was planned; None if nothing says any more how it is sent."""
        if run not in self._known and not self._tried(run, self._recall):
            return None
        timings = self._known[run]
        return timings.of(run, planned_at=audience.at) if timings else None

    def _recall(self, run: str) -> None:
        project = self.sender.project(run)
        self._known[run] = project.timings if project else self._timings

    def _tried(self, run: str, do: Callable[[str], None]) -> bool:
        """Does it; if that cannot be done now, says why, once, and lets the campaign rest."""
        try:
            do(run)
        except StoreBusy:
            # Somebody else is at it; the others need not wait for that.
            self._rests_until[run] = self.seconds() + WAIT_S
            return False
        except EnvoiError as error:
            self._rest(run, str(error))
            return False
        self._said.pop(run, None)
        return True

    def _rest(self, run: str, why: str) -> None:
        if self._said.get(run) != why:
            _log.warning("%s waits: %s", run or "what is scheduled", why)
        self._said[run] = why
        self._rests_until[run] = self.seconds() + REST_S

    def _rests(self, run: str) -> bool:
        return self._rests_until.get(run, 0.0) > self.seconds()


class Stopwatch:
    """Says, about once a second, whether a turn is over that began when this was first asked."""

    def __init__(self, seconds: Callable[[], float], turn_s: float) -> None:
        self._seconds = seconds
        self._turn_s = turn_s
        self._next: float | None = None

    def is_over(self) -> bool:
        """Whether it is; in between it is not."""
        now = self._seconds()
        if self._next is None:
            self._next = now + self._turn_s
        if now < self._next:
            return False
        self._next = now + LOOK_S
        return True


def main(root: Path) -> None:
    """Goes its rounds until it is told to end, or the process that began it is gone."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings, state = settings_alone(root), state_folder(root)
    # The agenda by a connection of its own: what is looked up between two turns is no part of either.
    with told_to_end() as end, open_sender(root) as sender, open_stores(settings, state) as kept:
        threading.Thread(target=_listen, args=[end], daemon=True).start()
        # A clock that stands does not come to the next mail.
        patience = timedelta(0) if isinstance(sender.clock, FixedClock) else PATIENCE
        Rounds(root=root, sender=sender, agenda=kept.ledger, ends=end.wait, patience=patience).go()


def _listen(end: threading.Event) -> None:
    """Hears when the process at the other end of stdin is gone, however it ended."""
    sys.stdin.buffer.read()
    end.set()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except EnvoiError as error:
        sys.exit(f"nothing is sent: {error}")
