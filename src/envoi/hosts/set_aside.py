"""Takes in again what could not be read: the tracking plan may have been mended since, or Envoi."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from envoi.clock import SystemClock
from envoi.events.clean import Cleaner
from envoi.events.event import ENVOI, Rejected
from envoi.events.port import Batch
from envoi.events.tally import Tally
from envoi.flow import on_events
from envoi.hosts.folder import state_folder
from envoi.hosts.importing import BATCH, standardised, write_rejects
from envoi.hosts.live.posted import SOURCE, once_more
from envoi.hosts.standards import standardiser
from envoi.people.reported import heard, of_whoever
from envoi.people.words import Method
from envoi.reports.answers import Imported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envoi.hosts.importing import Progress
    from envoi.hosts.local import Envoi


def take_in_set_aside(envoi: Envoi, *, rejects: Path | None = None, progress: Progress = lambda *_: None) -> Imported:
    """Takes in what came over HTTP and could not be an event then, as far as it can be one now.

    A message counts once, however often this is done.
    """
    begun_s, log, project = time.perf_counter(), envoi.stores.log, envoi.project
    clean = Cleaner(project.definitions.catalogue, standardiser(project.rules))
    latest = of_whoever(envoi.identity.people_of, envoi.stores.people.get)
    tally, still, new, at = Tally(), list[Rejected](), Counter[str](), SystemClock().now()

    def batches() -> Iterator[Batch]:
        waiting = log.set_aside(SOURCE)
        while some := [once_more(one, clean, at) for one in islice(waiting, BATCH)]:
            aside = [one for one in some if isinstance(one, Rejected)]
            read = [one for one in some if not isinstance(one, Rejected)]
            events, refused = heard(read, Method.API, latest)
            aside += refused
            tally.add(Batch(events=events, rejected=aside))
            still.extend(aside)
            # What is set aside still is in the log already.
            yield Batch(events=events)
            progress(sum(tally.events.values()) + len(still), 0)

    for stored in on_events(envoi.stores, batches()):
        new.update([one.event.name for one in stored if one.event.source != ENVOI])
    return Imported(
        file="what was set aside",
        kind="events",
        records=sum(tally.events.values()) + len(still),
        events=dict(sorted(new.items())),
        repeated=sum(tally.events.values()) - sum(new.values()),
        people=len(tally.people),
        rejected=dict(tally.rejected.most_common()),
        examples={reason: f"{one.place}: {one.raw}" for reason, one in tally.examples.items()},
        left_out=[],
        parted=0,
        standardised=standardised(tally),
        rejects_file=write_rejects(rejects or state_folder(envoi.root) / "rejects" / f"{SOURCE}.jsonl", still),
        seconds=time.perf_counter() - begun_s,
    )
