"""From a condition's text to its tree: the grammar, one function a phrase.

    condition = both {"or" both}                both   = single {"and" single}
    single    = "not" single | "(" condition ")" | leaf
    leaf      = "did" EVENT scope [times] | "did not" EVENT scope
              | "did" EVENT scope ("more" | "fewer") "in the last" SPAN "than in the" SPAN "before"
              | "did" EVENT scope "then" ("did" | "did not") EVENT {"where" filter | "with the same" NAME {"." NAME}
                | "within" SPAN | window}
              | amount (test | sign amount) | UNIT "since" ("first" | "last") EVENT scope test
              | "the" ("first" | "last" | PLACE) EVENT scope "had" filter
              | ["not"] "in segment" TEXT | "points" NAME test | "model" NAME test | "consents to" NAME
              | NAME {"." NAME} (test | anniversary)
    amount    = ("count" | "sum" | "average" | "min" | "max" | "distinct") "(" EVENT {"." NAME} ")" scope
    scope     = {"where" filter | window}                 each at most once, in any order, and times among them
    window    = "in the last" SPAN | "between" N [UNIT] "and" SPAN "ago" | "more than" SPAN "ago"
              | "since" DAY | "before" DAY | "between" DAY "and" DAY | "since the last" EVENT ["where" filter]
    times     = ("more than" | "at least" | "fewer than" | "at most" | "exactly") N "times"
              | "between" N "and" N "times"
    filter    = NAME {"." NAME} test | "not" filter | "(" filters joined by and, or ")"
    test      = sign VALUE | "between" VALUE "and" VALUE | ["not"] "in" "(" VALUES ")" | "contains" TEXT
              | "starts with" TEXT | "ends with" TEXT | "matches" TEXT | "is missing" | "is present"
    sign      = "=" | "!=" | "<" | "<=" | ">" | ">="
    anniversary = "is today" | "is in the next" SPAN | "was in the last" SPAN

Words of the language are lower case; a field that is called like one of them goes in backquotes.
"""

from __future__ import annotations

from envoi.conditions import slips
from envoi.conditions.deeds import NEVER, ONCE, Deeds
from envoi.conditions.lexer import Sort, Token
from envoi.conditions.reader import RESERVED, in_lower_case
from envoi.conditions.scopes import Scopes
from envoi.conditions.tree import (
    All,
    Anniversary,
    AnyOf,
    Condition,
    Member,
    Not,
    Op,
    Points,
    Scope,
    Test,
    Trait,
)
from envoi.events.event import CONSENT, MODEL

__all__ = ["NEVER", "ONCE", "parse", "parse_scope"]


def parse(text: str) -> Condition:
    """The tree of a condition.

    >>> parse('did not "Order Completed" in the last 30 days').scope.window.far
    Span(amount=30, unit=<Unit.DAYS: 'days'>)

    Raises:
        ConditionError: where it stopped making sense, with line, column and what was expected.
    """
    phrases = _Phrases(text)
    condition = phrases.condition()
    phrases.need_end("'and', 'or' or the end")
    return condition


def parse_scope(text: str) -> Scope:
    """The tree of a scope alone: `"Order Completed" where total > 20 in the last 30 days`.

    Raises:
        ConditionError: where it stopped making sense.
    """
    phrases = Scopes(text)
    scope, _ = phrases.scope()
    phrases.need_end("where, a window or the end")
    return scope


class _Phrases(Deeds):
    """The phrases of the grammar, largest first."""

    def condition(self) -> Condition:
        parts = self.parts("or", self._both)
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def _both(self) -> Condition:
        parts = self.parts("and", self._single)
        return parts[0] if len(parts) == 1 else All(parts)

    def _single(self) -> Condition:
        if self.says("not") and not self.says("not", "in"):
            self.take()
            return Not(self.deeper(self._single))
        if self.skip("("):
            inside = self.deeper(self.condition)
            self.need(")")
            return inside
        return self._leaf()

    # -- leaves

    def _leaf(self) -> Condition:
        token = self.ahead()
        if deed := self.deed():
            return deed
        if self.skip("not", "in"):
            return Not(self._member(token))
        if self.skip("in"):
            return self._member(token)
        if self.says("points") or self.says("model") or self.says("consents", "to"):
            return self._special(token)
        if token.sort is Sort.QUOTED or (token.sort is Sort.WORD and token.text not in RESERVED):
            return self._field(token)
        raise self.expected('a condition, such as did "Order Completed" or country = "US"', common=slips.BEGINNINGS)

    def _special(self, first: Token) -> Points | Trait:
        if self.skip("points"):
            return Points(self.name("the name of a points scheme"), self.test(), first.at)
        if self.skip("model"):
            return Trait(MODEL + self.name("the name of a model"), self.test(), first.at)
        self.need("consents", "to")
        return Trait(CONSENT + self.name("a purpose"), Test(Op.EQ, (True,)), first.at)

    def _field(self, first: Token) -> Trait | Anniversary:
        path = self.path()
        if self.skip("is", "today"):
            return Anniversary(path, 0, first.at)
        if self.skip("is", "in", "the", "next"):
            return Anniversary(path, self.whole_days(), first.at)
        if self.skip("was", "in", "the", "last"):
            return Anniversary(path, -self.whole_days(), first.at)
        hint = in_lower_case(first) or slips.instead(slips.FIELDS, path)
        return Trait(path, self.test(hint=hint), first.at)

    def _member(self, first: Token) -> Member:
        self.need("segment", hint='write in segment "..."')
        if self.ahead().sort is not Sort.STRING:
            raise self.expected("the name of a segment in quotes", hint='names of segments go in quotes: "Quiet"')
        return Member(self.take().text, first.at)
