"""From a source to batches for the log: read, reshape, clean, and find whose event it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from envoi.events.clean import Raw, excerpt, set_aside
from envoi.events.event import Event, Rejected
from envoi.events.groups import Group
from envoi.events.picks import readable
from envoi.events.port import Batch, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from envoi.clock import Clock
    from envoi.events.clean import Cleaner
    from envoi.events.event import PersonId
    from envoi.events.port import Form, Record, Source
    from envoi.events.reshape import Reshape


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How the records of sources become batches."""

    reshape: Reshape
    clean: Cleaner
    #: Whose event it is, by its keys (people/identity.py).
    resolve: Callable[[Mapping[str, str]], PersonId | None]
    clock: Clock
    #: About how many records make a batch.
    size: int = 10_000

    def batches(self, source: Source, start: Mark) -> Iterator[Batch]:
        """Batches to append to the log; each bears the mark from which a later run goes on when this one is stored.

        All that a record became is in one batch, so a run that ends between two batches doubles and loses nothing.

        Raises:
            DataError: the source as a whole cannot be read; the batches before that are good.
        """
        folding = self.reshape.folding
        records = folding.fold(source.read(), start.position) if folding else source.read(start.position)
        while batch := self._batch(records, source.columns, start.name):
            yield batch

    def _batch(self, records: Iterator[Record], forms: Mapping[str, Form], name: str) -> Batch | None:
        """The next records, each line of a group counted; None if there are none."""
        events: list[tuple[PersonId, Event]] = []
        rejected: list[Rejected] = []
        source, raws, clean, resolve = self.reshape.source, self.reshape.raws, self.clean, self.resolve
        seen_at = self.clock.now()
        weight, size, record = 0, self.size, None
        for record in records:
            faulty = (Raw(source=source, fault=record.fault),) if record.fault else ()
            for raw in faulty or raws(record):
                made = clean(raw, seen_at)
                if isinstance(made, Event) and (person := resolve(made.keys)):
                    events.append((person, made))
                else:
                    refused = made if isinstance(made, Rejected) else set_aside(raw, "no key names a person", seen_at)
                    rejected += _each_line(refused, record, raw, forms)
            weight += len(record.lines) if isinstance(record, Group) else 1
            if weight >= size:
                break
        mark = Mark(name=name, position=record.position + 1) if record else None
        return Batch(events=events, rejected=rejected, mark=mark) if mark else None


def _each_line(rejected: Rejected, record: Record, raw: Raw, forms: Mapping[str, Form]) -> Iterator[Rejected]:
    """A group is set aside line by line, as it came, so that it can be mended and imported again."""
    for line in record.lines if isinstance(record, Group) else (record,):
        original = line.raw or readable(line.fields, forms) if raw.original is None else raw.original
        yield msgspec.structs.replace(rejected, place=rejected.place or line.place, raw=excerpt(original))
