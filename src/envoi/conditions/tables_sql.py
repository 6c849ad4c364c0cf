"""Small pieces of SQL and the values bound in them, put together in order; no value is ever part of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.conditions.bound import Storage
from envoi.conditions.tree import Op
from envoi.tables import Query, column, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.conditions.bound import Check


def sql(*pieces: str | Query) -> Query:
    """The pieces, one after the other.

    >>> sql("a = ", bound(3), " AND ", sql("b < ", bound(4)))
    Query(sql='a = ? AND b < ?', values=(3, 4))
    """
    whole = [Query(piece) if isinstance(piece, str) else piece for piece in pieces]
    return Query("".join(piece.sql for piece in whole), tuple(value for piece in whole for value in piece.values))


def bound(value: object) -> Query:
    """A value."""
    return Query("?", (value,))


def joined(between: str, pieces: Iterable[Query]) -> Query:
    """The pieces with a text between them."""
    parts: list[str | Query] = []
    for piece in pieces:
        parts += [between, piece] if parts else [piece]
    return sql(*parts)


def rows_of(rows: Iterable[Sequence[object]], name: str) -> Query:
    """A table of values, as it stands after FROM; `name` is its name and those of its columns."""
    lines = joined(", ", (sql("(", joined(", ", map(bound, row)), ")") for row in rows))
    return sql("(VALUES ", lines, f") AS {name}")


def held_in(row: str, path: str, storage: Storage) -> str:
    """The column of a property in a row of events or items."""
    return f"{row}.{quoted(column(kind_of(storage), path))}"


def kind_of(storage: Storage) -> str:
    """The kind of column that holds it."""
    return Storage.NUM if storage is Storage.TIME else storage


def checked(value: str | Query, check: Check, *, times: str = "") -> Query:
    """The check of a value; `times` is what each of the check's values is multiplied with."""
    # Of 38 digits, lest the product overflow.
    to = [sql("CAST(", bound(each), " AS DECIMAL(38, 0))", times) if times else bound(each) for each in check.values]
    if check.op in (Op.STARTS, Op.ENDS):
        side = "LEFT" if check.op is Op.STARTS else "RIGHT"
        return sql(f"{side}(", value, ", ", bound(len(str(check.values[0]))), ") = ", to[0])
    if check.op is Op.BETWEEN:
        return sql(value, " BETWEEN ", to[0], " AND ", to[1])
    if check.op in (Op.IN, Op.NOT_IN):
        return sql(value, f" {check.op.upper()} (", joined(", ", to), ")")
    before, between, after = _AROUND.get(check.op, ("", f" {check.op} ", ""))
    if check.op is Op.CONTAINS:
        return sql(before, to[0], between, value, after)
    return sql(before, value, between, *to, after)


#: What stands before, between and after a value and what it is compared with; the operator itself if not said here.
_AROUND = {
    Op.NE: ("", " <> ", ""),
    Op.CONTAINS: ("POSITION(", " IN ", ") > 0"),
    Op.MATCHES: ("REGEXP_MATCHES(", ", ", ")"),
    Op.MISSING: ("", " IS NULL", ""),
    Op.PRESENT: ("", " IS NOT NULL", ""),
}
