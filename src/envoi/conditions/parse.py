"""From a condition's text to its tree: the grammar, one function a phrase.

    condition = both {"or" both}                both   = single {"and" single}
    single    = "not" single | "(" condition ")" | leaf
    leaf      = "did" EVENT scope [times] | "did not" EVENT scope
              | ("count" | "sum" | "average" | "min" | "max" | "distinct") "(" EVENT {"." NAME} ")" scope test
              | UNIT "since" ("first" | "last") EVENT scope test
              | ["not"] "in segment" TEXT | "points" NAME test | "consents to" NAME | NAME {"." NAME} test
    scope     = {"where" filter | window}                 each at most once, in any order, and times among them
    window    = "in the last" SPAN | "between" N [UNIT] "and" SPAN "ago" | "more than" SPAN "ago"
              | "since" DAY | "before" DAY | "between" DAY "and" DAY
    times     = ("more than" | "at least" | "fewer than" | "at most" | "exactly") N "times"
              | "between" N "and" N "times"
    filter    = NAME {"." NAME} test | "not" filter | "(" filters joined by and, or ")"
    test      = ("=" | "!=" | "<" | "<=" | ">" | ">=") VALUE | "between" VALUE "and" VALUE | ["not"] "in" "(" VALUES ")"
              | "contains" TEXT | "starts with" TEXT | "ends with" TEXT | "is missing" | "is present"

Words of the language are lower case; a field that is called like one of them goes in backquotes.
"""

from __future__ import annotations

from decimal import Decimal

from envoi.conditions.lexer import Sort, Token
from envoi.conditions.reader import RESERVED, UNITS
from envoi.conditions.scopes import Scopes
from envoi.conditions.tree import (
    All,
    AnyOf,
    Condition,
    Did,
    Function,
    Measured,
    Member,
    Not,
    Op,
    Points,
    Scope,
    Since,
    Test,
    Trait,
    Unit,
)
from envoi.events.event import CONSENT

_FUNCTIONS = {function.value: function for function in Function}
_NARROWING = ("in", "where", "since", "before", "between", "within", "during")
_PLACES = "where and windows go right after the event, before a comparison; a window is written: in the last 30 days"
ONCE = Test(Op.GE, (Decimal(1),))
NEVER = Test(Op.EQ, (Decimal(0),))


def parse(text: str) -> Condition:
    """The tree of a condition.

    >>> parse('did not "Order Completed" in the last 30 days').scope.window.far
    Span(amount=30, unit=<Unit.DAYS: 'days'>)

    Raises:
        ConditionError: where it stopped making sense, with line, column and what was expected.
    """
    phrases = _Phrases(text)
    condition = phrases.condition()
    phrases.need_end("'and', 'or' or the end", hint=_PLACES if phrases.ahead().text in _NARROWING else "")
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


class _Phrases(Scopes):
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
        if self.skip("did"):
            return self._did()
        if self.skip("not", "in"):
            return Not(self._member(token))
        if self.skip("in"):
            return self._member(token)
        if token.sort is Sort.WORD and token.text in _FUNCTIONS and self.ahead(1).text == "(":
            return self._measured(_FUNCTIONS[self.take().text])
        if token.sort is Sort.WORD and token.text in UNITS and self.ahead(1).text == "since":
            return self._since(UNITS[self.take().text])
        return self._field(token)

    def _field(self, token: Token) -> Points | Trait:
        if self.skip("points"):
            return Points(self.name("the name of a points scheme"), self.test(), token.at)
        if self.skip("consents", "to"):
            return Trait(CONSENT + self.name("a purpose"), Test(Op.EQ, (True,)), token.at)
        if token.sort is Sort.QUOTED or (token.sort is Sort.WORD and token.text not in RESERVED):
            return Trait(self.path(), self.test(), token.at)
        hint = 'did you forget "did"?' if token.sort is Sort.STRING else ""
        raise self.expected('a condition, such as did "Order Completed" or country = "US"', hint=hint)

    def _did(self) -> Did:
        never = self.skip("not")
        scope, times = self.scope(counted=True)
        if never and times:
            raise self.wrong("'did not' takes no number of times", hint="say how often it did happen: at most 3 times")
        return Did(scope, NEVER if never else times or ONCE)

    def _member(self, first: Token) -> Member:
        self.need("segment")
        if self.ahead().sort is not Sort.STRING:
            raise self.expected("the name of a segment in quotes")
        return Member(self.take().text, first.at)

    def _measured(self, function: Function) -> Measured:
        self.need("(")
        event, path = self.event(), ""
        if function is not Function.COUNT:
            hint = f'{function} is of a property: {function}("{event.text}".total)'
            self.need(".", hint=hint)
            path = self.path("the name of a property")
        self.need(")", hint="count is of the events themselves, not of a property" if not path else "")
        scope, _ = self.narrowed(event)
        return Measured(function, scope, path, self.test())

    def _since(self, unit: Unit) -> Since:
        self.need("since")
        first = self.skip("first")
        if not first and not self.skip("last"):
            raise self.expected("'last' or 'first'")
        scope, _ = self.scope()
        return Since(unit, first, scope, self.test())
