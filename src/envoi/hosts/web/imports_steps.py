"""The steps of preparing an import as forms: what each column is, and in which standard form its field is put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.events.files import open_source
from envoi.errors import DataError, ProjectError
from envoi.events.suggest import KEYS, Use
from envoi.hosts.imports import draft as drafts
from envoi.hosts.imports.draft import FieldRule
from envoi.people.purposes import names_of
from envoi.people.standardise.date import order_of
from envoi.people.standardise.rule import Kind, Rule, Tools, standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from envoi.campaigns.project import Project
    from envoi.hosts.imports.draft import Column, Draft
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields

#: What the uses are called, for records of people and of events.
CALLED = {
    Use.KEEP: "keep it as a field",
    Use.LEAVE_OUT: "leave it out",
    Use.USER_ID: "customer id",
    Use.EMAIL: "e-mail address",
    Use.PHONE: "phone number",
    Use.ANONYMOUS_ID: "visitor id",
    Use.CONSENT: "a consent",
    Use.AT: "when it was so",
    Use.EVENT: "what happened",
    Use.ID: "part of the event's own id",
}
_OF_PEOPLE = tuple(use for use in Use if use not in (Use.EVENT, Use.ID))
_OF_EVENTS = tuple(use for use in Use if use is not Use.CONSENT)
#: Rules that need nothing but the text; addresses and categories need files of their own.
RULES = (Kind.EMAIL, Kind.PHONE, Kind.DATE, Kind.NAME, Kind.COUNTRY, Kind.STATE, Kind.CURRENCY)
#: What a rule is told beside: of which country, or of which locale.
OPTIONS = {Kind.PHONE: "country, as GB", Kind.STATE: "country, as US", Kind.DATE: "locale, as en_GB"}
#: How long a finished import can be taken back.
KEPT = "7 days"
_MOST_LETTERS, _SHOWN = 200, 4
_GUESSED = {
    "email": Kind.EMAIL,
    "mail": Kind.EMAIL,
    "phone": Kind.PHONE,
    "mobile": Kind.PHONE,
    "birth": Kind.DATE,
    "dob": Kind.DATE,
    "country": Kind.COUNTRY,
    "state": Kind.STATE,
    "currency": Kind.CURRENCY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A value as it came, and what the rule makes of it."""

    value: str
    after: str
    #: Why it has no standard form; what could be two things is told here.
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field, and its rule."""

    field: str
    chosen: str
    option: str
    #: The rule that its name suggests; empty if none.
    suggested: str
    #: The project's own rule for it; then there is nothing to choose.
    own: str
    before: Sequence[Before]


def shown_columns(envoi: Envoi, draft: Draft) -> dict[str, object]:
    """What the step of columns shows."""
    uses = _OF_PEOPLE if draft.kind == "people" else _OF_EVENTS
    called = {**CALLED, **({} if draft.kind == "people" else {Use.AT: "when it happened"})}
    return {
        "uses": [(use.value, called[use]) for use in uses],
        "purposes": names_of(envoi.project.settings.purposes),
        "maps": sorted(path.relative_to(envoi.root).as_posix() for path in (envoi.root / "maps").glob("*.toml")),
    }


def take_columns(root: Path, draft: Draft, fields: Fields) -> None:
    """Takes what was said of the columns.

    Raises:
        ProjectError: it is nothing that a column can be, or there is no such mapping.
    """
    if (chosen := _first(fields, "map")) and _first(fields, "act") == "use":
        known = {path.relative_to(root).as_posix() for path in (root / "maps").glob("*.toml")}
        if chosen not in known:
            raise ProjectError(f"there is no mapping {chosen!r}", hint="choose one of those that are listed")
        draft.map = chosen
        return
    draft.map = ""
    kind = _first(fields, "kind")
    if kind in ("events", "people") and kind != draft.kind:
        # Other uses are possible now: they are guessed anew.
        draft.kind = kind
        source = open_source(drafts.path_of(root, draft), encoding=draft.encoding, delimiter=draft.delimiter)
        drafts.guess_uses(draft, drafts.sample(source))
        raise ProjectError(f"its records are {kind} now", hint="look at what each column is taken for, and go on")
    for name in ("source", "as_of", "zone", "event"):
        if name in fields:
            setattr(draft, name, _first(fields, name))
    for number, column in enumerate(draft.columns):
        _take_column(column, number, fields)


def _take_column(column: Column, number: int, fields: Fields) -> None:
    use = _first(fields, f"use{number}")
    if use and use not in set(Use):
        raise ProjectError(f"a column cannot be {use!r}", hint="choose one of those that are listed")
    column.use = Use(use) if use else column.use
    for name in ("into", "purpose", "granted", "refused", "said_in", "basis"):
        if f"{name}{number}" in fields:
            setattr(column, name, _first(fields, f"{name}{number}"))


def shown_rules(envoi: Envoi, draft: Draft) -> list[Line]:
    """The fields with text in them, each with its rule, and what that does to real values."""
    return list(_lines(envoi.root, envoi.project, draft))


def _lines(root: Path, project: Project, draft: Draft) -> Iterator[Line]:
    source = open_source(drafts.path_of(root, draft), encoding=draft.encoding, delimiter=draft.delimiter)
    values = drafts.sample(source)
    own = {rule.path: rule.kind.value for rule in project.rules if rule.source in ("", draft.source)}
    for column in draft.columns:
        field = _field_of(column)
        if not field:
            continue
        chosen = draft.rules.get(field)
        some = list(dict.fromkeys(value for value in values.get(column.name, ()) if value))
        yield Line(
            field=field,
            chosen=chosen.rule.value if chosen else "",
            option=chosen.option if chosen else "",
            suggested=next((rule.value for word, rule in _GUESSED.items() if word in field.lower()), ""),
            own=own.get(field, ""),
            before=_tried(field, chosen, some) if chosen else (),
        )


def _field_of(column: Column) -> str:
    if column.use in (Use.EMAIL, Use.PHONE):
        return column.use.value
    return column.target if column.use is Use.KEEP and column.use not in KEYS else ""


def _tried(field: str, chosen: FieldRule, values: Sequence[str]) -> list[Before]:
    """The first values, those with a fault before all others: they are what one is to look at."""
    try:
        order = order_of(values) if chosen.rule is Kind.DATE else None
        does = standard(rule_of(field, chosen), Tools(orders={field: order} if order else {}))
        made = [(value, does(value)) for value in values]
    except (DataError, ValueError, LookupError) as error:
        return [Before(value=values[0] if values else "", after="", fault=f"the rule cannot be used so: {error}")]
    told = [Before(value=value, after=clean.value, fault=clean.fault) for value, clean in made]
    return sorted(told, key=lambda each: not each.fault)[:_SHOWN]


def rule_of(field: str, chosen: FieldRule) -> Rule:
    """The rule as it would be read from its file."""
    option = chosen.option
    return Rule(
        path=field,
        kind=chosen.rule,
        country=option if chosen.rule in (Kind.PHONE, Kind.STATE) else "",
        locale=option if chosen.rule in (Kind.DATE, Kind.CURRENCY) else "",
    )


def take_rules(draft: Draft, fields: Fields, project: Project) -> None:
    """Takes the rules that were chosen; a field that the project has a rule for keeps that.

    Raises:
        ProjectError: it is none of the rules, or cannot be used so.
    """
    own = {rule.path for rule in project.rules if rule.source in ("", draft.source)}
    draft.rules = {}
    for field in filter(None, map(_field_of, draft.columns)):
        rule = _first(fields, f"rule:{field}")
        if not rule or field in own:
            continue
        if rule not in RULES:
            raise ProjectError(f"there is no rule {rule!r}", hint="choose one of those that are listed")
        draft.rules[field] = FieldRule(rule=Kind(rule), option=_first(fields, f"option:{field}"))


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")[:_MOST_LETTERS].strip()
