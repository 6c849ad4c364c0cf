"""The report on a project's data: everything measured once, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from envoi.clock import iso
from envoi.reports.fields import Field
from envoi.reports.outcome import people_seen
from envoi.reports.quality import findings
from envoi.reports.quality.answers import (
    FieldDrift,
    FieldQuality,
    FieldUse,
    QualityFinding,
    QualityReport,
    Volume,
    VolumeDay,
)
from envoi.reports.quality.incomplete import incomplete
from envoi.reports.quality.lineage import Use, lineage
from envoi.reports.quality.mends import mends
from envoi.reports.quality.properties import measure_properties
from envoi.reports.quality.traits import measure_traits
from envoi.reports.quality.values import Shared, Validity, expected_own, judges, shared, validity
from envoi.reports.quality.volumes import streams
from envoi.reports.quality.windows import Windows
from envoi.reports.sample import share_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from envoi.campaigns.project import Project
    from envoi.clock import Instant
    from envoi.events.event import Rejected
    from envoi.people.quality.drift import Drift
    from envoi.reports.quality.measured import Measured
    from envoi.reports.quality.volumes import Stream
    from envoi.tables import Tables

_NONE = Validity(looked_at=0, invalid=0)
_ALONE = Shared(people=0, values=0)


def quality(project: Project, tables: Tables, at: Instant, aside: Iterable[Rejected] = ()) -> QualityReport:
    """How good the project's data were at `at`; `aside` are records that could not be taken in, whenever that was."""
    return _Audit.of(project, tables, at).report(_by_reason(aside, project, at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audit:
    """What was measured."""

    project: Project
    tables: Tables
    windows: Windows
    people: int
    uses: Mapping[Field, Sequence[Use]]
    measured: Sequence[Measured]
    valid: Mapping[str, Validity]
    own: Mapping[str, Shared]
    streams: Sequence[Stream]

    @classmethod
    def of(cls, project: Project, tables: Tables, at: Instant) -> _Audit:
        catalogue, limits = project.definitions.catalogue, project.audits.limits
        windows = Windows.of(limits, at, project.settings.zone)
        people = people_seen(tables, at)
        measured = measure_traits(tables, catalogue, windows)
        filled = {each.path for each in measured if each.filled}
        told = {name: prop for name, prop in catalogue.traits.items() if name in filled}
        share = share_of(people)
        return cls(
            project=project,
            tables=tables,
            windows=windows,
            people=people,
            uses=lineage(project),
            measured=[*measured, *measure_properties(tables, catalogue, windows)],
            valid={
                name: validity(tables, name, judge, at=at, share=share)
                for name, judge in judges(told, project.rules).items()
                if name in told
            },
            own={name: shared(tables, name, at=at) for name in expected_own(told, project.rules, limits.unique)},
            streams=streams(tables, windows, width=limits.band),
        )

    def report(self, aside: Mapping[str, Mapping[str, int]]) -> QualityReport:
        at, catalogue = self.windows.at, self.project.definitions.catalogue
        found = sorted(
            chain(self._of_fields(), self._of_streams(), self._of_mends(), self._of_rejects(aside)), key=_order
        )
        return QualityReport(
            project=self.project.settings.name,
            at=iso(at),
            reference_from=iso(self.windows.reference),
            present_from=iso(self.windows.begins),
            people=self.people,
            findings=found,
            fields=[self._field(each) for each in self.measured],
            volumes=[_volume(each) for each in self.streams],
            incomplete=incomplete(self.tables, catalogue, self.uses, at=at, people=self.people),
            set_aside={source: dict(reasons) for source, reasons in aside.items()},
        )

    def _of_fields(self) -> Iterator[QualityFinding]:
        limits = self.project.audits.limits
        several = {(each.event, each.path) for each in self.measured if each.source}
        for each in self.measured:
            uses = self._uses(each)
            yield from findings.of_filling(each, uses, limits)
            if each.source or (each.event, each.path) not in several:
                # What one source does is told of that source.
                yield from findings.of_drift(each, uses)
            if each.event or each.source:
                continue
            yield from findings.of_kind(each, uses)
            prop = self.project.definitions.catalogue.traits[each.path]
            valid = self.valid.get(each.path, _NONE)
            yield from findings.of_values(each, valid, uses, limits=limits, one_of=prop.one_of)
            yield from findings.of_sharing(each, self.own.get(each.path, _ALONE), uses)

    def _of_streams(self) -> Iterator[QualityFinding]:
        limits = self.project.audits.limits
        for stream in self.streams:
            touched = {use: None for field, uses in self.uses.items() if field.event == stream.event for use in uses}
            yield from findings.of_volume(stream, list(touched), days=limits.present.days)
        yield from findings.of_silence(self.streams, limits, self.windows.at)

    def _of_mends(self) -> Iterator[QualityFinding]:
        texts = {each.path: each.distinct for each in self.measured if not (each.event or each.source)}
        known = {name for name, prop in self.project.definitions.catalogue.traits.items() if prop.kind.value == "text"}
        found, looked_at = mends(
            self.tables,
            self.project.audits.limits.decides,
            {name: distinct for name, distinct in texts.items() if name in known},
            at=self.windows.at,
            people=self.people,
        )
        yield from findings.of_mends(
            found, looked_at, {field.path: uses for field, uses in self.uses.items() if not field.event}
        )

    def _of_rejects(self, aside: Mapping[str, Mapping[str, int]]) -> Iterator[QualityFinding]:
        taken: dict[str, int] = {}
        for stream in self.streams:
            taken[stream.source] = taken.get(stream.source, 0) + stream.total
        yield from findings.of_rejects(aside, taken)

    def _uses(self, each: Measured) -> Sequence[Use]:
        return self.uses.get(Field(event=each.event, path=each.path), ())

    def _field(self, each: Measured) -> FieldQuality:
        is_own = not (each.event or each.source)
        valid = self.valid.get(each.path, _NONE) if is_own else _NONE
        return FieldQuality(
            event=each.event,
            field=each.path,
            kind=each.kind.value,
            source=each.source,
            total=each.total,
            filled=each.filled,
            complete=each.filled / each.total if each.total else None,
            misfits=each.misfits,
            looked_at=valid.looked_at,
            invalid=valid.invalid,
            invalid_examples=dict(valid.examples),
            distinct=each.distinct,
            shared=self.own.get(each.path, _ALONE).people if is_own else 0,
            newest=iso(each.newest) if each.newest is not None else "",
            drift=_drift(each.drift) if each.drift else None,
            used_by=[FieldUse(kind=use.kind, name=use.name, how=use.how) for use in self._uses(each)],
            days=[(day.day.isoformat(), day.total, day.filled / day.total if day.total else 0.0) for day in each.days],
        )


def _order(finding: QualityFinding) -> tuple[float, str]:
    return -finding.rank, finding.key


def _drift(drift: Drift) -> FieldDrift:
    return FieldDrift(
        measure=drift.measure,
        value=round(drift.value, 6),
        limit=round(drift.limit, 6),
        before=drift.before,
        now=drift.now,
        verdict=drift.verdict,
        moved={value: (before, now) for value, before, now in drift.moved},
    )


def _volume(stream: Stream) -> Volume:
    days = [
        VolumeDay(
            day=each.day.isoformat(),
            count=each.count,
            low=each.expected[0] if each.expected else None,
            high=each.expected[1] if each.expected else None,
            verdict=each.verdict,
        )
        for each in stream.days
    ]
    return Volume(event=stream.event, source=stream.source, total=stream.total, newest=iso(stream.newest), days=days)


def _by_reason(aside: Iterable[Rejected], project: Project, at: Instant) -> dict[str, dict[str, int]]:
    """Records set aside in the present window; where a project lives in the past, all of them."""
    begins = Windows.of(project.audits.limits, at, project.settings.zone).begins
    found: dict[str, dict[str, int]] = {}
    for one in aside:
        if project.settings.as_of is not None or begins < one.seen_at <= at:
            reasons = found.setdefault(one.source, {})
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    return found
