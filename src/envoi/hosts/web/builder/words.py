"""The words that the forms are made of."""

from __future__ import annotations

from envoi.conditions.tree import Op
from envoi.events.catalogue import Kind

#: What can be added, and how it is called.
RULES = {
    "What they did": {
        "did": "Did something",
        "did not": "Did not do something",
        "followed": "One thing, then another",
        "nth": "The first, last or n-th time",
        "since": "How long ago",
        "measured": "A sum, an average, a count",
        "compared": "More or less than before",
    },
    "Who they are": {
        "trait": "A field of the person",
        "anniversary": "A birthday",
        "consent": "Consent",
        "member": "Another segment",
        "points": "Points",
        "model": "A model's score",
    },
    "Together": {"any": "A group", "text": "A rule as text"},
}
GROUPS = {"all": "all of these", "any": "any of these"}
OFTEN = {
    "once": "at least once",
    "never": "never",
    ">": "more than",
    ">=": "at least",
    "=": "exactly",
    "<": "fewer than",
    "<=": "at most",
    "between": "between",
}
WINDOWS = {
    "ever": "ever",
    "last": "in the last",
    "older": "more than … ago",
    "ago": "between … and … ago",
    "since": "since the day",
    "before": "before the day",
    "dates": "between two days",
    "after": "since the last",
}
UNITS = {unit: unit for unit in ("minutes", "hours", "days", "weeks", "seconds")}
FUNCTIONS = {
    "count": "how many",
    "sum": "the sum of",
    "average": "the average of",
    "min": "the smallest",
    "max": "the largest",
    "distinct": "how many different",
}
PLACES = {"first": "first", "last": "last", "nth": "n-th"}
ENDS = {"last": "last", "first": "first"}
THEN = {"did": "then did", "did not": "then did not"}
DAYS = {"today": "is today", "next": "is in the next", "last": "was in the last"}
TRUTHS = {"true": "yes", "false": "no"}
SORTS = {"text": "text", "number": "number", "day": "date", "truth": "yes or no"}
SIGNS = {
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
    "=": "is the same as",
    "!=": "is not the same as",
}
_OPS = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LT: "is less than",
    Op.LE: "is at most",
    Op.GT: "is more than",
    Op.GE: "is at least",
    Op.BETWEEN: "is between",
    Op.IN: "is one of",
    Op.NOT_IN: "is none of",
    Op.MATCHES: "matches the pattern",
    Op.MISSING: "is missing",
    Op.PRESENT: "is there",
}
_OF_DAYS = {Op.LT: "is before", Op.LE: "is on or before", Op.GT: "is after", Op.GE: "is on or after"}


def op(asked: Op, kind: Kind | None) -> str:
    """How a comparison is called where values of this kind are compared.

    >>> op(Op.LT, Kind.NUMBER), op(Op.LT, Kind.DATE), op(Op.CONTAINS, Kind.TEXT)
    ('is less than', 'is before', 'contains')
    """
    of_days = _OF_DAYS if kind in (Kind.DATE, Kind.TIME) else {}
    return of_days.get(asked) or _OPS.get(asked) or asked.value
