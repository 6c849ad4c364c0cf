"""How far a text has been read, and the smallest phrases: names, values, comparisons, lengths of time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from envoi.conditions import slips
from envoi.conditions.lexer import Sort, Token, place, tokens
from envoi.conditions.tree import Day, Literal, Op, Span, Test, Unit
from envoi.errors import ConditionError, did_you_mean

#: Words that begin a phrase; a field called so goes in backquotes.
RESERVED = frozenset(
    {"all", "and", "average", "before", "between", "consents", "count", "did", "distinct", "in", "max", "min", "model"}
    | {"not", "or", "points", "segment", "since", "sum", "where"}
)
#: By every word for it.
UNITS = {name: unit for unit in Unit for name in (unit.value, unit.value[:-1])}
#: Longer windows mean a mistake, and their ends would not fit the integers of an engine.
LONGEST = Span(365_000, Unit.DAYS)
#: From one anniversary to the next.
MOST_DAYS = 365
_LARGEST_NUMBER = Decimal(9 * 10**12)
_MOST_DECIMALS = 6
_COMPARISONS = ("=", "!=", "<>", "<", "<=", ">", ">=")
_TEXT_TESTS = {
    ("contains",): Op.CONTAINS,
    ("starts", "with"): Op.STARTS,
    ("ends", "with"): Op.ENDS,
    ("matches",): Op.MATCHES,
}
_NO_FIXED_LENGTH = {"month": "30 days", "months": "30 days", "year": "365 days", "years": "365 days"}


class Reader:
    """The tokens of one text and how far they have been read."""

    def __init__(self, text: str) -> None:
        """Begins at the start of `text`."""
        self._text = text
        self._tokens = tokens(text)
        self._next = 0

    # -- tokens

    def ahead(self, more: int = 0) -> Token:
        """The next token, or one `more` further on; it stays unread."""
        return self._tokens[min(self._next + more, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Reads the next token."""
        token = self.ahead()
        self._next += 1
        return token

    def mark(self) -> int:
        """Where to go back to."""
        return self._next

    def back(self, mark: int) -> None:
        """Goes back to a mark."""
        self._next = mark

    def says(self, *words: str) -> bool:
        """Whether the next tokens are these words or signs."""
        sorts = (Sort.WORD, Sort.SIGN)
        return all(self.ahead(n).sort in sorts and self.ahead(n).text == word for n, word in enumerate(words))

    def skip(self, *words: str) -> bool:
        """Reads these words if they come next."""
        if not self.says(*words):
            return False
        self._next += len(words)
        return True

    def need(self, *words: str, hint: str = "") -> None:
        """Reads these words, which must come next."""
        for word in words:
            if not self.skip(word):
                raise self.expected(f"'{word}'", hint=hint)

    def need_end(self, what: str, *, hint: str = "") -> None:
        """Checks that everything has been read; `what` could have come next."""
        if self.ahead().sort is not Sort.END:
            raise self.expected(what, hint=hint)

    def expected(self, what: str, *, hint: str = "", common: slips.Slips = slips.ELSEWHERE) -> ConditionError:
        """The error of finding the next token where `what` should be; the hint may be that of a `common` slip."""
        token = self.ahead()
        hint = in_lower_case(token) or hint or slips.instead(common, self._text[token.at :])
        return self.wrong(f"expected {what}, found {token}", hint=hint, at=token)

    def wrong(self, what: str, *, hint: str = "", at: Token | None = None) -> ConditionError:
        """An error at a token, by default the next one."""
        return ConditionError(what, hint=hint, at=place(self._text, (at or self.ahead()).at))

    # -- names

    def event(self) -> Token:
        """The name of an event."""
        token = self.ahead()
        if token.sort is not Sort.STRING:
            hint = f'names of events go in quotes: "{token.text}"' if token.sort is Sort.WORD else ""
            hint = f'leave "{token.text}" out' if hint and self.ahead(1).sort is Sort.STRING else hint
            raise self.expected("the name of an event in quotes", hint=hint)
        return self.take()

    def name(self, what: str = "a name") -> str:
        """A name, in quotes of any kind or without."""
        if self.ahead().sort not in (Sort.WORD, Sort.QUOTED, Sort.STRING):
            raise self.expected(what)
        return self.take().text

    def path(self, what: str = "a name") -> str:
        """Names joined by dots."""
        parts = [self.name(what)]
        while self.skip("."):
            parts.append(self.name())
        return ".".join(parts)

    # -- values

    def test(self, *, hint: str = "", common: slips.Slips = slips.COMPARISONS) -> Test:
        """A comparison, from its operator on."""
        token = self.ahead()
        if token.sort is Sort.SIGN and token.text in _COMPARISONS:
            self.take()
            return Test(Op.NE if token.text == "<>" else Op(token.text), (self.value(),))
        if self.skip("between"):
            low = self.value()
            self.need("and")
            return Test(Op.BETWEEN, (low, self.value()))
        if self.says("in", "(") or self.says("not", "in", "("):
            op = Op.NOT_IN if self.skip("not") else Op.IN
            self.need("in")
            return Test(op, self._values())
        for words, op in _TEXT_TESTS.items():
            if self.skip(*words):
                return Test(op, (self.value(),))
        if self.skip("is"):
            return Test(self._presence())
        raise self.expected("a comparison, such as = or between", hint=hint, common=common)

    def _presence(self) -> Op:
        if self.skip("present") or self.skip("not", "missing"):
            return Op.PRESENT
        if not self.skip("missing"):
            raise self.expected("'missing'", common=slips.PRESENCE)
        return Op.MISSING

    def _values(self) -> tuple[Literal, ...]:
        self.need("(")
        values = [self.value()]
        while self.skip(","):
            values.append(self.value())
        self.need(")", hint="values are separated by commas")
        return tuple(values)

    def value(self) -> Literal:
        """A number, a text, a date, true or false."""
        token = self.ahead()
        if token.sort is Sort.NUMBER:
            return self.number()
        if token.sort is Sort.STRING:
            return self.take().text
        if token.sort is Sort.DAY:
            return self.day()
        if token.sort is Sort.WORD and token.text in ("true", "false"):
            return self.take().text == "true"
        raise self.expected("a value", common=slips.VALUES)

    def number(self) -> Decimal:
        """A number that can be counted in millionths."""
        if self.ahead().sort is not Sort.NUMBER:
            raise self.expected("a number", common=slips.NUMBERS)
        value = Decimal(self.ahead().text)
        if -int(value.as_tuple().exponent) > _MOST_DECIMALS or abs(value) > _LARGEST_NUMBER:
            raise self.expected("a number up to 9 trillion with at most six decimals")
        self.take()
        return value

    def whole(self) -> int:
        """A whole number, 0 or more."""
        if self.ahead().sort is Sort.NUMBER and not self.ahead().text.isdigit():
            raise self.expected("a whole number")
        return int(self.number())

    def day(self) -> Day:
        """A date, alone or with a time."""
        if self.ahead().sort is not Sort.DAY:
            raise self.expected("a date, such as 2017-12-01", common=slips.DATES)
        try:
            datetime.fromisoformat(self.ahead().text)
        except ValueError:
            raise self.wrong(f"{self.ahead()} is not in the calendar or on the clock") from None
        return Day(self.take().text)

    def span(self) -> Span:
        """A length of time."""
        start, amount = self.ahead(), self.whole()
        found = Span(amount, self.unit())
        if found.micros > LONGEST.micros:
            raise self.wrong(f"{amount} {found.unit} is too long", hint="for all time, leave the window out", at=start)
        return found

    def positive_span(self) -> Span:
        """A length of time in which something can happen."""
        start, found = self.ahead(), self.span()
        if found.amount == 0:
            raise self.wrong("nothing happens within no time at all", hint="write a longer window", at=start)
        return found

    def whole_days(self) -> int:
        """A number of days, up to a year."""
        start, found = self.ahead(), self.positive_span()
        if found.unit not in (Unit.DAYS, Unit.WEEKS):
            raise self.wrong("anniversaries are whole days", hint="write so many days", at=start)
        days = found.micros // Span(1, Unit.DAYS).micros
        if days > MOST_DAYS:
            raise self.wrong("an anniversary comes every year", hint=f"write up to {MOST_DAYS} days", at=start)
        return days

    def unit(self) -> Unit:
        """A unit of time."""
        word = self.ahead().text
        if self.ahead().sort is not Sort.WORD or word not in UNITS:
            length = _NO_FIXED_LENGTH.get(word)
            hint = (
                f"it has no fixed length: write {length}"
                if length
                else did_you_mean(word, [unit.value for unit in Unit])
            )
            raise self.expected("a unit of time", hint=hint)
        return UNITS[self.take().text]


def in_lower_case(token: Token) -> str:
    """A hint if the token is a word of the language, but for its capitals; else nothing."""
    word = token.text.lower()
    meant = token.sort is Sort.WORD and word != token.text and word in RESERVED
    return f"the words of the language are in lower case: {word}" if meant else ""
