"""What is not as it should be, in words, ranked by what it touches: the share that is concerned, times the uses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from envoi.clock import moment
from envoi.conditions.parse import ONCE
from envoi.conditions.tree import Ago, All, Did, Not, Op, Scope, Span, Test, Trait, Unit
from envoi.conditions.written import written
from envoi.events.catalogue import Kind
from envoi.messages.timing import lasting
from envoi.people.quality.onset import onset
from envoi.reports.quality.answers import FieldUse, QualityFinding
from envoi.reports.quality.lineage import Use, weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from envoi.clock import Instant
    from envoi.people.quality.limits import Limits
    from envoi.reports.quality.measured import Measured
    from envoi.reports.quality.mends import Mend
    from envoi.reports.quality.values import Shared, Validity
    from envoi.reports.quality.volumes import Stream

#: Of what nothing uses, only what is this share or more is worth a word.
_UNUSED = 0.5
_PRESENT = Test(Op.PRESENT)
EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a finding is about, and how much of it."""

    kind: str
    event: str = ""
    path: str = ""
    source: str = ""
    count: int
    of: int
    condition: str = ""
    uses: Sequence[Use] = field(default=())

    def says(self, what: str, todo: str, *, example: str = "") -> QualityFinding:
        """The finding in these words, with what it touches."""
        touched = in_words(self.uses)
        share = self.count / self.of if self.of else 0.0
        return QualityFinding(
            key=" / ".join((self.kind, self.event, self.path, self.source)),
            kind=self.kind,
            event=self.event,
            field=self.path,
            source=self.source,
            says=f"{what}{touched}",
            example=example,
            todo=todo,
            count=self.count,
            of=self.of,
            condition=self.condition,
            touches=[FieldUse(kind=use.kind, name=use.name, how=use.how) for use in self.uses],
            rank=round(share * (1 + weight([*self.uses])), 6),
        )


def in_words(uses: Sequence[Use]) -> str:
    """What uses it, as the end of a sentence.

    >>> in_words([Use(kind="campaign", name="Birthday"), Use(kind="segment", name="A"), Use(kind="segment", name="B")])
    '; campaign "Birthday" and segments "A" and "B" use it'
    >>> in_words([])
    ''
    """
    names: dict[str, dict[str, None]] = {}
    for use in uses:
        names.setdefault(use.kind, {})[f'"{use.name}"'] = None
    told = [f"{kind}{'s' if len(those) > 1 else ''} {_listed([*those])}" for kind, those in names.items()]
    verb = "use" if sum(map(len, names.values())) > 1 else "uses"
    return f"; {_listed(told)} {verb} it" if told else ""


def _listed(texts: list[str]) -> str:
    """A few of them, as people list things.

    >>> _listed(["a"]), _listed(["a", "b"]), _listed(["a", "b", "c", "d", "e"])
    ('a', 'a and b', 'a, b, c and 2 more')
    """
    some = texts if len(texts) <= EXAMPLES else [*texts[:EXAMPLES], f"{len(texts) - EXAMPLES} more"]
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)


def of_filling(each: Measured, uses: Sequence[Use], limits: Limits) -> Iterator[QualityFinding]:
    """A field that many lack, or that is filled less since a day."""
    lacks = each.total - each.filled
    if each.source or not each.total or not lacks:
        return
    share = lacks / each.total
    condition = written(Trait(each.path, Test(Op.MISSING))) if not each.event else ""
    about = About(
        kind="missing", event=each.event, path=each.path, count=lacks, of=each.total, condition=condition, uses=uses
    )
    found = onset(each.days)
    if found:
        who = f"{each.event} events" if each.event else "the people who came"
        what = (
            f"{_named(each)} is missing for {_percent(1 - found.after)} of {who} since {_day(found.since)},"
            f" and for {_percent(1 - found.before)} of those before"
        )
        yield replace(about, kind="lost").says(what, "ask what changed that day where it comes from")
    elif share > (1 - limits.complete if uses else _UNUSED) and (uses or each.filled):
        where = f" of {each.event} events" if each.event else ""
        what = f"{_named(each)} is missing for {_percent(share)}{where}"
        yield about.says(what, "collect it, import it, or write a fallback where it is used")


