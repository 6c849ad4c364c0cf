"""What the data of a real audience hold for a template, counted: what is missing, and which values there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

#: A field with more values than this has too many for a branch each.
_MOST_VALUES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The counts of an audience."""

    people: int
    #: By path: for how many of them there is nothing.
    missing: Mapping[str, int] = field(default_factory=dict)
    #: By path: all values as texts in small letters, where they are few.
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: By path of a list: how many items the longest has.
    longest: Mapping[str, int] = field(default_factory=dict)


def count(paths: Collection[str], everyone: Iterable[Mapping[str, object]]) -> Seen:
    """The counts of some paths in the data of everyone.

    >>> count({"person.tier"}, [{"person": {"tier": "Gold"}}, {"person": {}}]).missing
    {'person.tier': 1}
    """
    people, missing, longest = 0, Counter[str](), dict[str, int]()
    values: dict[str, set[str]] = {path: set() for path in paths}
    for data in everyone:
        people += 1
        for path in paths:
            value = value_at(data, path)
            if value is None or value in ("", []):
                missing[path] += 1
            elif isinstance(value, list | tuple):
                longest[path] = max(longest.get(path, 0), len(value))
            elif len(values[path]) <= _MOST_VALUES:
                values[path].add(str(value).lower())
    few = {path: frozenset(found) for path, found in values.items() if 0 < len(found) <= _MOST_VALUES}
    return Seen(people=people, missing=dict(missing), values=few, longest=longest)


def value_at(data: Mapping[str, object], path: str) -> object:
    """What the data have at a dotted path, None where there is nothing."""
    value: object = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
