"""Which events a condition speaks of: the phrases for where, when and how often."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from envoi.conditions.lexer import Sort, Token
from envoi.conditions.reader import UNITS, Reader
from envoi.conditions.tree import After, Ago, All, AnyOf, Dates, Filter, Not, Op, Property, Scope, Span, Test

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.conditions.tree import Window

Tree = TypeVar("Tree")

#: Parentheses and `not` may nest this deep; a person's sentence never does.
DEEPEST = 50
_TIMES = {
    ("more", "than"): Op.GT,
    ("at", "least"): Op.GE,
    ("fewer", "than"): Op.LT,
    ("less", "than"): Op.LT,
    ("at", "most"): Op.LE,
    ("exactly",): Op.EQ,
}


class Scopes(Reader):
    """Reads scopes, and what nests."""

    def __init__(self, text: str) -> None:
        """Begins at the start of `text`."""
        super().__init__(text)
        self._depth = 0

    def parts(self, word: str, part: Callable[[], Tree]) -> tuple[Tree, ...]:
        """The parts that this word joins."""
        parts = [part()]
        while self.skip(word):
            parts.append(part())
        return tuple(parts)

    def deeper(self, phrase: Callable[[], Tree]) -> Tree:
        """A phrase within parentheses or after `not`."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.wrong(f"nested more than {DEEPEST} deep", hint="name a part as a segment")
        inside = phrase()
        self._depth -= 1
        return inside

    def scope(self, *, counted: bool = False) -> tuple[Scope, Test | None]:
        """An event and what narrows it down; and how often it happened, if that may be said here."""
        return self.narrowed(self.event(), counted=counted)

    def narrowed(self, event: Token, *, counted: bool = False) -> tuple[Scope, Test | None]:
        """The same when the event has been read."""
        where: Filter | None = None
        window: Window | None = None
        often: Test | None = None
        while True:
            if where is None and self.skip("where"):
                where = self.filter()
            elif counted and often is None and (found := self._times()):
                often = found
            elif window is None and (seen := self.window()):
                window = seen
            else:
                return Scope(event.text, where, window, event.at), often

    def filter(self) -> Filter:
        """A test of an event, or several in parentheses."""
        at = self.ahead().at
        if self.skip("not"):
            return Not(self.deeper(self.filter))
        if self.skip("("):
            inside = self.deeper(self._filters)
            self.need(")")
            return inside
        return Property(self.path(), self.test(), at)

    def _filters(self) -> Filter:
        parts = self.parts("or", self._both_filters)
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def _both_filters(self) -> Filter:
        parts = self.parts("and", self.filter)
        return parts[0] if len(parts) == 1 else All(parts)

    def _times(self) -> Test | None:
        """How often; None, and nothing is read, if something else comes next."""
        start, mark = self.ahead(), self.mark()
        if self.skip("between") and self.ahead().sort is Sort.NUMBER:
            low = self.number()
            if self.skip("and") and self.ahead().sort is Sort.NUMBER:
                high = self.number()
                if self._says_times():
                    return self._whole_times(Test(Op.BETWEEN, (low, high)), start)
        elif (op := next((op for words, op in _TIMES.items() if self.skip(*words)), None)) is not None:
            if self.ahead().sort is Sort.NUMBER:
                number = self.number()
                if self._says_times():
                    return self._whole_times(Test(op, (number,)), start)
                if op is not Op.GT or self.ahead().sort is not Sort.WORD:
                    hint = "say times, or a window: more than 3 times, more than 3 days ago"
                    raise self.expected("'times'", hint=hint if self.ahead().sort is Sort.END else "")
        elif start.sort is Sort.NUMBER and self.ahead(1).text in ("times", "time"):
            hint = f"write 'at least {start.text} times' or 'exactly {start.text} times'"
            raise self.expected("how many times", hint=hint)
        self.back(mark)
        return None

    def _says_times(self) -> bool:
        return self.skip("times") or self.skip("time")

    def _whole_times(self, times: Test, start: Token) -> Test:
        if any(number != int(number) or number < 0 for number in times.values if isinstance(number, Decimal)):
            raise self.wrong("something happens a whole number of times", at=start)
        return times

    def window(self) -> Window | None:
        """When; None, and nothing is read, if something else comes next."""
        if self.skip("in", "the", "last"):
            return Ago(far=self.positive_span())
        if self.skip("since"):
            return self._since_the_last() if self.says("the") else Dates(since=self.day())
        if self.skip("before"):
            return Dates(until=self.day())
        if self.skip("more", "than"):
            near = self.span()
            self.need("ago")
            return Ago(near=near)
        return self._dates() if self.says("between") and self.ahead(1).sort is Sort.DAY else self._between_ago()

    def _since_the_last(self) -> After:
        self.need("the", "last")
        event = self.event()
        return After(event.text, self.filter() if self.skip("where") else None, event.at)

    def _dates(self) -> Dates:
        self.need("between")
        since = self.day()
        self.need("and")
        return Dates(since, self.day())

    def _between_ago(self) -> Ago | None:
        start, mark = self.ahead(), self.mark()
        if not (self.skip("between") and self._is_ago()):
            self.back(mark)
            return None
        amount = self.whole()
        unit = None if self.says("and") else self.unit()
        self.need("and")
        far = self.span()
        self.need("ago")
        near = Span(amount, unit or far.unit)
        if near.micros >= far.micros:
            what = f"nothing lies between {near.amount} {near.unit} and {far.amount} {far.unit} ago"
            raise self.wrong(what, hint="write the shorter time first", at=start)
        return Ago(far, near)

    def _is_ago(self) -> bool:
        """Whether `N [UNIT] and N UNIT` comes next, which no comparison with a number looks like."""
        second = 1 if self.ahead(1).text == "and" else 2
        sorts = (self.ahead().sort, self.ahead(second + 1).sort, self.ahead(second + 2).sort)
        return sorts == (Sort.NUMBER, Sort.NUMBER, Sort.WORD) and self.ahead(second + 2).text in UNITS