def of_kind(each: Measured, uses: Sequence[Use]) -> Iterator[QualityFinding]:
    """Values of another kind than the field's, which nothing sees."""
    if each.misfits and not each.source:
        about = About(
            kind="misfit", path=each.path, count=each.misfits, of=each.filled + each.misfits, uses=uses,
            condition=written(Trait(each.path, Test(Op.MISSING))),
        )  # fmt: skip
        many = _many(each.misfits, "value is not, and counts", "values are not, and count")
        what = f"{_named(each)} is a {each.kind.value}: {many} as missing"
        yield about.says(what, "plan the field in events/ with its kind, and import it again")


def of_values(
    each: Measured, valid: Validity, uses: Sequence[Use], *, limits: Limits, one_of: tuple[str, ...] = ()
) -> Iterator[QualityFinding]:
    """Values that are not what a rule says, or none of those that the plan lists."""
    if valid.invalid <= valid.looked_at * (1 - limits.valid) or not valid.invalid:
        return
    some = "; ".join(f"{value!r} {why}" for value, why in list(valid.examples.items())[:2])
    about = About(
        kind="invalid", path=each.path, count=valid.invalid, of=valid.looked_at, uses=uses,
        condition=_invalid(each, valid, one_of),
    )  # fmt: skip
    what = f"{_named(each)} is not valid for {_percent(valid.invalid / valid.looked_at)}"
    yield about.says(what, "give it a rule in rules/, and import it again", example=some)


def _invalid(each: Measured, valid: Validity, one_of: tuple[str, ...]) -> str:
    """The condition of those who have such a value; of a day that is none, conditions cannot ask."""
    if one_of:
        return written(All((Trait(each.path, _PRESENT), Not(Trait(each.path, Test(Op.IN, one_of))))))
    return written(Trait(each.path, Test(Op.IN, valid.values))) if each.kind is Kind.TEXT else ""


def of_sharing(each: Measured, found: Shared, uses: Sequence[Use]) -> Iterator[QualityFinding]:
    """Values that should be one person's own, and are several people's."""
    if not found.people:
        return
    value, count = next(iter(found.examples.items()))
    about = About(
        kind="shared", path=each.path, count=found.people, of=each.filled, uses=uses,
        condition=written(Trait(each.path, Test(Op.IN, tuple(found.examples)))),
    )  # fmt: skip
    what = f"{found.people:,} people share their {each.path} with another"
    yield about.says(what, "see with 'envoi match' who is one person", example=f"{value!r} is that of {count:,}")


def of_drift(each: Measured, uses: Sequence[Use]) -> Iterator[QualityFinding]:
    """Values that are spread otherwise than before."""
    drift = each.drift
    if drift is None or drift.verdict != "drifted":
        return
    where = f" from {each.source}" if each.source else ""
    moved = ", ".join(f"{value!r} {_percent(now)} instead of {_percent(before)}" for value, before, now in drift.moved)
    how = moved or f"a part of {_percent(drift.value)} of them lies elsewhere"
    condition = ""
    if not each.event:
        test = Test(Op.EQ, (drift.moved[0][0],)) if drift.moved and each.kind.value != "boolean" else _PRESENT
        condition = written(Trait(each.path, test))
    about = About(
        kind="drift", event=each.event, path=each.path, source=each.source, count=drift.now, of=drift.now,
        condition=condition, uses=uses,
    )  # fmt: skip
    what = f"the values of {_named(each)}{where} have shifted: {how}"
    yield about.says(what, "ask whether the business changed, or the source that sends them")


