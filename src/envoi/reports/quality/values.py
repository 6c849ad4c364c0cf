"""Whether the values that people have are what tracking plan and rules say, and whether they are theirs alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from envoi.campaigns.plan import ADDRESS
from envoi.clock import parse_instant
from envoi.errors import DataError
from envoi.events.catalogue import Kind, Property
from envoi.people.standardise.rule import Kind as RuleKind
from envoi.people.standardise.rule import Rule, standard
from envoi.reports.quality.traits import LATEST
from envoi.reports.sample import sampled
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from envoi.clock import Instant
    from envoi.people.standardise.base import Standard
    from envoi.tables import Tables

    #: Why a value is not what it should be; empty if it is.
    Judge = Callable[[str], str]

#: Values looked at, the most frequent first.
MOST_VALUES = 20_000
#: So many examples are told, and so many of the values put into a list that people can open.
EXAMPLES, LISTED = 3, 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Rules of these kinds give everyone a value of their own.
_OWN = (RuleKind.EMAIL, RuleKind.PHONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How many of the values that were looked at are not what they should be."""

    looked_at: int
    invalid: int
    #: A value, and why.
    examples: Mapping[str, str] = field(default_factory=dict)
    #: More of them.
    values: tuple[str, ...] = ()


def judges(traits: Mapping[str, Property], rules: Iterable[Rule]) -> dict[str, Judge]:
    """What judges the values of each field of which anything is known: a rule, a list of values, or its kind."""
    found: dict[str, Judge] = {}
    for name, prop in traits.items():
        if prop.one_of:
            found[name] = partial(_of, frozenset(prop.one_of))
        elif prop.kind is Kind.DATE:
            found[name] = _is_day
    texts = {name for name, prop in traits.items() if prop.kind not in (Kind.NUMBER, Kind.TIME, Kind.BOOLEAN)}
    mail = Rule(path=ADDRESS, kind=RuleKind.EMAIL)
    for rule in (mail, *rules):
        # An address is parsed by an extra that need not be there, and dates are in one order at the door only.
        if rule.path in texts and rule.kind not in (RuleKind.ADDRESS, RuleKind.DATE):
            found[rule.path] = partial(_stands, standard(rule), rule.kind.value)
    return found


def validity(tables: Tables, name: str, judge: Judge, *, at: Instant, share: float) -> Validity:
    """The values of a field as they are at `at`, of that share of the people."""
    latest = LATEST.replace('WHERE "at" <= ?', 'WHERE "at" <= ? AND "key" = ?')
    sql = (
        f'SELECT text AS "value", COUNT(*) AS n FROM ({latest}) AS latest WHERE text IS NOT NULL'
        f' GROUP BY "value" ORDER BY n DESC, "value" LIMIT {MOST_VALUES}'
    )
    rows = tables.query(sampled(Query(sql, (at, name)), share))
    looked_at = invalid = 0
    found: dict[str, str] = {}
    for value, count in zip(rows.column("value").to_pylist(), rows.column("n").to_pylist(), strict=True):
        looked_at += count
        if why := judge(value):
            invalid += count
            if len(found) < LISTED:
                found[value] = why
    examples = dict(list(found.items())[:EXAMPLES])
    return Validity(looked_at=looked_at, invalid=invalid, examples=examples, values=tuple(found))


def expected_own(traits: Iterable[str], rules: Iterable[Rule], more: Iterable[str]) -> list[str]:
    """The fields of which no two people should have the same value."""
    named = {ADDRESS, *(rule.path for rule in rules if rule.kind in _OWN), *more}
    return [name for name in traits if name in named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Values that several people have."""

    people: int
    values: int
    #: The most shared ones, and by how many.
    examples: Mapping[str, int] = field(default_factory=dict)


def shared(tables: Tables, name: str, *, at: Instant) -> Shared:
    """How many people have a value of this field that another person has too; case does not count."""
    latest = LATEST.replace('WHERE "at" <= ?', 'WHERE "at" <= ? AND "key" = ?')
    groups = (
        f'SELECT LOWER(text) AS "value", COUNT(*) AS n FROM ({latest}) AS latest WHERE text IS NOT NULL'
        " GROUP BY LOWER(text) HAVING COUNT(*) > 1"
    )
    sql = (
        f'SELECT "value", n, SUM(n) OVER () AS people, COUNT(*) OVER () AS many FROM ({groups}) AS g'
        f' ORDER BY n DESC, "value" LIMIT {EXAMPLES}'
    )
    most = tables.query(Query(sql, (at, name))).to_pylist()
    return Shared(
        people=int(most[0]["people"]) if most else 0,
        values=int(most[0]["many"]) if most else 0,
        examples={row["value"]: int(row["n"]) for row in most},
    )


def _of(allowed: frozenset[str], value: str) -> str:
    return "" if value in allowed else "is none of the values that the tracking plan lists"


def _is_day(value: str) -> str:
    try:
        parse_instant(value)
    except DataError:
        return "is no day"
    return "" if _DAY.fullmatch(value) else "is more than a day"


def _stands(rule: Standard, kind: str, value: str) -> str:
    clean = rule(value)
    if clean.fault:
        return clean.fault
    return "" if clean.value == value else f"in standard form, by the rule of {kind}, it would be {clean.value!r}"
