"""Conditions: a small language for who a person is and what they did, judged for one person or for everyone."""

from envoi.conditions.bind import Definitions, Derived, bind, bind_all
from envoi.conditions.bound import Bound
from envoi.conditions.explain import Why, explain
from envoi.conditions.facts import Facts, facts
from envoi.conditions.parse import parse
from envoi.conditions.rows import Judgement, judge
from envoi.conditions.tables import as_query
from envoi.conditions.tree import Condition
from envoi.conditions.written import written

__all__ = [
    "Bound",
    "Condition",
    "Definitions",
    "Derived",
    "Facts",
    "Judgement",
    "Why",
    "as_query",
    "bind",
    "bind_all",
    "explain",
    "facts",
    "judge",
    "parse",
    "written",
]
