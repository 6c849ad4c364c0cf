"""Turns events into the columns of history (envoi/tables.py), a column at a time: value by value takes far longer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from envoi.adapters.tables.typed import KINDS, held_as, leaves, typed
from envoi.conditions.facts import traits_of
from envoi.events.catalogue import EventPlan
from envoi.events.event import ABOUT_PEOPLE, Name
from envoi.tables import column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.adapters.tables.held import Held
    from envoi.adapters.tables.typed import Object
    from envoi.events.catalogue import Catalogue, Property
    from envoi.events.event import Event, Stored, Value

_NESTED = frozenset({dict, list})


@dataclass(frozen=True, slots=True)
class Columns:
    """What a batch of events adds to history; `person` is a place in `people` until history gives a number."""

    #: id and first_at of each person of the batch, in order of appearance.
    people: pa.Table
    events: list[pa.Table] = field(default_factory=list)
    items: list[pa.Table] = field(default_factory=list)
    traits: list[pa.Table] = field(default_factory=list)


def columns(stored: Sequence[Stored], catalogue: Catalogue, held: Held) -> Columns:
    """The columns of these events; `held` grows by what is new in them.

    Nested objects become dotted paths, lists of objects become items; other lists, and all but plain values of an event
    that means something to Envoi itself (`Name`), stay in the log only. A number too large to count with is missing.
    """
    rows, people = _rows(stored)
    made = Columns(people)
    by_name: dict[str, list[int]] = {}
    for place, each in enumerate(stored):
        by_name.setdefault(each.event.name, []).append(place)
    for name, places in by_name.items():
        part = _Part(made, held, name, catalogue)
        part.add(rows.take(places), [stored[place].event for place in places])
    return made


@dataclass(frozen=True, slots=True)
class _Rows:
    """What every row of events, items and traits has: an Arrow array each."""

    seq: pa.Array
    person: pa.Array
    at: pa.Array
    source: pa.Array

    def take(self, places: Sequence[int]) -> _Rows:
        """The rows at these places."""
        where = pa.array(places, pa.int64())
        return _Rows(*(each.take(where) for each in (self.seq, self.person, self.at, self.source)))

    def table(self, more: Mapping[str, pa.Array | str]) -> pa.Table:
        """The rows with more columns; a text is the same in every row."""
        same = {name: pa.repeat(value, len(self.seq)) for name, value in more.items() if isinstance(value, str)}
        own = {"seq": self.seq, "person": self.person, "at": self.at, "source": self.source}
        return pa.table({**own, **more, **same})


@dataclass(frozen=True, slots=True)
class _Part:
    """The events of one name."""

    made: Columns
    held: Held
    name: str
    catalogue: Catalogue

    def add(self, rows: _Rows, events: Sequence[Event]) -> None:
        """Adds the rows and what they carry."""
        self.held.see(self.name)
        carried: Mapping[str, pa.Array] = {}
        if self.name in ABOUT_PEOPLE:
            self._traits(
                rows, [(place, *told) for place, each in enumerate(events) for told in traits_of(each).items()]
            )
        if self.name != Name.PROFILE_UPDATED:
            carried = self._carried(rows, [each.props for each in events])
        self.made.events.append(rows.table({"name": self.name, **carried}))

    def _carried(self, rows: _Rows, props: Sequence[Object]) -> Mapping[str, pa.Array]:
        """The columns of the events' own values; their lists become items on the way."""
        planned = self.catalogue.events.get(self.name, EventPlan(name=self.name)).properties
        if self.name in frozenset(Name):
            props = [{key: value for key, value in each.items() if type(value) not in _NESTED} for each in props]
        own, lists = self._columns("events", props, planned)
        for path, values in lists.items():
            self._items(rows, path, values, planned[path].fields if path in planned else {})
        return own

    def _items(self, rows: _Rows, path: str, lists: Sequence[Any], planned: Mapping[str, Property]) -> None:
        """A row for each object in a list."""
        parents, items = [], []
        for place, each in enumerate(lists):
            for item in each if type(each) is list else ():
                if type(item) is dict:
                    parents.append(place)
                    items.append(item)
        if items:
            own, _ = self._columns("items", items, planned, of=path)
            self.made.items.append(rows.take(parents).table({"name": self.name, "list": path, **own}))

    def _columns(
        self, table: str, objects: Sequence[Object], planned: Mapping[str, Property], *, of: str = ""
    ) -> tuple[dict[str, pa.Array], dict[str, list[Any]]]:
        """The plain values of events, or of the items in the list `of`, as columns; and their lists as they are."""
        own: dict[str, pa.Array] = {}
        lists: dict[str, list[Any]] = {}
        for path, values in leaves(objects, lambda path: self.held.reaches(table, path, of=of)):
            types = frozenset(map(type, values))
            if list in types:
                lists[path] = values
            for kind, array in typed(values, types, planned.get(path)).items():
                if array.null_count < len(array) and self.held.admits(table, kind, path):
                    self.held.see(self.name, path, kind, of=of)
                    own[column(kind, path)] = array
        return own, lists

    def _traits(self, rows: _Rows, told: Sequence[tuple[int, str, Value]]) -> None:
        """A row for each (place, key, value); a null is a value here: from then on the trait is missing."""
        by_kind: dict[str, list[int | str | None]] = {kind: [] for kind in KINDS}
        for _, key, value in told:
            kind, held = held_as(value, self.catalogue.traits.get(key))
            for each, values in by_kind.items():
                values.append(held if each == kind else None)
            if held is not None:
                self.held.see("", key, kind)
        if told:
            arrays = {kind: pa.array(values, KINDS[kind]) for kind, values in by_kind.items()}
            keys = pa.array([key for _, key, _ in told], pa.string())
            self.made.traits.append(rows.take([place for place, _, _ in told]).table({"key": keys, **arrays}))


def _rows(stored: Sequence[Stored]) -> tuple[_Rows, pa.Table]:
    """The rows of the events, and the people they speak of."""
    people = pa.array([each.person for each in stored], pa.string()).dictionary_encode()
    rows = _Rows(
        seq=pa.array([each.seq for each in stored], pa.int64()),
        person=people.indices.cast(pa.int64()),
        at=pa.array([each.event.at for each in stored], pa.int64()),
        source=pa.array([each.event.source for each in stored], pa.string()),
    )
    # One thread, so that the groups come in order of appearance, as the ids do.
    firsts = rows.table({}).group_by("person", use_threads=False).aggregate([("at", "min")])
    return rows, pa.table({"id": people.dictionary, "first_at": firsts["at_min"]})
