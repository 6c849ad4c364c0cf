"""The phrases for what people did: how often, how much, how recently, in what order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from envoi.conditions import slips
from envoi.conditions.lexer import Sort
from envoi.conditions.reader import UNITS
from envoi.conditions.scopes import Scopes
from envoi.conditions.tree import (
    Ago,
    Amount,
    Compared,
    Deed,
    Did,
    Filter,
    Followed,
    Function,
    Measured,
    Nth,
    Op,
    Scope,
    Since,
    Span,
    Test,
)

FUNCTIONS = {function.value: function for function in Function}
_COMPARISONS = {op.value: op for op in (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE)} | {"<>": Op.NE}
_RISING = {("more",): Op.GT, ("fewer",): Op.LT, ("less",): Op.LT}
_HOW_TO_COMPARE = "write more in the last 7 days than in the 7 days before"
ONCE = Test(Op.GE, (Decimal(1),))
NEVER = Test(Op.EQ, (Decimal(0),))


class Deeds(Scopes):
    """Reads the leaves that look at events."""

    def deed(self) -> Deed | None:
        """A leaf about events; None, and nothing is read, if something else comes next."""
        token, after = self.ahead(), self.ahead(1)
        if self.skip("did"):
            return self._did()
        if token.sort is Sort.WORD and token.text in FUNCTIONS and after.text == "(":
            return self._measured()
        if token.sort is Sort.WORD and token.text in UNITS and after.text == "since":
            return self._since()
        if self.says("the", "first") or self.says("the", "last") or (self.says("the") and after.sort is Sort.PLACE):
            return self._nth()
        return None

    # -- did

    def _did(self) -> Did | Compared | Followed:
        never = self.skip("not")
        scope, times = self.scope(counted=True)
        if never and times:
            raise self.wrong("'did not' takes no number of times", hint="say how often it did happen: at most 3 times")
        if self.says("then"):
            if never or times:
                raise self.wrong("a sequence begins with one event that happened", hint='write did "X" then did "Y"')
            return self._followed(scope)
        if not never and not times and scope.window is None:
            for words, op in _RISING.items():
                if self.skip(*words, "in", "the", "last"):
                    return self._rising(scope, op)
        return Did(scope, NEVER if never else times or ONCE)

    def _rising(self, scope: Scope, op: Op) -> Compared:
        """`more in the last 7 days than in the 7 days before`."""
        near = self.positive_span()
        self.need("than", "in", "the", hint=_HOW_TO_COMPARE)
        before = self.positive_span()
        self.need("before", hint=_HOW_TO_COMPARE)
        unit = min(near.unit, before.unit, key=lambda unit: Span(1, unit).micros)
        far = Span((near.micros + before.micros) // Span(1, unit).micros, unit)
        one, other = replace(scope, window=Ago(near)), replace(scope, window=Ago(far, near))
        return Compared(Amount(Function.COUNT, one), op, Amount(Function.COUNT, other))

    def _followed(self, first: Scope) -> Followed:
        self.need("then", "did", hint='write did "X" then did "Y"')
        happened = not self.skip("not")
        event = self.event()
        where: Filter | None = None
        same, within, window = "", None, first.window
        while True:
            if where is None and self.skip("where"):
                where = self.filter()
            elif not same and self.skip("with", "the", "same"):
                same = self.path("the name of a property")
            elif within is None and self.skip("within"):
                within = self.positive_span()
            elif window is None and (seen := self.window()):
                window = seen
            else:
                first = Scope(first.event, first.where, window, first.at)
                return Followed(first, Scope(event.text, where, None, event.at), happened, same, within)

    # -- measures

    def _measured(self) -> Measured | Compared:
        left = self._amount()
        sign, after = self.ahead(), self.ahead(1)
        if sign.text in _COMPARISONS and after.text in FUNCTIONS and self.ahead(2).text == "(":
            self.take()
            return Compared(left, _COMPARISONS[sign.text], self._amount())
        return Measured(left.function, left.scope, left.path, self.test(common=slips.MEASURES))

    def _amount(self) -> Amount:
        function, path = FUNCTIONS[self.take().text], ""
        self.need("(")
        if self.skip("distinct"):
            raise self.expected("the name of an event in quotes", hint='write distinct("Order Completed".coupon)')
        event = self.event()
        if function is not Function.COUNT:
            name, _, path = event.text.partition(".")
            hint = f'{function} is of a property: {function}("{name}".{path or "total"})'
            self.need(".", hint=hint)
            path = self.path("the name of a property")
        self.need(")", hint="count is of the events themselves, not of a property" if not path else "")
        scope, _ = self.narrowed(event)
        return Amount(function, scope, path)

    def _since(self) -> Since:
        unit = UNITS[self.take().text]
        self.need("since")
        first = self.skip("first")
        if not first and not self.skip("last"):
            raise self.expected("'last' or 'first'", hint=f'write {unit} since last "..."')
        scope, _ = self.scope()
        return Since(unit, first, scope, self.test(common=slips.MEASURES))

    def _nth(self) -> Nth:
        self.need("the")
        which = self.take()
        place = int(which.text) if which.sort is Sort.PLACE else 1 if which.text == "first" else -1
        if place == 0:
            raise self.wrong("places count from 1", hint="write the 1st, or the first", at=which)
        scope, _ = self.scope()
        self.need("had", hint="say what it had: had total > 50")
        return Nth(place, scope, self.filter())
