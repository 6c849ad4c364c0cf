"""The segments and points schemes of the files in segments/; each mistake is told once, where it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from envoi.campaigns.files import SegmentShape
from envoi.campaigns.gates import gated
from envoi.conditions.bind import bind, bind_scope
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.tree import All
from envoi.errors import ConditionError
from envoi.segments.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Mapping, Set
    from decimal import Decimal

    from envoi.campaigns.mistakes import Mistakes
    from envoi.conditions.bind import Definitions
    from envoi.conditions.tree import Condition, Scope
    from envoi.settings import Consents

    Scheme = tuple[tuple[Decimal, Scope], ...]

#: Stands for a condition that has a mistake, so that whoever speaks of it does not seem wrong too.
_NEUTRAL: Condition = All(())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A segment, and where it is written."""

    segment: Segment
    file: str
    text: str


def read_segments(
    mistakes: Mistakes, definitions: Definitions, consents: Consents
) -> tuple[dict[str, Segment], Definitions]:
    """The segments, ordered by name, and the definitions with them and the points schemes in.

    Whoever does not allow what a segment's condition needs is not in it.
    """
    points: dict[str, Scheme] = {}
    written: dict[str, _Written] = {}
    unread: dict[str, Condition] = {}
    for file, _ in mistakes.folder("segments", ".toml"):
        shape = mistakes.shaped(SegmentShape, file)
        if shape is None:
            unread[PurePosixPath(file).stem] = _NEUTRAL
            continue
        for name in shape.points:
            if name in points:
                mistakes.note(f"two points schemes are called {name!r}", file, ["points", name], hint="rename one")
            points[name] = _scheme(mistakes, definitions, shape, file, name)
        if shape.condition or not shape.points:
            one = _segment(mistakes, shape, file)
            name = one.segment.name
            if name in written:
                hint = f"the other is in {written[name].file}"
                mistakes.note(f"two segments are called {name!r}", file, ["name"], hint=hint)
            written[name] = one
    conditions = unread | {name: one.segment.condition for name, one in written.items()}
    definitions = _told(mistakes, replace(definitions, points=points, segments=conditions), written)
    let_in = {name: gated(condition, definitions, consents) for name, condition in definitions.segments.items()}
    segments = {name: replace(written[name].segment, condition=let_in[name]) for name in sorted(written)}
    return segments, replace(definitions, segments=let_in)


def _segment(mistakes: Mistakes, shape: SegmentShape, file: str) -> _Written:
    text = shape.condition
    condition = mistakes.tried(partial(parse, text), file, ["condition"], text) or _NEUTRAL
    name = shape.name or PurePosixPath(file).stem
    return _Written(
        segment=Segment(name=name, condition=condition, description=shape.description), file=file, text=text
    )


def _scheme(mistakes: Mistakes, definitions: Definitions, shape: SegmentShape, file: str, name: str) -> Scheme:
    scheme = []
    for n, line in enumerate(shape.points[name]):
        keys = ("points", name, n, "each")
        scope = mistakes.tried(partial(parse_scope, line.each), file, keys, line.each)
        if scope and mistakes.bound(partial(bind_scope, scope, definitions, text=line.each), file, keys, line.each):
            scheme.append((line.gives, scope))
    return tuple(scheme)


def _told(mistakes: Mistakes, definitions: Definitions, written: Mapping[str, _Written]) -> Definitions:
    """Notes which segments do not fit the plan, and gives the definitions in which those are neutral."""
    wrong = {name for name, one in written.items() if not _fits(one, definitions)}
    alone = {name: _without(definitions, wrong - {name}) for name in wrong}
    own = {name for name in wrong if not _fits(written[name], alone[name])}
    # Segments that go round in a circle are wrong only together.
    for name in own or wrong:
        one = written[name]
        bound = partial(bind, one.segment.condition, alone[name] if own else definitions, text=one.text)
        mistakes.bound(bound, one.file, ["condition"], one.text)
    return _without(definitions, wrong)


def _fits(one: _Written, definitions: Definitions) -> bool:
    try:
        bind(one.segment.condition, definitions, text=one.text)
    except ConditionError:
        return False
    return True


def _without(definitions: Definitions, names: Set[str]) -> Definitions:
    return replace(definitions, segments={**definitions.segments, **dict.fromkeys(names, _NEUTRAL)})
