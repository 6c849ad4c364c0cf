"""What a judge may know of one person: the events up to a moment, and the traits as they were then, in stored form."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from envoi.clock import Instant, parse_instant
from envoi.conditions.bound import Events, Measure, Storage
from envoi.errors import DataError
from envoi.events.event import CONSENT, IMPUTED, Name, imputed
from envoi.events.number import LARGEST, scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from envoi.events.event import Event, Stored, Value

_WHEN = attrgetter("event.at", "seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One person's history up to `now`."""

    now: Instant
    #: By event name, oldest first.
    events: Mapping[str, Sequence[Stored]]
    #: The latest value of each trait.
    traits: Mapping[str, Value]
    #: What judges found once and need again: the events that pass a filter, whenever they happened, ...
    passing: dict[Events, list[Stored]] = field(default_factory=dict, compare=False, repr=False)
    #: ... and what is measured of each of them.
    measured: dict[tuple[Events, Measure], list[list[int | str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def exists(self) -> bool:
        """Whether the person had been seen by then."""
        return bool(self.events)


def facts(history: Iterable[Stored], now: Instant) -> Facts:
    """What was known at `now` of the person whose events these are, in any order; later events are left out."""
    events: dict[str, list[Stored]] = {}
    traits: dict[str, Value] = {}
    for stored in sorted((one for one in history if one.event.at <= now), key=_WHEN):
        events.setdefault(stored.event.name, []).append(stored)
        traits |= traits_of(stored.event)
    return Facts(now=now, events=events, traits=traits)


def traits_of(event: Event) -> dict[str, Value]:
    """The traits that an event sets: what a profile update carries, the consent to a purpose, or estimates.

    Only the person's own word sets a consent, and only an estimate is called one: fields of such names are left out.
    """
    if event.name == Name.PROFILE_UPDATED:
        return {key: value for key, value in _flat(event.props).items() if not key.startswith((CONSENT, IMPUTED))}
    if event.name == Name.CONSENT_CHANGED:
        return {f"{CONSENT}{event.props['purpose']}": event.props["granted"] is True}
    if event.name == Name.TRAIT_IMPUTED:
        return imputed(event)
    return {}


def _flat(props: Mapping[str, Value]) -> dict[str, Value]:
    """Nested objects as dotted paths; a field that is itself called like one comes before it."""
    nested = {
        f"{key}.{path}": inner
        for key, value in props.items()
        if isinstance(value, dict)
        for path, inner in _flat(value).items()
    }
    return nested | {key: value for key, value in props.items() if not isinstance(value, dict)}


def find(props: Mapping[str, Value], path: str) -> Value:
    """The value at `path`: a property of that very name, or a dotted way through nested objects; None if missing.

    >>> find({"a.b": 1}, "a.b"), find({"a": {"b": 2}}, "a.b"), find({}, "a.b")
    (1, 2, None)
    """
    found = props.get(path)
    dot = path.find(".")
    while found is None and dot >= 0:
        inner = props.get(path[:dot])
        found = find(inner, path[dot + 1 :]) if isinstance(inner, dict) else None
        dot = path.find(".", dot + 1)
    return found


def stored_form(value: Value, storage: Storage) -> int | str | None:
    """The value as history holds it; None if it is missing or of another sort.

    >>> stored_form(9.99, Storage.NUM), stored_form(True, Storage.BOOL), stored_form("9.99", Storage.NUM)
    (9990000, 1, None)
    """
    if storage is Storage.BOOL:
        return int(value) if isinstance(value, bool) else None
    if storage is Storage.NUM:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return scaled(value) if -LARGEST <= value <= LARGEST else None
    if not isinstance(value, str):
        return None
    return value if storage is Storage.TEXT else _time(value)


def _time(text: str) -> int | None:
    try:
        return parse_instant(text)
    except DataError:
        return None
