"""A mapping bound to the columns of a source: from its records to raw events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import DataError, did_you_mean
from envoi.events.clean import Raw, digest
from envoi.events.event import Name
from envoi.events.groups import Folding, Group, group_id
from envoi.events.mapping import EventsMap
from envoi.events.picks import keys_of, listed, name_of, plain, props_of, time_of
from envoi.events.port import Form
from envoi.events.values import Unfit, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from envoi.clock import Instant
    from envoi.events.event import Value
    from envoi.events.mapping import Consent, Map, PeopleMap, Stated, Time
    from envoi.events.picks import Listed
    from envoi.events.port import Record

    Fields = Mapping[str, Value]
    Forms = Mapping[str, Form]

#: Keys that are traits too: an address both names the person and is where mail goes.
_CONTACTS = ("email", "phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshape:
    """How the records of one source become raw events."""

    source: str
    #: The raw events of a record: one, or for a person a profile and what was consented to.
    raws: Callable[[Record], Sequence[Raw]]
    #: Folds lines into groups first, where the mapping says so.
    folding: Folding | None = None
    #: The columns that become part of an event, and those that are left out.
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def bind(mapping: Map, forms: Forms) -> Reshape:
    """The mapping for a source with these columns; one without columns may hold all that the mapping names.

    Raises:
        DataError: the mapping names a column that is not there, or no time zone where the times have none.
    """
    if forms:
        _check(mapping, forms)
    raws = _event(mapping, forms) if isinstance(mapping, EventsMap) else _person(mapping, forms)
    used = {*mapping.columns(), *_rest(mapping, forms)}
    return Reshape(
        source=mapping.source,
        raws=raws,
        folding=_folding(mapping, forms) if isinstance(mapping, EventsMap) else None,
        used=tuple(column for column in forms if column in used),
        unused=tuple(column for column in forms if column not in used),
    )


def _check(mapping: Map, forms: Forms) -> None:
    wrong = sorted({column for column in mapping.columns() if column not in forms})
    if wrong:
        hints = dict.fromkeys(did_you_mean(column, forms) for column in wrong)
        there = f"the columns are {', '.join(forms)}"
        what = "a column that is" if len(wrong) == 1 else "columns that are"
        raise DataError(
            f"the mapping names {what} not there: {', '.join(map(repr, wrong))}",
            hint=" ".join([*(hint for hint in hints if not hint.startswith("known:")), there]),
        )
    if mapping.at and forms[mapping.at.column] is Form.WALL and not mapping.at.zone:
        raise DataError(
            f"the times in column {mapping.at.column!r} have no time zone",
            hint=f'say in the mapping which it is: at = {{ column = "{mapping.at.column}", zone = "Europe/London" }}',
        )


def _rest(mapping: Map, forms: Forms) -> list[str]:
    taken = mapping.taken()
    return [column for column in forms if column not in taken] if mapping.keeps_rest() else []


def _event(mapping: EventsMap, forms: Forms) -> Callable[[Record], Sequence[Raw]]:
    source, lines = mapping.source, mapping.lines
    id_ = _ids(mapping.id or (lines.group if lines else ()))
    name, keys, at = name_of(mapping.event), keys_of(mapping.keys.columns()), _at(mapping.at, forms)
    props = _props(mapping, forms, [(new, new, None) for new in (lines.into, *lines.sums)] if lines else [])

    def raws(record: Record) -> Sequence[Raw]:
        fields = record.fields
        try:
            return (
                Raw(
                    source=source,
                    id=id_(record),
                    name=name(fields),
                    keys=keys(fields),
                    at=at(fields),
                    props=props(fields),
                ),
            )
        except Unfit as unfit:
            return (Raw(source=source, fault=str(unfit)),)

    return raws


def _person(mapping: PeopleMap, forms: Forms) -> Callable[[Record], Sequence[Raw]]:
    columns, at = mapping.keys.columns(), _at(mapping.at, forms) if mapping.at else None
    contacts = {kind: column for kind, column in columns.items() if kind in _CONTACTS}
    keys, traits = keys_of(columns), _props(mapping, forms, plain(contacts, forms))

    def raws(record: Record) -> Sequence[Raw]:
        fields = record.fields
        try:
            since = at(fields) if at else mapping.as_of
            said = [_said(purpose, consent, fields) for purpose, consent in mapping.consent.items()]
            made = [(Name.PROFILE_UPDATED, traits(fields)), *((Name.CONSENT_CHANGED, props) for props in said if props)]
        except Unfit as unfit:
            return (Raw(source=mapping.source, fault=str(unfit)),)
        # Nothing of the place is in the id: a list that comes again in another order says nothing new.
        state, who = digest([since, fields]), keys(fields)
        return [
            Raw(
                source=mapping.source,
                id=f"{state}:{props['purpose']}" if name is Name.CONSENT_CHANGED else state,
                name=name.value,
                keys=who,
                at=since,
                props=props,
            )
            for name, props in made
        ]

    return raws


def _at(at: Time, forms: Forms) -> Callable[[Fields], Instant]:
    return time_of(at, forms.get(at.column, Form.PLAIN))


def _ids(columns: Sequence[str]) -> Callable[[Record], object]:
    """What tells the id: the columns, and which part of its group it is; else the place and a digest of the content."""
    only = columns[0] if len(columns) == 1 else ""

    def id_(record: Record) -> object:
        part = record.part if isinstance(record, Group) else 1
        if only and part == 1 and (found := record.fields.get(only)) is not None:
            return found
        values = [record.fields.get(column) for column in columns]
        if not values or None in values:
            return f"{record.position}:{digest(record.fields)}"
        return group_id(values, part)

    return id_


def _said(purpose: str, consent: Consent, fields: Fields) -> dict[str, Value] | None:
    """What a person said about the purpose; None if nothing."""
    value = fields.get(consent.column)
    if value is None:
        return None
    said = text(value).strip().casefold()
    granted = said in {each.casefold() for each in consent.granted}
    if not granted and consent.refused and said not in {each.casefold() for each in consent.refused}:
        listed = ", ".join(repr(each) for each in (*consent.granted, *consent.refused))
        raise Unfit(f"should be one of {listed}", value).within(consent.column)
    stated = {"basis": _stated(consent.basis, fields), "wording": _stated(consent.wording, fields)}
    props: dict[str, Value] = {"purpose": purpose, "granted": granted, "source": consent.source}
    return {**props, **{key: each for key, each in stated.items() if each}}


def _stated(stated: Stated | None, fields: Fields) -> str:
    """What the mapping, or this record's column, states; empty if nothing."""
    if stated is None or not stated.column:
        return stated.value if stated else ""
    value = fields.get(stated.column)
    return "" if value is None else text(value).strip()


def _props(mapping: Map, forms: Forms, also: Sequence[Listed]) -> Callable[[Fields], dict[str, Value]]:
    rest = plain({column: column for column in _rest(mapping, forms)}, forms)
    constants = {name: entry.value for name, entry in mapping.props.items() if not entry.column}
    beside = frozenset(mapping.taken()) if mapping.keeps_rest() and not forms else None
    return props_of([*also, *rest, *listed(mapping.props, forms)], constants, beside)


def _folding(mapping: EventsMap, forms: Forms) -> Folding | None:
    if mapping.lines is None:
        return None
    item = props_of(plain(mapping.lines.fields, forms), {}, None)
    return Folding(mapping.lines, keys=mapping.keys.columns().values(), item=item)
