"""Follows the live host: how large each segment is at this moment, and who moved last; nobody waits for it.

Sizes are counted once, and after that only what has happened since is read; so a page that looks every other second
costs next to nothing, however many people there are and however many pages look.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.sqlite import SqliteProfileStore, open_profiles
from envoi.adapters.segments.sqlite_moves import SqliteMoves
from envoi.hosts.folder import state_folder
from envoi.reports.moves import Move, moves_of
from envoi.reports.person import full_name
from envoi.segments.transition import from_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from envoi.events.event import PersonId, Stored

#: So many moves of each segment are remembered and shown.
LAST = 10
#: If more events came than this since the last look, all is counted anew.
MOST = 20_000
#: However many look, the file is read so often at most.
OFTEN_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One segment at this moment."""

    people: int
    #: The newest first.
    moves: Sequence[Move]
    #: What those who moved are called, where that is known.
    names: Mapping[PersonId, str]


class Moving:
    """What was last seen; several threads may look."""

    def __init__(self, root: Path) -> None:
        """Nothing has been seen yet."""
        self._root = root
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._head = 0
        self._sizes: dict[str, int] | None = None
        self._moves: dict[str, deque[Stored]] = {}

    def look(self, segment: str, known: Iterable[Stored] = ()) -> Seen:
        """The segment now; `known` are moves of it that were found elsewhere, as those of long ago.

        Raises:
            NotFound: the project has no database yet.
            StoreFailed: the disk failed.
        """
        with self._looking() as (log, people):
            self._remember(known)
            moves = moves_of([*self._moves.get(segment, ())][::-1], log)
            profiles = people.get([move.person for move in moves])
            names = {person: full_name(profile) for person, profile in profiles.items()}
            return Seen(people=(self._sizes or {}).get(segment, 0), moves=moves, names=names)

    def sizes(self) -> Mapping[str, int]:
        """How many people each segment has that has any, now.

        Raises:
            NotFound: the project has no database yet.
            StoreFailed: the disk failed.
        """
        with self._looking():
            return dict(self._sizes or {})

    @contextmanager
    def _looking(self) -> Iterator[tuple[SqliteEventLog, SqliteProfileStore]]:
        """Looks, unless that was just done; one thread at a time."""
        state = state_folder(self._root)
        with (
            self._lock,
            closing(open_database(state / "envoi.sqlite", read_only=True)) as connection,
            open_profiles(state, read_only=True) as people,
        ):
            if time.monotonic() - self._looked_at > OFTEN_S:
                self._follow(SqliteMoves(connection))
                self._looked_at = time.monotonic()
            yield SqliteEventLog(connection), people

    def _follow(self, moves: SqliteMoves) -> None:
        found = None if self._sizes is None else moves.since(self._head, MOST)
        if self._sizes is None or found is None:
            sizes, head = moves.sizes()
            self._sizes = dict(sizes)
            recent = moves.since(max(head - MOST, 0), MOST + MOST)
            # What came after the count is still to be counted.
            self._head = head
            self._remember(one for one in (recent[0] if recent else ()) if one.seq <= head)
            return
        stored, self._head = found
        for one in stored:
            if (move := from_event(one)) is not None:
                self._sizes[move.segment] = self._sizes.get(move.segment, 0) + (1 if move.entered else -1)
        self._remember(stored)

    def _remember(self, stored: Iterable[Stored]) -> None:
        for one in stored:
            if (move := from_event(one)) is None:
                continue
            last = self._moves.setdefault(move.segment, deque(maxlen=LAST))
            if one.seq not in {each.seq for each in last}:
                ordered = sorted([*last, one], key=lambda each: each.seq)[-LAST:]
                last.clear()
                last.extend(ordered)
