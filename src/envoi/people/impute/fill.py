"""Estimates for a table of people: numbers by the better of two ways, categories by the most frequent one.

A number is estimated from the other fields only if that has been better than the median in this very table, where the
truth is known: of one in five who told it, it is hidden and estimated. So no estimate is worse than the plain one, and
each says how far off such estimates were.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from envoi.bucket import bucket
from envoi.people.impute.allowed import Method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import Value
    from envoi.people.impute.port import Column, Filler

    Row = Mapping[str, Value]

#: Of fewer known values nothing is estimated.
FEWEST = 20
#: A text with more values than this is no category.
MOST_CATEGORIES = 50
#: The share of known values that is hidden to see how far off estimates are.
_HIDDEN = 0.2
#: The categories of a field that numbers are estimated from; rarer ones say nothing of their own.
_MOST_SIGNS = 10
#: An estimate claims no more digits than this: that one run differs from the last by less is no news.
_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A field with its holes filled: the estimates by person, and what is known of how good they are."""

    field: str
    #: "median", "bayesian ridge" or "most frequent"; empty if nothing could be estimated.
    method: str
    estimates: Mapping[str, Value]
    #: How many told it themselves.
    known: int
    #: Where the truth was hidden: the mean distance from it; for categories the share that is wrong.
    error: float | None = None
    #: The same for the median, or None where that is what was taken.
    plain_error: float | None = None


class Medians:
    """The plain way: every hole of a column is its median."""

    name = Method.MEDIAN.value

    def fill(self, columns: Sequence[Column]) -> Sequence[Sequence[float]]:
        """See `Filler`.

        >>> Medians().fill([[1.0, None, 3.0, 9.0]])
        [[1.0, 3.0, 3.0, 9.0]]
        """
        filled = []
        for column in columns:
            middle = median(value for value in column if value is not None)
            filled.append([middle if value is None else value for value in column])
        return filled


def fill(
    people: Mapping[str, Row], fields: Sequence[str], *, using: Sequence[str] = (), filler: Filler | None = None
) -> list[Filled]:
    """Estimates of the fields for those who lack them, by what each person told.

    `using` are fields to learn from besides; without a `filler` numbers are their median.
    """
    rows = list(people.values())
    learned_from = list(dict.fromkeys([*fields, *using]))
    table = {name: [_number(row.get(name)) for row in rows] for name in learned_from}
    table = {name: column for name, column in table.items() if _known(column)}
    signs = [column for name in learned_from if name not in table for column in _signs(rows, name)]
    numbers = _Numbers(people=list(people), table=table, signs=signs)
    ways = [Medians(), *([filler] if filler else [])]
    filled = numbers.filled([name for name in fields if name in table and _known(table[name]) >= FEWEST], ways)
    return [filled.get(name) or _category(people, name) for name in fields]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """The columns of numbers of these people, and signs of their categories to learn from."""

    people: Sequence[str]
    table: Mapping[str, Column]
    signs: Sequence[Column]

    def filled(self, targets: Sequence[str], ways: Sequence[Filler]) -> dict[str, Filled]:
        """Each of these columns by the way that was better on what was hidden; the first way is the plain one."""
        if not targets:
            return {}
        hidden = {name: self._hidden(name) for name in targets}
        errors = {way.name: self._errors(way, hidden) for way in ways}
        whole = {way.name: self._by(way, self.table) for way in ways}
        plain, found = ways[0].name, {}
        for name in targets:
            best = min((way.name for way in ways), key=lambda way: errors[way][name])
            found[name] = Filled(
                field=name,
                method=best,
                estimates=self._estimates(name, whole[best][name]),
                known=_known(self.table[name]),
                error=errors[best][name],
                plain_error=errors[plain][name] if best != plain else None,
            )
        return found

    def _hidden(self, name: str) -> list[int]:
        """Where the truth is hidden: the same people in every run."""
        return [
            n
            for n, value in enumerate(self.table[name])
            if value is not None and bucket(f"impute/{name}", self.people[n]) < _HIDDEN
        ]

    def _errors(self, way: Filler, hidden: Mapping[str, Sequence[int]]) -> dict[str, float]:
        """By column: how far off its estimates are where the truth was hidden, on the whole."""
        filled = self._by(way, {name: _without(column, hidden.get(name, ())) for name, column in self.table.items()})
        return {
            name: fmean(abs(filled[name][n] - (self.table[name][n] or 0.0)) for n in those) if those else 0.0
            for name, those in hidden.items()
        }

    def _by(self, way: Filler, table: Mapping[str, Column]) -> dict[str, Sequence[float]]:
        return dict(zip(table, way.fill([*table.values(), *self.signs]), strict=False))

    def _estimates(self, name: str, filled: Sequence[float]) -> dict[str, Value]:
        told = [each for each in self.table[name] if each is not None]
        low, high, is_whole = min(told), max(told), all(each.is_integer() for each in told)
        return {
            self.people[n]: _rounded(min(max(filled[n], low), high), is_whole=is_whole)
            for n, value in enumerate(self.table[name])
            if value is None
        }


def _category(people: Mapping[str, Row], name: str) -> Filled:
    """The most frequent value, for all who lack one; of what is no category, nothing."""
    told = Counter(value for row in people.values() if isinstance(value := row.get(name), str | bool))
    known = sum(told.values())
    if known < FEWEST or len(told) > MOST_CATEGORIES:
        return Filled(field=name, method="", estimates={}, known=known)
    value, count = max(told.items(), key=lambda each: (each[1], str(each[0])))
    estimates: dict[str, Value] = {person: value for person, row in people.items() if row.get(name) is None}
    return Filled(field=name, method="most frequent", estimates=estimates, known=known, error=1 - count / known)


def _signs(rows: Sequence[Row], name: str) -> list[Column]:
    """A category as columns of 0 and 1, and holes for who did not tell it."""
    told = Counter(value for row in rows if isinstance(value := row.get(name), str | bool))
    if not 1 < len(told) <= MOST_CATEGORIES:
        return []
    some = [value for value, _ in told.most_common(_MOST_SIGNS)]
    return [[None if (own := row.get(name)) is None else float(own == value) for row in rows] for value in some]


def _without(column: Column, places: Sequence[int]) -> Column:
    """The column with holes at these places."""
    those = frozenset(places)
    return [None if n in those else value for n, value in enumerate(column)]


def _rounded(value: float, *, is_whole: bool) -> float:
    """The estimate with few digits, and whole where people told whole numbers.

    >>> _rounded(33.6, is_whole=True), _rounded(1.23456, is_whole=False)
    (34, 1.23)
    """
    return round(value) if is_whole else float(f"{value:.{_DIGITS}g}")


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _known(column: Column) -> int:
    return sum(value is not None for value in column)
