"""Some of the people, drawn once and for all: questions that may be answered roughly are asked of them first.

Who is drawn is told from a hash of the number that stands for the person's id in history, so it is the same people in
every question and after every event; a question to a sample is the question itself, over tables with nobody else in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

from envoi.conditions.tables import as_query
from envoi.tables import Query

if TYPE_CHECKING:
    from envoi.clock import Instant
    from envoi.conditions.bound import Bound
    from envoi.tables import Tables

#: How many people a sample has: the share of a segment is right to about one per cent.
SIZE = 8_192
#: Up to so many people everything is asked of everybody: it takes no longer.
SMALL = 20_000
#: Knuth's multiplicative hash, of which the lower 32 bits count.
_MULTIPLIER = 2_654_435_761
_BUCKETS = 1 << 32
#: Of a normal distribution, 95 % lie within so many standard deviations.
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many people, and how sure that is."""

    people: int
    #: It is within this of the true number 19 times of 20; 0 for an exact count.
    margin: int = 0
    #: How many people were asked; 0 if all of them.
    sample: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether everybody was asked."""
        return not self.sample


def share_of(everyone: int) -> float:
    """The share of so many people that is drawn.

    >>> share_of(1_000), share_of(81_920)
    (1.0, 0.1)
    """
    return 1.0 if everyone <= SMALL else SIZE / everyone


def sampled(query: Query, share: float) -> Query:
    """The same query over that share of the people; a share of 1 is everybody."""
    if share >= 1:
        return query
    drawn = {"people": "number", "events": "person", "items": "person", "traits": "person"}
    some = ", ".join(
        f"{table} AS (SELECT * FROM {table} WHERE (({number} * {_MULTIPLIER}) & {_BUCKETS - 1}) < ?)"
        for table, number in drawn.items()
    )
    rest = query.sql.removeprefix("WITH ")
    between = ", " if rest != query.sql else " "
    return Query(f"WITH {some}{between}{rest}", (*[int(share * _BUCKETS)] * len(drawn), *query.values))


def estimated(condition: Bound, tables: Tables, at: Instant, *, everyone: int) -> Count:
    """About how many of `everyone` the condition holds for at `at`; of few people, exactly how many."""
    share = share_of(everyone)
    found = _number(tables, sampled(as_query(condition, at, select="COUNT(*) AS n", tail=""), share))
    if share >= 1:
        return Count(people=found)
    seen = Query("SELECT COUNT(*) AS n FROM people WHERE first_at <= ?", (at,))
    asked = max(_number(tables, sampled(seen, share)), 1)
    # Agresti and Coull: a share of none or all is not certain either.
    part = (found + 2) / (asked + 4)
    margin = _Z * sqrt(part * (1 - part) / asked * max(1 - asked / everyone, 0))
    return Count(people=round(everyone * found / asked), margin=ceil(everyone * margin), sample=asked)


def _number(tables: Tables, query: Query) -> int:
    return int(tables.query(query).column("n")[0].as_py())
