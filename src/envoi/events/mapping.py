"""A mapping file: how the columns of somebody's table become events or people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, field_validator, model_validator

from envoi.clock import Instant, parse_instant
from envoi.errors import DataError, Place, ProjectError, did_you_mean
from envoi.events.event import Name
from envoi.events.shapes import Shape, fit, line_of, values_of

#: The source of what Envoi itself did; nobody else's events may claim it.
OWN_SOURCE = "envoi"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


def _choices(value: object) -> object:
    return [{"name": value}] if isinstance(value, str) else _listed(value)


def _column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _stated(value: object) -> object:
    return {"value": value} if isinstance(value, str) else value


def _for_each(value: object) -> object:
    """What `[consent]` states for all purposes, put into each of them that does not state its own."""
    if not isinstance(value, dict):
        return value
    for_all = {key: value[key] for key in ("basis", "wording") if key in value}
    return {
        purpose: {**for_all, **each} if isinstance(each, dict) else each
        for purpose, each in value.items()
        if purpose not in for_all
    }


def _zone(name: str) -> str:
    try:
        return name and ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(name, available_timezones()) or "write one as 'Europe/London'"
        raise ValueError(f"there is no time zone {name!r}; {hint}") from None


def _since(value: object) -> Instant:
    try:
        return parse_instant(value.isoformat() if isinstance(value, date) else str(value))
    except DataError as error:
        raise ValueError(str(error)) from None


NO_BASIS = (
    'no basis is stated: write how you know that they agreed, as basis = "sign-up form of 2019, kept by the shop", or '
    'which column says so, as basis = { column = "how" }; for all purposes it may stand in [consent]'
)
NO_BASIS_OF_EVENTS = (
    f'"{Name.CONSENT_CHANGED}" needs a basis: write in [props] how you know that they agreed, as '
    'basis = { value = "sign-up form of 2019, kept by the shop" } or basis = "the column that says so"'
)
#: One name, or a list of names.
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
Zone = Annotated[str, AfterValidator(_zone)]
Scalar = str | int | float | bool


class When(Shape):
    """`when.COLUMN`: what a column must hold; several tests must all hold. A missing value only passes `is_missing`."""

    equals: Scalar | None = None
    in_: tuple[Scalar, ...] = Field(default=(), alias="in")
    starts_with: str = ""
    is_missing: bool | None = None
    less_than: float | None = None
    more_than: float | None = None


class Choice(Shape):
    """`event`, or one `[[event]]` of several: the first whose `when` holds names the event."""

    name: str = ""
    #: The column that holds the name.
    column: str = ""
    when: dict[str, When] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_it_one_way(self) -> Choice:
        if bool(self.name) == bool(self.column):
            raise ValueError("an event needs either a name or a column that holds it")
        return self


class Keys(Shape):
    """`[keys]`: the columns that say who it was."""

    user_id: str = ""
    email: str = ""
    phone: str = ""
    device: str = ""
    anonymous_id: str = ""

    @model_validator(mode="after")
    def _has_one(self) -> Keys:
        if not self.columns():
            raise ValueError("needs at least one of user_id, email, phone, device and anonymous_id")
        return self

    def columns(self) -> dict[str, str]:
        """The column of each kind of key that there is."""
        return {kind: column for kind, column in self if column}


class Time(Shape):
    """`at`: the column that says when; written as ISO 8601 unless `format` (as strptime has it) or `unit` say else."""

    column: str
    #: Of times that are written without one.
    zone: Zone = ""
    style: str = Field(default="", alias="format")
    #: What a number counts since 1970.
    unit: Literal["", "s", "ms", "us"] = ""


class Column(Shape):
    """One entry of `[props]` or `[traits]`: a column under a name of its own, or the same value for all."""

    column: str = ""
    value: JsonValue = None
    #: What a number is multiplied by: 0.01 makes cents into euros.
    times: float | None = None
    #: For a column of line items: the field of the column by the field's new name; those not named are left out.
    fields: dict[str, str] = Field(default_factory=dict)
    zone: Zone = ""
    style: str = Field(default="", alias="format")
    unit: Literal["", "s", "ms", "us"] = ""

    @model_validator(mode="after")
    def _has_one_origin(self) -> Column:
        if bool(self.column) == (self.value is not None):
            raise ValueError("needs either a column or a value")
        return self


#: A text names the column.
Columns = dict[str, Annotated[Column, BeforeValidator(_column)]]


class Lines(Shape):
    """`[lines]`: consecutive lines with equal `group` columns are one event, each line an item of it."""

    group: Names
    #: The property that holds the items.
    into: str
    #: The column of each field of an item.
    fields: dict[str, str]
    #: Properties that sum a column, or the product of two, over the lines.
    sums: dict[str, Annotated[Names, Field(max_length=2)]] = Field(default_factory=dict)


class Stated(Shape):
    """A text that the mapping states for all, or a column that holds each record's own."""

    value: str = ""
    column: str = ""

    @model_validator(mode="after")
    def _has_one_origin(self) -> Stated:
        if bool(self.column) == bool(self.value):
            raise ValueError("needs either a text or a column")
        return self


