"""The parts of a mapping, each made into a function from a record's fields to what an event holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from envoi.clock import Instant, iso
from envoi.events.port import Form
from envoi.events.times import reader
from envoi.events.values import Unfit, numeral, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from envoi.events.event import Value
    from envoi.events.mapping import Choice, Column, Time, When

    Fields = Mapping[str, Value]
    #: A property's name, its column, and what converts its values, if anything does.
    Listed = tuple[str, str, Callable[[Value], Value] | None]


def name_of(choices: Sequence[Choice]) -> Callable[[Fields], object]:
    """What tells the name of the event: the first choice whose tests hold."""
    only = choices[0] if len(choices) == 1 and not choices[0].when else None
    if only:
        constant, column = only.name, only.column
        return lambda fields: constant or fields.get(column)

    def name(fields: Fields) -> object:
        for choice in choices:
            if all(_passes(when, fields.get(column)) for column, when in choice.when.items()):
                return choice.name or fields.get(choice.column)
        raise Unfit("no event of the mapping fits")

    return name


def keys_of(columns: Mapping[str, str]) -> Callable[[Fields], dict[str, Value]]:
    """What tells the keys of the person, by kind."""
    if len(columns) == 1:
        [(kind, column)] = columns.items()
        return lambda fields: {kind: fields.get(column)}
    return lambda fields: {kind: fields.get(column) for kind, column in columns.items()}


def time_of(at: Time, form: Form) -> Callable[[Fields], Instant]:
    """What tells the instant at which it happened."""
    read, column = reader(form=form, zone=at.zone, style=at.style, unit=at.unit), at.column

    def time(fields: Fields) -> Instant:
        value = fields.get(column)
        if value is None:
            raise Unfit("is missing, and it says when").within(column)
        try:
            return read(value)
        except Unfit as unfit:
            raise unfit.within(column) from None

    return time


def listed(columns: Mapping[str, Column], forms: Mapping[str, Form]) -> list[Listed]:
    """The entries of `[props]` or `[traits]` that are columns, each with its conversion."""
    return [
        (name, column.column, _conversion(column, forms.get(column.column, Form.PLAIN)))
        for name, column in columns.items()
        if column.column
    ]


def plain(columns: Mapping[str, str], forms: Mapping[str, Form]) -> list[Listed]:
    """Columns by the name of their property, taken as they are; times as text."""
    return [(name, column, _as_text(forms.get(column, Form.PLAIN))) for name, column in columns.items()]


def props_of(
    entries: Sequence[Listed], constants: dict[str, Value], rest_beside: Collection[str] | None
) -> Callable[[Fields], dict[str, Value]]:
    """What picks the properties; a missing value is no property.

    With `rest_beside`, every other field of the record is kept too, under its own name: for sources without columns.
    """

    def props(fields: Fields) -> dict[str, Value]:
        picked = constants.copy()
        if rest_beside is not None:
            picked |= {name: value for name, value in fields.items() if value is not None and name not in rest_beside}
        column = ""
        try:
            for name, column, convert in entries:
                value = fields.get(column)
                if value is not None:
                    picked[name] = value if convert is None else convert(value)
        except Unfit as unfit:
            raise unfit.within(column) from None
        return picked

    return props


def readable(fields: Fields, forms: Mapping[str, Form]) -> dict[str, Value]:
    """The fields as a person reads them: times as text."""
    spelled = props_of(plain({column: column for column in fields}, forms), {}, None)(fields)
    return {column: spelled.get(column) for column in fields}


def _passes(when: When, value: Value) -> bool:
    """Whether a value passes all that `when` asks; texts and numbers compare by how they read."""
    if value is None or when.is_missing:
        return value is None and when.is_missing is True
    spelled = text(value).strip()
    return (
        (when.equals is None or spelled == text(when.equals))
        and (not when.in_ or spelled in map(text, when.in_))
        and spelled.startswith(when.starts_with)
        and (when.less_than is None or numeral(value) < when.less_than)
        and (when.more_than is None or numeral(value) > when.more_than)
    )


def _conversion(column: Column, form: Form) -> Callable[[Value], Value] | None:
    if column.fields:
        return partial(_renamed, tuple(column.fields.items()))
    if column.times is not None:
        return partial(_multiplied, column.times)
    if column.zone or column.style or column.unit:
        read = reader(form=form, zone=column.zone, style=column.style, unit=column.unit)
        return lambda value: iso(read(value))
    return _as_text(form)


def _renamed(fields: tuple[tuple[str, str], ...], items: Value) -> Value:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unfit("should be a list of items, each with fields", items)
    return [{new: item.get(old) for new, old in fields} for item in items]  # type: ignore[union-attr]


def _multiplied(times: float, value: Value) -> Value:
    """Rounded to the millionth, as history counts: 1999 cents are 19.99, not 19.990000000000002."""
    return round(numeral(value) * times, 6)


def _as_text(form: Form) -> Callable[[Value], Value] | None:
    if form is Form.PLAIN:
        return None
    return _utc if form is Form.UTC else _wall


def _utc(micros: Value) -> Value:
    return iso(Instant(micros)) if isinstance(micros, int) else micros


def _wall(micros: Value) -> Value:
    shown = _utc(micros)
    return shown.removesuffix("Z") if isinstance(shown, str) else shown
