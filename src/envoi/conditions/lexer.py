"""From a condition's text to its tokens, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from envoi.conditions.slips import CHARACTERS, NUMBERS_AND_DATES, instead
from envoi.errors import ConditionError, Place


class Sort(StrEnum):
    """What a token is; the value is the name of its group in the pattern."""

    STRING = "string"
    #: A name in backquotes.
    QUOTED = "quoted"
    DAY = "day"
    NUMBER = "number"
    #: 1st, 2nd, 3rd, 4th
    PLACE = "place"
    WORD = "word"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` is without quotes, `at` counts characters from 0."""

    sort: Sort
    text: str
    at: int

    def __str__(self) -> str:
        """As an error names it."""
        if self.sort is Sort.END:
            return "the end"
        return f'"{self.text}"' if self.sort is Sort.STRING else f"'{self.text}'"


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | "(?P<string>(?:[^"\\]|\\[\s\S])*)"
    | `(?P<quoted>(?:[^`\\]|\\[\s\S])+)`
    | (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}
        (?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)(?![\w.:+-])
    | (?P<place>[0-9]{1,9})(?:st|nd|rd|th)(?!\w)
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?)(?![\w.:-])
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><=|>=|!=|<>|[=<>(),.])
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"""\\(["`\\])""")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CURLY = "\u201c\u201d\u201e\u2033"


def tokens(text: str) -> list[Token]:
    r"""All tokens of `text`, the last one being the end; in quotes, a backslash stands before a quote or a backslash.

    >>> [token.text for token in tokens('did "Order \\"X\\"" >= 3')]
    ['did', 'Order "X"', '>=', '3', '']

    Raises:
        ConditionError: a character that begins no token, or a quote that is not closed.
    """
    if half := _SURROGATE.search(text):
        raise ConditionError("half a character has no meaning", at=place(text, half.start()))
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind = match.lastgroup or "space"
        if kind != "space":
            sort, value = Sort(kind), match[kind]
            found.append(Token(sort, _ESCAPED.sub(r"\1", value) if sort in (Sort.STRING, Sort.QUOTED) else value, at))
        at = match.end()
    return [*found, Token(Sort.END, "", len(text))]


def place(text: str, at: int) -> Place:
    r"""The line and column of the character at offset `at`.

    >>> place("a\nbc", 3)
    Place(file='', line=2, column=2)
    """
    before = text[:at]
    return Place(line=before.count("\n") + 1, column=at - before.rfind("\n"))


def _unreadable(text: str, at: int) -> ConditionError:
    char = text[at]
    if char in _CURLY:
        what, hint = f"{char!r} is a typographic quote", 'use straight quotes: "'
    elif char in '"`':
        what = f"the text that begins with {char} has no end"
        hint = 'close it, or write \\" for a quote inside' if char == '"' else "use double quotes, or close the `"
    elif number := re.match(r"-?[0-9][\w.:+-]*", text[at:]):
        what, hint = f"'{number[0]}' is neither a number nor a date", instead(NUMBERS_AND_DATES, number[0])
    else:
        what, hint = f"{char!r} has no meaning here", instead(CHARACTERS, text[at:])
    return ConditionError(what, hint=hint, at=place(text, at))