class Consent(Shape):
    """`[consent.PURPOSE]`: the column that holds what a person said, where it was said, and how that is known."""

    column: str
    #: The values that mean yes.
    granted: Names
    #: The values that mean no; without it every other value does.
    refused: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    #: Where the person said it: "sign-up form".
    source: str = Field(min_length=1)
    #: Why it may be believed: "paper forms of 2019, kept in the shop"; may stand in [consent] for all purposes.
    basis: Annotated[Stated | None, BeforeValidator(_stated)] = None
    #: What the person agreed to, as they read it.
    wording: Annotated[Stated | None, BeforeValidator(_stated)] = None

    @model_validator(mode="after")
    def _states_a_basis(self) -> Consent:
        if self.basis is None:
            raise ValueError(NO_BASIS)
        return self

    def columns(self) -> list[str]:
        """The columns that it is read from."""
        stated = [each.column for each in (self.basis, self.wording) if each is not None and each.column]
        return [self.column, *stated]


class _AnyMap(Shape):
    source: str = Field(min_length=1)
    #: Of a text file that is not UTF-8, as "latin-1".
    encoding: str = ""
    #: Of a CSV file, where it cannot be told by looking.
    delimiter: str = Field(default="", max_length=1)
    keys: Keys
    props: Columns = Field(default_factory=dict)
    #: Whether columns that the mapping does not name are kept too; by default if no `props` are named.
    keep_rest: bool | None = None

    def keeps_rest(self) -> bool:
        """Whether columns that the mapping does not name are kept too."""
        return not self.props if self.keep_rest is None else self.keep_rest

    @field_validator("source")
    @classmethod
    def _is_not_ours(cls, source: str) -> str:
        if source == OWN_SOURCE:
            raise ValueError(f"{OWN_SOURCE!r} is the source of what Envoi itself did; choose another name")
        return source


class EventsMap(_AnyMap):
    """A mapping of records that are events."""

    kind: Literal["events"]
    #: Columns that together differ in each event; without them, or where one is empty, place and content stand in.
    id: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    event: Annotated[tuple[Choice, ...], BeforeValidator(_choices), Field(min_length=1)]
    at: Annotated[Time, BeforeValidator(_column)]
    lines: Lines | None = None

    @model_validator(mode="after")
    def _states_a_basis(self) -> EventsMap:
        granted = self.props.get("granted")
        is_no = granted is not None and granted.value is False
        about_consent = any(choice.name == Name.CONSENT_CHANGED for choice in self.event)
        if about_consent and not is_no and "basis" not in self.props and not self.keeps_rest():
            raise ValueError(NO_BASIS_OF_EVENTS)
        return self

    def taken(self) -> list[str]:
        """The columns that have their place in the event, so that they are no part of the rest."""
        lines = self.lines
        folded = (
            [*lines.group, *lines.fields.values(), *(name for each in lines.sums.values() for name in each)]
            if lines
            else []
        )
        chosen = [choice.column for choice in self.event if choice.column]
        return [*chosen, *self.id, *self.keys.columns().values(), self.at.column, *_columns(self.props), *folded]

    def columns(self) -> list[str]:
        """Every column that the mapping names."""
        return [*self.taken(), *(column for choice in self.event for column in choice.when)]


class PeopleMap(_AnyMap):
    """A mapping of records that are people: traits they have, and what they consented to."""

    kind: Literal["people"]
    props: Columns = Field(default_factory=dict, alias="traits")
    at: Annotated[Time | None, BeforeValidator(_column)] = None
    #: When all of it was so; without it and `at`, when it was taken in.
    as_of: Annotated[Instant, BeforeValidator(_since)] | None = None
    consent: Annotated[dict[str, Consent], BeforeValidator(_for_each)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _dates_consent(self) -> PeopleMap:
        # Without a date an old list would count as said just now, and overrule who has unsubscribed since.
        if self.consent and self.at is None and self.as_of is None:
            raise ValueError("consent needs to be dated: say in `at` or `as_of` when it was given")
        return self

    def taken(self) -> list[str]:
        """The columns that have their place in the profile, so that they are no part of the rest."""
        at = [self.at.column] if self.at else []
        said = [column for consent in self.consent.values() for column in consent.columns()]
        return [*self.keys.columns().values(), *at, *_columns(self.props), *said]

    def columns(self) -> list[str]:
        """Every column that the mapping names."""
        return self.taken()


def _columns(entries: Columns) -> list[str]:
    return [entry.column for entry in entries.values() if entry.column]


Map = EventsMap | PeopleMap


def parse_map(text: str, *, file: str = "") -> Map:
    """The mapping that the TOML text is.

    Raises:
        ProjectError: it is none; every mistake is told, with its line and what was probably meant.
    """
    values = values_of(text, file=file)
    kind = values.get("kind")
    if kind == "events":
        return fit(EventsMap, values, text=text, file=file)
    if kind == "people":
        return fit(PeopleMap, values, text=text, file=file)
    what = "'kind' is missing" if kind is None else f"'kind' cannot be {kind!r}"
    at = Place(file=file, line=0 if kind is None else line_of(text, ["kind"]))
    raise ProjectError(what, hint='write kind = "events" or kind = "people"', at=at)
