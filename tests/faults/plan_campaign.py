"""The victim of test_plan_kill.py: plans a campaign, and kills itself when so many people are decided on."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from envoi.clock import Instant
    from envoi.messages.ledger import Entry
    from envoi.messages.port import Ledger


@dataclass(frozen=True)
class Dying:
    """A ledger whose process dies, as from outside, before it is told of one more person than so many."""

    ledger: Ledger
    after: int

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """Never ends."""
        return self.ledger.plan(campaign, self._until_dead(entries), at=at)

    def _until_dead(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        yield from islice(entries, self.after)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with open_project(Path(sys.argv[1])) as envoi:
        dying: Ledger = Dying(envoi.stores.ledger, int(sys.argv[3]))  # type: ignore[assignment] # it only plans
        replace(envoi, stores=replace(envoi.stores, ledger=dying)).freeze(sys.argv[2])
