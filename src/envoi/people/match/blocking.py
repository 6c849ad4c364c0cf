"""Which pairs are worth comparing: those that agree in something rare enough, chosen from the data without labels.

A *block* is one thing that two records may agree in: "the same surname and day of birth". To compare all pairs of
100,000 records is five thousand million comparisons; a handful of blocks holds nearly all true pairs among a few
million.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from envoi.people.match.record import Field, People

#: More records than this agree in something common, not in being one person: no pair of theirs is worth it.
LARGEST_GROUP = 200
#: Pairs for each record, of one block and of all together; small files can afford more.
_PER_BLOCK, _IN_ALL, _AFFORDED = 10, 50, 400_000
#: What records agree in, by field and form.
On = tuple[tuple[str, str], ...]
Key = str | tuple[str, ...]
#: Blocks in all.
_MOST_BLOCKS = 24
_WHOLE = "whole"
#: Of several fields: whichever of them holds which value.
_EITHER_WAY = "either way"
#: Kinds with enough different values to look for pairs in; the others only help to judge one.
_TELLING = tuple(kind for kind in Kind if kind not in (Kind.CATEGORY, Kind.IGNORED))

#: The beginnings that survive a typing error further on.
_FORMS: dict[str, Callable[[str], str]] = {
    "start 2": lambda value: value[:2],
    "start 3": lambda value: value[:3],
    "start 4": lambda value: value[:4],
    "start 7": lambda value: value[:7],
    "local part": lambda value: value.rpartition("@")[0],
}
_COARSE = (
    ((Kind.EMAIL, "local part"),),
    ((Kind.DATE, "start 7"),),
    ((Kind.GIVEN, _EITHER_WAY), (Kind.SURNAME, _EITHER_WAY)),
    ((Kind.GIVEN, "start 3"), (Kind.SURNAME, "start 4")),
    ((Kind.GIVEN, "start 2"), (Kind.SURNAME, "start 2"), (Kind.DATE, "start 4")),
    ((Kind.DATE, _WHOLE), (Kind.POSTCODE, "start 3")),
    ((Kind.GIVEN, _WHOLE), (Kind.POSTCODE, "start 3")),
    ((Kind.SURNAME, _WHOLE), (Kind.POSTCODE, "start 3")),
    ((Kind.GIVEN, "start 3"), (Kind.DATE, "start 4"), (Kind.PLACE, _WHOLE)),
    ((Kind.SURNAME, "start 3"), (Kind.DATE, "start 4"), (Kind.PLACE, _WHOLE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One thing to agree in, and who does."""

    on: On
    #: For each record the group it is in; -1 for one that nobody agrees with, or too many do.
    groups: Sequence[int]
    #: How many pairs it makes.
    pairs: int
    #: Whether every group is in it; those that are too large are not.
    complete: bool

    def covers(self, finer: On) -> bool:
        """Whether each pair that agrees in `finer` is one of this block's too."""
        whole = {name for name, form in finer if form == _WHOLE}
        return self.complete and all(name in whole or (name, form) in finer for name, form in self.on)

    @property
    def fields(self) -> frozenset[str]:
        """The fields it is about, if it is about whole values; empty if about parts of them."""
        return frozenset(name for name, _ in self.on) if all(form == _WHOLE for _, form in self.on) else frozenset()


def blocks(people: People) -> list[Block]:
    """The blocks that can be afforded: those that agree in one thing first, then in two, then in three."""
    per_block = max(_PER_BLOCK * len(people.keys), _AFFORDED // 4)
    left = max(_IN_ALL * len(people.keys), _AFFORDED)
    chosen: list[Block] = []
    candidates = sorted(_candidates(people), key=len)
    for _, level in groupby(candidates, key=len):
        # What agrees in more is not even looked at if the pairs that agree in less are all taken.
        made = [_block(people, on) for on in level if not any(coarser.covers(on) for coarser in chosen)]
        for block in sorted(made, key=lambda each: (each.pairs, not each.fields, each.on)):
            affordable = 0 < block.pairs <= min(left, per_block)
            if affordable and len(chosen) < _MOST_BLOCKS and not any(each.covers(block.on) for each in chosen):
                chosen.append(block)
                left -= block.pairs
    return chosen


def pairs(chosen: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Each pair of records that some block holds, once, the lower number first."""
    for number, block in enumerate(chosen):
        for group in _members(block.groups):
            for left, right in combinations(group, 2):
                if not any(_same(earlier.groups, left, right) for earlier in chosen[:number]):
                    yield left, right


def _same(groups: Sequence[int], left: int, right: int) -> bool:
    return groups[left] == groups[right] != -1


def _members(groups: Sequence[int]) -> list[list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        if group != -1:
            members[group].append(index)
    return list(members.values())


def _candidates(people: People) -> Iterator[On]:
    for field in people.of_kind(*_TELLING):
        yield ((field.name, _WHOLE),)
    for one, other in combinations(people.of_kind(*_TELLING), 2):
        yield ((one.name, _WHOLE), (other.name, _WHOLE))
    for coarse in _COARSE:
        fields = [_first(people, kind) for kind, _ in coarse]
        if all(fields):
            yield tuple((field.name, form) for field, (_, form) in zip(fields, coarse, strict=True) if field)


def _first(people: People, kind: Kind) -> Field | None:
    return next(iter(people.of_kind(kind)), None)


def _block(people: People, on: On) -> Block:
    keys = _keys(people, on)
    counts = Counter(key for key in keys if key)
    fitting = (key for key, count in counts.items() if 1 < count <= LARGEST_GROUP)
    numbers = {key: number for number, key in enumerate(fitting)}
    return Block(
        on=on,
        groups=[numbers.get(key, -1) for key in keys],
        pairs=sum(counts[key] * (counts[key] - 1) // 2 for key in numbers),
        complete=max(counts.values(), default=0) <= LARGEST_GROUP,
    )


def _keys(people: People, on: On) -> list[Key]:
    """What each record agrees in with others; empty if it lacks some of it."""
    columns: list[Sequence[str]] = []
    for name, form in on:
        values = people.values[name]
        columns.append(values if form in (_WHOLE, _EITHER_WAY) else list(map(_FORMS[form], values)))
    if len(columns) == 1:
        return list(columns[0])
    rows = zip(*columns, strict=True)
    if on[0][1] == _EITHER_WAY:
        return [tuple(sorted(row)) if all(row) else () for row in rows]
    return [row if all(row) else () for row in rows]
