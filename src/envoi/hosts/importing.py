"""Takes a file of events or people into the log: from where an earlier run was interrupted, and nothing twice."""

from __future__ import annotations

import gc
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, takewhile
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.people.behind import ProfilesBehind
from envoi.adapters.whole_file import write_whole
from envoi.clock import Instant, SystemClock, iso
from envoi.events.event import ENVOI, Name, Rejected
from envoi.events.port import Batch, Mark
from envoi.events.tally import Tally, kind
from envoi.flow import on_events
from envoi.hosts import apart
from envoi.hosts.audit import note, whoever
from envoi.hosts.folder import state_folder
from envoi.hosts.imports.record import Import, find, keep, name_for, undone_of
from envoi.hosts.reading import FileToImport, Reading
from envoi.people.privacy.audit import Deed
from envoi.people.reported import heard, of_whoever
from envoi.people.words import Method
from envoi.reports.answers import Imported, Standardised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from envoi.events.event import Stored
    from envoi.events.port import Archive, EventLog
    from envoi.hosts.local import Envoi
    from envoi.people.port import ProfileStore
    from envoi.people.reported import Latest

    Progress = Callable[[int, int], None]

__all__ = ["FileToImport", "brought_by", "import_file", "try_file"]

#: Records a commit: more cost memory, fewer cost time.
BATCH = 25_000
#: A smaller file is read sooner than a process for it is started.
_APART_BYTES = 1 << 23


def import_file(envoi: Envoi, file: FileToImport, *, progress: Progress = lambda *_: None) -> Imported:
    """Takes the file in; after an interruption the same call goes on, and adds nothing once it was finished.

    All of it counts as taken in when its import began, so an interrupted import leaves the same log as one that ran
    through.

    Raises:
        NotFound: there is no such file.
        DataError: the file as a whole, or from some point on, cannot be read; what came before that is stored.
        ProjectError: the mapping is wrong, or does not fit the file.
    """
    begun_s = time.perf_counter()
    people, log = ProfilesBehind(envoi.stores.people), envoi.stores.log
    run = _Run.of(envoi, file, people)
    if finished_at := log.position(run.mark("finished")):
        return msgspec.structs.replace(run.answer({}), name=run.name, finished_at=iso(Instant(finished_at)))
    started_at, run.start = _started_at(log, run.mark("started")), log.position(run.mark())
    record = run.begun(envoi.root, started_at, after=log.position())
    new: Counter[str] = Counter()
    with _no_collecting():
        try:
            for stored in on_events(replace(envoi.stores, people=people), run.batches(envoi.root, started_at)):
                new.update([one.event.name for one in stored if one.event.source != ENVOI])
                progress(run.position, 0)
        finally:
            people.flush()

    def aside() -> Iterator[Rejected]:
        return (one for one in log.set_aside(run.reading.reshape.source) if one.seen_at == started_at)

    rejects_file = write_rejects(file.rejects or run.rejects_file(envoi.root), aside())
    finished_at = SystemClock().now()
    answer = msgspec.structs.replace(run.answer(new), name=run.name, rejects_file=rejects_file, resumed_at=run.start)
    keep(envoi.root, _finished(record, answer, log, finished_at, aside()))
    if consents := new[Name.CONSENT_CHANGED]:
        note(envoi.root, Deed.IMPORTED, by=whoever(), detail={"import": run.name, "consents": consents})
    log.append(Batch(mark=Mark(name=run.mark("finished"), position=finished_at)))
    return msgspec.structs.replace(answer, seconds=time.perf_counter() - begun_s)


def try_file(
    envoi: Envoi,
    file: FileToImport,
    *,
    progress: Progress = lambda *_: None,
    seen: Callable[[Batch], None] = lambda _: None,
) -> Imported:
    """What `import_file` would do with the whole file; nothing is stored, and rejects are written only where asked.

    `seen` is told of each batch that would be stored.

    Raises:
        NotFound: there is no such file.
        DataError: the file cannot be read.
        ProjectError: the mapping is wrong, or does not fit the file.
    """
    begun_s = time.perf_counter()
    run = _Run.of(envoi, file, envoi.stores.people)
    aside: list[Rejected] = []
    with _no_collecting():
        for batch in run.batches_here(SystemClock().now()):
            aside += batch.rejected if file.rejects else ()
            seen(batch)
            progress(run.position, 0)
    rejects_file = write_rejects(file.rejects, aside) if file.rejects else ""
    answer, seconds = run.answer(run.tally.events), time.perf_counter() - begun_s
    return msgspec.structs.replace(answer, dry_run=True, rejects_file=rejects_file, seconds=seconds)


