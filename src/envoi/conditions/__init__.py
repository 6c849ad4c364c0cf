"""Conditions: a small language for who a person is and what they did, judged for one person or for everyone.

Where to find what (docs/why/0004 says why there are two trees):

    text to tree        lexer, reader, scopes, deeds, parse: each builds on the one before; slips; and back: written
    tree to bound       bind, with bind_scope, bind_events and bind_values; what it may speak of: definitions
    judge one person    rows, from facts by way of evidence; calendar, decay, pattern
    judge everyone      tables, with tables_scope, tables_leaves, tables_atoms and tables_sql
    say why             explain, wording
"""

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