def of_volume(stream: Stream, uses: Sequence[Use], *, days: int) -> Iterator[QualityFinding]:
    """Days in the present window with more or fewer events than such days have."""
    odd = [each for each in stream.days[-days:] if each.verdict in ("too few", "too many")] if days else []
    if not odd:
        return
    last = odd[-1]
    low, high = last.expected or (0, 0)
    more = f"; so it was on {len(odd) - 1} more of the last {days} days" if len(odd) > 1 else ""
    window = Ago(far=Span(max(days, 1), Unit.DAYS))
    about = About(
        kind="volume", event=stream.event, source=stream.source, count=len(odd), of=max(days, 1), uses=uses,
        condition="" if stream.event in _NOT_DONE else written(Did(Scope(stream.event, window=window), ONCE)),
    )  # fmt: skip
    what = (
        f"{last.verdict} {stream.event} events from {stream.source or 'an unnamed source'} on {_day(last.day)}:"
        f" {last.count:,}, where {low:,} to {high:,} were expected{more}"
    )
    yield about.says(what, "see whether the source sends all it should, and once")


#: What conditions do not speak of as something that people did.
_NOT_DONE = ("Profile Updated", "Consent Changed")


def of_silence(streams: Sequence[Stream], limits: Limits, at: Instant) -> Iterator[QualityFinding]:
    """Sources that have been silent for longer than the project says they may be."""
    for source, most in limits.fresh.items():
        newest = max((each.newest for each in streams if each.source == source), default=None)
        silent = timedelta(microseconds=at - newest) if newest is not None else None
        if silent is not None and silent <= most:
            continue
        since = f"since {_day(moment(newest).date())}" if newest is not None else "ever"
        about = About(kind="silent", source=source, count=1, of=1)
        what = f"nothing came from {source} {since}, and it should not be silent for longer than {lasting(most)}"
        yield about.says(what, "see whether it still sends, and whether anybody imports it")


def of_mends(found: Sequence[Mend], looked_at: int, uses: Mapping[str, Sequence[Use]]) -> Iterator[QualityFinding]:
    """Cells that other people's contradict, by field."""
    for path in dict.fromkeys(each.repair.column for each in found):
        those = [each for each in found if each.repair.column == path]
        one = those[0]
        why = f"{one.person} has {one.repair.before!r} where it should be {one.repair.after!r}, as {one.repair.reason}"
        values = tuple(dict.fromkeys(each.repair.before for each in those))[:10]
        about = About(
            kind="repair", path=path, count=len(those), of=looked_at, uses=uses.get(path, ()),
            condition=written(Trait(path, Test(Op.IN, values))),
        )  # fmt: skip
        who = _many(len(those), "person", "people")
        yield about.says(f"{path} is probably wrong for {who}", "mend them at their source", example=why)


def of_rejects(aside: Mapping[str, Mapping[str, int]], taken: Mapping[str, int]) -> Iterator[QualityFinding]:
    """Records that could not be taken in, by source; `taken` are the events that could."""
    for source, reasons in aside.items():
        count, (reason, most) = sum(reasons.values()), max(reasons.items(), key=lambda each: each[1])
        about = About(kind="set aside", source=source, count=count, of=count + taken.get(source, 0))
        why = f"{most:,} of them because {reason}" if most < count else f"because {reason}"
        what = f"{_many(count, 'record', 'records')} from {source} could not be taken in"
        yield about.says(what, "mend them in the file of rejects, and import it", example=why)


def _many(count: int, one: str, more: str) -> str:
    """A count of things.

    >>> _many(1, "person", "people"), _many(2_469, "person", "people")
    ('1 person', '2,469 people')
    """
    return f"{count:,} {one if count == 1 else more}"


def _named(each: Measured) -> str:
    return f"{each.event}.{each.path}" if each.event else each.path


def _percent(share: float) -> str:
    """A share as people say it.

    >>> _percent(0.43), _percent(0.001), _percent(1.0), _percent(0.9999)
    ('43 %', 'under 1 %', '100 %', 'over 99 %')
    """
    percent = 100 * share
    if 0 < percent < 1:
        return "under 1 %"
    return "over 99 %" if 99 < percent < 100 else f"{percent:.0f} %"  # noqa: PLR2004 - as said


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
