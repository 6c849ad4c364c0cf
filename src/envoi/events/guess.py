"""What is done without a mapping file: columns with the usual names are taken for what they usually mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import DataError
from envoi.events.mapping import EventsMap, PeopleMap
from envoi.events.reshape import Reshape, bind
from envoi.events.wire import is_message, raws

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envoi.events.mapping import Map
    from envoi.events.port import Source

#: Names in the order in which they are looked for, without regard to case, spaces, "_" and "-".
_USUAL = {
    "event": ("event", "eventname", "name", "type"),
    "id": ("id", "messageid", "eventid"),
    "at": ("timestamp", "at", "time", "occurredat", "date", "datetime", "createdat"),
    "updated": ("updatedat", "timestamp", "at"),
    "user_id": ("userid", "customerid", "personid", "user", "customer", "person"),
    "email": ("email", "emailaddress"),
    "phone": ("phone", "phonenumber"),
    "device": ("deviceid",),
    "anonymous_id": ("anonymousid",),
}
_KEYS = ("user_id", "email", "phone", "device", "anonymous_id")


def reshape(source: Source, *, people: bool, name: str) -> Reshape:
    """How to read a source that has no mapping; its events get `name` as where they came from.

    JSON lines are taken for messages of Segment's clients if the first that can be read looks like one.

    Raises:
        DataError: the columns do not say who it was, or not what happened and when.
    """
    if source.columns:
        return bind(guessed(source.columns, people=people, name=name), source.columns)
    first = next((record.fields for record in source.read() if not record.fault), {})
    if is_message(first) and not people:
        return Reshape(source=name, raws=lambda record: list(raws(record.fields, source=name, place=record.place)))
    return bind(guessed(first, people=people, name=name), {})


def guessed(columns: Iterable[str], *, people: bool, name: str) -> Map:
    """The mapping that columns of these names suggest.

    >>> guessed(["Customer ID", "event", "timestamp", "total"], people=False, name="web").keys.user_id
    'Customer ID'

    Raises:
        DataError: the columns do not say who it was, or not what happened and when.
    """
    return _people(list(columns), name) if people else _events(list(columns), name)


def _events(columns: list[str], name: str) -> EventsMap:
    event, at, keys = _find(columns, "event"), _find(columns, "at"), _keys(columns)
    _insist(columns, {"what happened": event, "when": at, "who it was": keys})
    values: dict[str, object] = {"event": {"column": event}, "at": at, "id": _find(columns, "id") or [], "keys": keys}
    return EventsMap.model_validate({"kind": "events", "source": name, **values})


def _people(columns: list[str], name: str) -> PeopleMap:
    user_id = _find(columns, "user_id") or _find(columns, "id")
    keys = {**_keys(columns), **({"user_id": user_id} if user_id else {})}
    _insist(columns, {"who it is": keys})
    return PeopleMap.model_validate({"kind": "people", "source": name, "keys": keys, "at": _find(columns, "updated")})


def _keys(columns: list[str]) -> dict[str, str]:
    return {kind: column for kind in _KEYS if (column := _find(columns, kind))}


def _find(columns: list[str], meaning: str) -> str | None:
    plain = {"".join(filter(str.isalnum, column.lower())): column for column in reversed(columns)}
    return next((plain[name] for name in _USUAL[meaning] if name in plain), None)


def _insist(columns: list[str], found: Mapping[str, object]) -> None:
    missing = [what for what, column in found.items() if not column]
    if missing:
        raise DataError(
            f"no column says {' or '.join(missing)}; the columns are {', '.join(columns) or 'none'}",
            hint="say in a mapping file what the columns mean, and give it with --map",
        )
