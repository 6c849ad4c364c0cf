"""Hits on links and pixels on their way into the log: nobody waits for them, and many go in one commit.

A hit is kept back for two seconds, so that it is known what else was asked for at the same moment: a program that looks
at all links of a mail does so at once. What is kept back when the server ends is recorded then.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from envoi.clock import MICROS_PER_SECOND, Instant, SystemClock
from envoi.errors import EnvoiError
from envoi.events.event import ENVOI
from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.local import open_letterbox
from envoi.messages.ledger import Entry, State
from envoi.messages.machine import AT_ONCE, LOOKED
from envoi.messages.track import Hit
from envoi.messages.track_events import Moment, OptOut, Written, events_of, opt_outs
from envoi.people.identity import home_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from envoi.clock import Clock
    from envoi.hosts.local import Letterbox

#: How long a hit is kept back.
SETTLE_S = 2.0
#: While there are more hits than this to be recorded, new ones are let go: strangers may ask as fast as they like.
MOST_WAITING = 100_000
#: Mails remembered whose links were asked for by HEAD.
MOST_HEADED = 20_000
#: Of one mail no more hits than this are recorded in an hour: whoever has its link may ask as often as they like.
MOST_OF_A_MAIL = 100
_HOUR = 3_600 * MICROS_PER_SECOND
_LONG_AGO = Instant(0)
#: How many hits go into one commit: others want to write too.
TOGETHER = 1_000

_H = TypeVar("_H", Hit, OptOut)
_log = logging.getLogger("envoi.web")


@dataclass(slots=True)
class Waiting:
    """What has come and is not recorded yet."""

    hits: deque[Hit] = field(default_factory=deque)
    opt_outs: deque[OptOut] = field(default_factory=deque)
    #: When links of a mail were last asked for by HEAD, by decision.
    headed: dict[str, Instant] = field(default_factory=dict)
    #: How many hits each mail had since the hour began, by decision.
    counts: Counter[str] = field(default_factory=Counter)
    since: Instant = _LONG_AGO
    #: Hits that were let go because there were too many.
    lost: int = 0


class Hits:
    """Records hits in a thread of its own, which lives from the first of them to `close`."""

    def __init__(self, root: Path, *, clock: Clock | None = None) -> None:
        self._root = root
        self._clock = clock or SystemClock()
        self._waiting = Waiting()
        self._recent: list[Hit] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()

    def now(self) -> Instant:
        """When a hit comes."""
        return self._clock.now()

    def note(self, hit: Hit | OptOut) -> None:
        """Records the hit in due course."""
        with self._lock:
            waiting = self._waiting
            if hit.at - waiting.since > _HOUR:
                waiting.counts.clear()
                waiting.since = hit.at
            waiting.counts[hit.decision] += 1
            if waiting.counts[hit.decision] > MOST_OF_A_MAIL:
                return
            if len(waiting.hits) + len(waiting.opt_outs) >= MOST_WAITING:
                waiting.lost += 1
            elif isinstance(hit, OptOut):
                waiting.opt_outs.append(hit)
            else:
                waiting.hits.append(hit)
            if self._thread is None:
                self._thread = threading.Thread(target=self._record, name="hits", daemon=True)
                self._thread.start()

    def note_head(self, decision: str, at: Instant) -> None:
        """Notes, for a while, that a link of this mail was asked for by HEAD: it tells who asks for it next."""
        with self._lock:
            if len(self._waiting.headed) >= MOST_HEADED:
                self._waiting.headed.clear()
            self._waiting.headed[decision] = at

    def close(self) -> None:
        """Records what is left, and ends."""
        self._ends.set()
        if self._thread is not None:
            self._thread.join()

    def _record(self) -> None:
        while not self._ends.wait(SETTLE_S / 2):
            self.record(Instant(self._clock.now() - int(SETTLE_S * MICROS_PER_SECOND)))
        self.record(None)

    def record(self, until: Instant | None) -> None:
        """Records what came until then, or all; what cannot be recorded now is tried again next time."""
        while True:
            hits, said, headed = self._due(until)
            if not hits and not said:
                return
            try:
                with open_letterbox(self._root) as box:
                    self._append(box, hits, said, headed)
            except EnvoiError as error:
                _log.warning("hits cannot be recorded now: %s", error)
                with self._lock:
                    self._waiting.hits.extendleft(reversed(hits))
                    self._waiting.opt_outs.extendleft(reversed(said))
                return

    def _due(self, until: Instant | None) -> tuple[list[Hit], list[OptOut], dict[str, Instant]]:
        with self._lock:
            waiting = self._waiting
            if waiting.lost:
                _log.warning("%d hits came faster than they could be recorded, and were let go", waiting.lost)
                waiting.lost = 0
            hits, said = _taken(waiting.hits, until), _taken(waiting.opt_outs, until)
            return hits, said, dict(waiting.headed)

    def _append(self, box: Letterbox, hits: list[Hit], said: list[OptOut], headed: Mapping[str, Instant]) -> None:
        mails = _mails(box, {*(hit.decision for hit in hits), *(each.decision for each in said)})
        moment = Moment(before=self._recent, headed=headed)
        settings = box.settings
        events = [*events_of(hits, mails, settings.tracking, moment), *opt_outs(said, mails, settings)]
        if box.settings.as_of is not None:
            then = box.settings.as_of
            events = [(person, replace(event, at=then, seen_at=then)) for person, event in events]
        if events:
            box.log.append(Batch(events=events))
        newest = max((hit.at for hit in hits), default=Instant(0))
        self._recent = [hit for hit in (*self._recent, *hits) if hit.at >= newest - AT_ONCE]
        with self._lock:
            gone = [each for each, at in self._waiting.headed.items() if at < newest - LOOKED]
            for each in gone:
                del self._waiting.headed[each]


def _taken(waiting: deque[_H], until: Instant | None) -> list[_H]:
    found: list[_H] = []
    while waiting and len(found) < TOGETHER and (until is None or waiting[0].at <= until):
        found.append(waiting.popleft())
    return found


def _mails(box: Letterbox, decisions: Collection[str]) -> dict[str, Written]:
    """The mails that these decisions led to, as far as they are known."""
    found = {}
    for stored in box.log.find(ENVOI, sorted(decisions)):
        campaign = str(stored.event.props.get("campaign", ""))
        # By the id of then: the person may turn out to be somebody else.
        person = home_of(stored.event, otherwise=stored.person)
        entry = next(box.statement.entries(campaign, person=person), None)
        message = entry or Entry(campaign=campaign, person=person, address="", decision=stored.seq)
        found[stored.event.id] = Written(
            person=person,
            campaign=campaign,
            message_id=message.message_id,
            profile=as_of_now(box.log, box.people, person),
            # In a project that lives in the past all is at one moment, which says nothing.
            sent=entry.at if entry and entry.state is State.ACCEPTED and box.settings.as_of is None else None,
        )
    return found
