"""From the columns of a file to records that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.match.forms import comparable, parted
from envoi.people.match.record import Field, Kind, People

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def gather(keys: Sequence[str], columns: Mapping[str, Sequence[str]], kinds: Mapping[str, Kind]) -> People:
    """The records with these keys, whose columns are of these kinds; a whole name becomes two fields."""
    fields: list[Field] = []
    values: dict[str, Sequence[str]] = {}
    for column, kind in kinds.items():
        if kind is Kind.IGNORED:
            continue
        for name, sort, forms in _fields(column, kind, columns[column]):
            fields.append(Field(name=name, kind=sort, column=column))
            values[name] = forms
    raw = {field.column: columns[field.column] for field in fields}
    return People(keys=keys, fields=fields, values=values, raw=raw)


def _fields(column: str, kind: Kind, values: Sequence[str]) -> list[tuple[str, Kind, Sequence[str]]]:
    if kind is not Kind.NAME:
        return [(column, kind, comparable(kind, values))]
    halves = [parted(value) for value in values]
    return [
        (f"{column} (given)", Kind.GIVEN, [given for given, _ in halves]),
        (f"{column} (surname)", Kind.SURNAME, [surname for _, surname in halves]),
    ]