@dataclass(slots=True, kw_only=True)
class _Run:
    """One call of an import, and what it came across so far."""

    file: FileToImport
    reading: Reading
    latest: Latest
    archive: Archive
    #: What the import is called, and when those of its source began that were taken back.
    name: str
    undone: frozenset[Instant]
    start: int = 0
    position: int = 0
    parted: int = 0
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, envoi: Envoi, file: FileToImport, people: ProfileStore) -> _Run:
        """A run that has read nothing yet."""
        reading = Reading.of(envoi.root, file)
        return cls(
            file=file,
            reading=reading,
            latest=of_whoever(envoi.identity.people_of, people.get),
            archive=envoi.stores.archive,
            name=name_for(envoi.root, file.path, reading.fingerprint),
            undone=undone_of(envoi.root, reading.reshape.source),
        )

    def mark(self, of: str = "") -> str:
        """The name under which the log knows how far this import is, or when it `started` and `finished`."""
        return f"import:{self.reading.fingerprint}" + (f":{of}" if of else "")

    def batches(self, root: Path, seen_at: Instant) -> Iterator[Batch]:
        """What is left of the file; a large one is read in a process of its own."""
        if self.file.path.stat().st_size < _APART_BYTES:
            yield from self.batches_here(seen_at)
            return
        job = apart.Job(root=str(root), file=self.file, mark=self.mark(), start=self.start, seen_at=seen_at, size=BATCH)
        for part in apart.batches(job):
            if isinstance(part, apart.End):
                self.position, self.parted = part.position, part.parted
            else:
                yield self._counted(part)

    def batches_here(self, seen_at: Instant) -> Iterator[Batch]:
        """What is left of the file, read in this process."""
        start = Mark(name=self.mark(), position=self.start)
        for batch in self.reading.batches(start, seen_at=seen_at, size=BATCH):
            yield self._counted(batch)
        self.position, self.parted = self.reading.source.position, self.reading.parted

    def _counted(self, batch: Batch) -> Batch:
        batch = self._again(batch)
        kept, aside = heard(batch.events, Method.IMPORT, self.latest)
        if kept is not batch.events:
            batch = replace(batch, events=kept, rejected=[*batch.rejected, *aside])
        self.tally.add(batch)
        self.position = batch.mark.position if batch.mark else self.position
        return batch

    def _again(self, batch: Batch) -> Batch:
        """The batch where events that were taken back, and come once more, have ids of their own: they count again."""
        if not self.undone:
            return batch
        events, places = list(batch.events), list(range(len(batch.events)))
        while places:
            ids = [events[place][1].id for place in places]
            known = self.archive.find(self.reading.reshape.source, ids)
            undone = {one.event.id for one in known if one.event.seen_at in self.undone}
            places = [place for place in places if events[place][1].id in undone]
            for place in places:
                person, event = events[place]
                events[place] = person, msgspec.structs.replace(event, id=f"{event.id}~")
        return replace(batch, events=events)

    def begun(self, root: Path, started_at: Instant, *, after: int) -> Import:
        """The record of the import, kept before anything is taken in; that of an earlier run goes on."""
        known = find(root, self.name)
        if known and known.seen_at == started_at:
            return known
        record = Import(
            name=self.name,
            file=self.file.path.name,
            kind=self.reading.kind,
            source=self.reading.reshape.source,
            fingerprint=self.reading.fingerprint,
            seen_at=started_at,
            after=after,
        )
        keep(root, record)
        return record

    def rejects_file(self, root: Path) -> Path:
        """Where rejects go by default."""
        return state_folder(root) / "rejects" / f"{self.file.path.name}-{self.reading.fingerprint}.jsonl"

    def answer(self, events: Mapping[str, int]) -> Imported:
        """What was found, and which events of it were new."""
        tally = self.tally
        return Imported(
            file=str(self.file.path),
            kind=self.reading.kind,
            records=max(0, self.position - self.start),
            events=dict(sorted(events.items())),
            repeated=sum(tally.events.values()) - sum(events.values()),
            people=len(tally.people),
            rejected=dict(tally.rejected.most_common()),
            examples={reason: f"{one.place}: {one.raw}" for reason, one in tally.examples.items()},
            left_out=list(self.reading.reshape.unused),
            parted=self.parted,
            standardised=standardised(tally),
        )


def _finished(record: Import, answer: Imported, log: EventLog, at: Instant, aside: Iterable[Rejected]) -> Import:
    """The record of an import that was taken in whole; of what earlier runs of it brought, the log knows."""
    events, people = answer.events, answer.people
    if answer.resumed_at:
        brought = [(one.person, one.event.name) for one in brought_by(record, log)]
        events = dict(sorted(Counter(name for _, name in brought).items()))
        people = len({person for person, _ in brought})
    return msgspec.structs.replace(
        record,
        until=log.position(),
        finished_at=at,
        records=answer.resumed_at + answer.records,
        events=events,
        repeated=answer.repeated,
        people=people,
        rejected=dict(Counter(kind(one.reason) for one in aside).most_common()),
        rejects_file=answer.rejects_file,
    )


def brought_by(record: Import, log: EventLog) -> Iterator[Stored]:
    """The events that the import wrote: in its part of the log, of its source, taken in when it began."""
    for one in takewhile(lambda one: not record.until or one.seq <= record.until, log.read(after=record.after)):
        if one.event.seen_at == record.seen_at and one.event.source == record.source:
            yield one


def standardised(tally: Tally) -> dict[str, Standardised]:
    """By field, what rules of standard form did."""
    return {
        field: Standardised(
            rule=found.rule,
            changed=found.changed,
            examples=found.examples,
            faults=dict(found.faults.most_common()),
            faulty=found.faulty,
        )
        for field, found in tally.changes.fields.items()
    }


def _started_at(log: EventLog, mark: str) -> Instant:
    """When this import began, now or in an earlier run; by it the log knows which records this import set aside."""
    if not log.position(mark):
        log.append(Batch(mark=Mark(name=mark, position=SystemClock().now())))
    return Instant(log.position(mark))


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Records hold no circles, and looking for some in millions of them takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def write_rejects(path: Path, rejects: Iterable[Rejected]) -> str:
    """Writes the rejects, one JSON object a line, whole or not at all; returns where, empty if there are none."""
    lines = (msgspec.json.encode({"place": one.place, "reason": one.reason, "raw": one.raw}) for one in rejects)
    first = next(lines, None)
    if first is None:
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (line + b"\n" for line in chain((first,), lines)))
    return str(path)
