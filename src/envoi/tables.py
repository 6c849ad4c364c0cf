"""The port to history: everything that happened, as tables that one SQL text can question on any engine.

Four tables, the same names and columns on every engine. Times are whole microseconds (docs/why/0003); numbers are whole
millionths (events/number.py), so sums are exact and no engine's floating point can move a threshold.

    people    number, id, first_at                          first_at: the earliest event of the person
    events    seq, person, name, at, source, and a column a property    person: people.number
    items     seq, person, name, list, at, source, and a column a field   the line items in a list property of an event
    traits    seq, person, key, at, num, bool, text, source     every value a field of a profile ever had
                                                                (consent to P is the key `consent.P`)

A property has a column for each kind of value it ever held, `column(kind, property)`: "num" (numbers in millionths,
planned times in microseconds), "bool" (1 and 0) and "text"; a missing value, or one of another kind, is NULL. SQL for
them stays within a small portable subset: no INTERVAL, no JSON operators, no FILTER, sums of CASE, semi and anti joins.
`at` is a word of DuckDB's own: with its table (`e.at`) it is a column, alone it must be quoted (`"at"`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from envoi.events.event import Stored

#: Before a capital, and before the mark itself.
_CAPITAL = re.compile(r"(?=[A-Z^])")


def num(prop: str) -> str:
    """The quoted column that holds a property's numbers and times.

    >>> num("total")
    '"num:total"'
    """
    return quoted(column("num", prop))


def text(prop: str) -> str:
    """The quoted column that holds a property's texts.

    >>> text('5" pipe')
    '"text:5"" pipe"'
    """
    return quoted(column("text", prop))


def column(kind: str, prop: str) -> str:
    """The column of a property's values of one kind ("num", "bool" or "text"), unquoted.

    Engines take names that differ only in case for one, so a capital is marked: `total` and `Total` stay apart. They
    end a name at a NUL, so that is written out.

    >>> column("num", "order_id"), column("num", "orderID")
    ('num:order_id', 'num:order^I^D')
    """
    return f"{kind}:{_CAPITAL.sub('^', prop)}".replace("\0", "^0")


def quoted(identifier: str) -> str:
    """An identifier that SQL reads as a name, whatever is in it."""
    return '"' + identifier.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Query:
    """A portable SQL text and the values bound to its `?`, in order; no value is ever part of the text."""

    sql: str
    values: tuple[object, ...] = ()


class Tables(Protocol):
    """History that can be extended and questioned."""

    def write(self, stored: Sequence[Stored], given_back: Mapping[int, Sequence[int]] | None = None) -> None:
        """Adds events in one commit; positions at or below `head` are left out, so writing again changes nothing.

        Where people turn out to be one, what both did is that person's. Where someone turns out to be two, `given_back`
        says by the position of the event that says so which events are the other's (people/story.py).

        Raises:
            StoreFailed: the disk is full or failed; then none of them is stored.
        """
        ...

    def query(self, query: Query) -> pa.Table:
        """Runs the query and returns all its rows.

        Raises:
            StoreFailed: the engine refused it.
        """
        ...

    def observed(self) -> Mapping[str, Mapping[str, str]]:
        """What history holds: the properties of each event name and the kind of each ("num", "bool" or "text").

        Traits are under the empty name; a field of line items is "<list>[].<field>".
        """
        ...

    def head(self) -> int:
        """The position in the log up to which history is complete; 0 when empty."""
        ...
