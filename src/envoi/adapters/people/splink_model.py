"""What splink compares: for each field, by its kind, levels of likeness from same to different, as SQL for DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envoi.people.match.compare import AREA, MONTH, NEAR, NEAR_TEXT, SLIPS
from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from envoi.people.match.record import Field

#: Jaro-Winkler of names of which more than a slip is wrong.
_ROUGHLY = 0.85
_YEAR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A field under the names it has in DuckDB; names of people and columns never become SQL."""

    field: Field
    #: The column of its values.
    column: str
    #: For a given name, the column of the names that it may stand for, as lists.
    formal: str = ""
    #: For a given name the column of surnames, for a surname that of given names: people mix them up.
    other: str = ""

    def comparison(self) -> dict[str, Any]:
        """The comparison as splink's settings have it."""
        unknown = {"sql_condition": f"{self.column}_l IS NULL OR {self.column}_r IS NULL", "is_null_level": True}
        # A rare name in common says more than a common one.
        rare = {"tf_adjustment_column": self.column, "tf_adjustment_weight": 1.0}
        same = {"sql_condition": self._alike("{0}_l = {0}_r"), **rare}
        between = [{"sql_condition": self._alike(sql)} for sql in _LEVELS[self.field.kind]]
        if self.formal:
            between.insert(1, {"sql_condition": f"list_has_any({self.formal}_l, {self.formal}_r)"})
        if self.other:
            swap = f"{self.column}_l = {self.other}_r OR {self.column}_r = {self.other}_l"
            between.append({"sql_condition": swap})
        levels = [unknown, same, *between, {"sql_condition": "ELSE"}]
        return {"output_column_name": self.column, "comparison_levels": levels}

    def _alike(self, sql: str) -> str:
        return sql.format(self.column)


def _similar(least: float) -> str:
    return f"jaro_winkler_similarity({{0}}_l, {{0}}_r) >= {least}"


def _slips(most: int) -> str:
    return f"damerau_levenshtein({{0}}_l, {{0}}_r) <= {most}"


def _begins(length: int) -> str:
    return f"left({{0}}_l, {length}) = left({{0}}_r, {length})"


_NAME = (_similar(NEAR), _similar(_ROUGHLY))
_TEXT = (_similar(NEAR_TEXT),)
_DIGITS = (_slips(1), _slips(SLIPS))
#: rob1@ and rob2@ are two people more often than a slip, as numbers are what tells such addresses apart.
_SAME_NUMBERS = r"regexp_replace({0}_l, '\D', '', 'g') = regexp_replace({0}_r, '\D', '', 'g')"
_BEFORE_AT = "split_part({0}_l, '@', 1) = split_part({0}_r, '@', 1)"
#: 3 April and 4 March of one year.
_MONTH_FOR_DAY = "left({0}_l, 4) = left({0}_r, 4) AND {0}_l[6:7] = {0}_r[9:10] AND {0}_l[9:10] = {0}_r[6:7]"
#: Between the same and different, by kind.
_LEVELS: dict[Kind, tuple[str, ...]] = {
    Kind.GIVEN: _NAME,
    Kind.SURNAME: _NAME,
    Kind.EMAIL: (_BEFORE_AT, f"{_slips(SLIPS)} AND {_SAME_NUMBERS}"),
    Kind.DATE: (_slips(1), f"{_begins(MONTH)} OR ({_MONTH_FOR_DAY})", _begins(_YEAR), _slips(SLIPS)),
    Kind.PHONE: _DIGITS,
    Kind.IDENTIFIER: _DIGITS,
    Kind.POSTCODE: (_slips(1), _begins(AREA)),
    Kind.ADDRESS: _TEXT,
    Kind.PLACE: _TEXT,
    Kind.TEXT: _TEXT,
    Kind.CATEGORY: (),
}
