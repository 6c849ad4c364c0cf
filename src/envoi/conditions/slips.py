r"""What people write in place of the words of the language, and what to write instead.

Each table is for one place in a sentence: patterns of what stands there, and the hint for the first that fits. In a
hint, \1 is what the first group of the pattern found.
"""

from __future__ import annotations

import re

Slips = tuple[tuple[str, str], ...]

_UNIT = r"(?:second|minute|hour|day|week)s?\b"
PLACES = "where and windows go right after the event, before a comparison; a window is written: in the last 30 days"
_HOW_OFTEN = "say how often in words and a number: at least 2 times"
_PLACE_OF_EVENT = 'write: the first "...", the 2nd "...", the last "..." had'

#: Where no token begins.
CHARACTERS: Slips = (
    (r"&", "write and"),
    (r"\|", "write or"),
    (r"!", "write not, or != between two values"),
    (r"≥", "write >="),
    (r"≤", "write <="),
    (r"≠", "write !="),
    (r"[\[\]{}]", 'several values stand in parentheses: in ("a", "b")'),
    (r"[$€£]", "numbers stand alone: 50"),
    (r"%", "write 0.35 for 35%"),
    (r"\+[0-9]", "numbers have no plus sign"),
    (r"[\u2010-\u2015\u2212]", "write the minus sign of the keyboard: -"),
    (r"/", "dates are written 2017-12-01"),
    (r"\^", 'a pattern goes in quotes: "^A"'),
    ("'", 'texts go in double quotes: "..."'),
    (r";", "join conditions with and, or"),
)
#: What begins with a digit and is neither.
NUMBERS_AND_DATES: Slips = (
    (r"[0-9]{1,2}:[0-9]{2}", "a time follows its date and a T: 2017-12-01T09:00"),
    (r"", "write 3, 2.5, 30 days, 2017-12-01"),
)
#: Where a condition begins.
BEGINNINGS: Slips = (
    (r'"[^"]*" *[<>=!]', "fields go without quotes"),
    (r'"', 'did you forget "did"?'),
    (r"(sum|average|min|max|distinct)\b", r'write \1("Order Completed".total)'),
    (r"count\b", 'write count("Order Completed")'),
    (r"segment\b", 'write in segment "..."'),
    (r"consents\b", "write consents to newsletter"),
)
#: What was read as a field, though nothing is compared with it.
FIELDS: Slips = (
    (r"the\b|first\b|last\b", _PLACE_OF_EVENT),
    (r"(?:avg|mean)\b", 'write average("Order Completed".total)'),
    (r"(?:months?|years?)\b", "months and years have no fixed length: count days"),
    (r"(?:consent|does)\b", "write consents to newsletter, or not consents to newsletter"),
    (r"(?:member|part)\b", 'write in segment "..."'),
    (r"(?:didnt|has|have)\b", 'write did "...", or did not "..."'),
)
#: After a field, where it is compared.
COMPARISONS: Slips = (
    (r"exists?\b|set\b", "write is present"),
    (r"like\b", "write contains, starts with, ends with or matches"),
    (r"(?:not|does|doesn) ?", 'put not before the field: not email contains "x"'),
    (r"(?:starts?|begins?)(?:\b|with)", 'write starts with "..."'),
    (r"ends?(?:\b|with)", 'write ends with "..."'),
    (r"in the next\b|today\b|tomorrow\b", "anniversaries are written: is today, is in the next 7 days"),
    (r"was\b", "write was in the last 3 days"),
    (r'in ["0-9-]', 'several values stand in parentheses: in ("a", "b")'),
    (
        r"(?:in|within|during|since|before)\b",
        "only events have windows; a field is compared with a date: >= 2017-12-01",
    ),
    (r"\(", "what can be computed: count, sum, average, min, max, distinct"),
    (r'[0-9"-]', "write what it is compared by: = before a value"),
    (r"$", 'compare it with something: = true, > 3, = "x", is present'),
)
#: After a field and `is`.
PRESENCE: Slips = (
    (r"null\b|none\b|empty\b|blank\b|unknown\b", "write is missing"),
    (r"not (?:null|none|empty|blank|unknown)\b|set\b|known\b", "write is present"),
    (r"not\b", "to compare with a value write !="),
    (r"in the last\b|yesterday\b", "write was in the last 3 days"),
    (r"in\b|tomorrow\b", "anniversaries are written: is today, is in the next 7 days"),
    (r"", "to compare with a value write ="),
)
#: Where a value stands.
VALUES: Slips = (
    (r"=", "one = is enough"),
    (r">", "write >="),
    (r"<", "write <="),
    (r"\.", "write a digit before the point: 0.5"),
    (r"\)", "name at least one value"),
    (r"(?:null|none|nil|empty)\b", "write is missing, without a comparison"),
    (r"(?:yes|on)\b", "write true"),
    (r"(?:no|off)\b", "write false"),
    (r"(?:today|now|yesterday)\b", "write the date: 2017-12-01"),
    (r"([^\W\d]\w*)", r'texts go in quotes: "\1"'),
    (r"$", 'write a value: 3, "a", 2017-12-01, true'),
)
#: After a measure, where it is compared.
MEASURES: Slips = (
    (r"(?:in|where|within|during|since|before)\b", PLACES),
    (r"$", "compare it with something: > 3"),
    *COMPARISONS,
)
#: Where a number stands.
NUMBERS: Slips = (
    (r"((?:second|minute|hour|day|week)s)\b", r"say how many: 7 \1"),
    (rf"({_UNIT})", r"say how many: 1 \1"),
    (r"the\b", "write the time alone: 4 hours"),
    (r"(?:month|year)s?\b", "months and years have no fixed length: write 30 days, 365 days"),
)
#: Where a date stands.
DATES: Slips = (
    (r'"', "dates go without quotes: 2017-12-01"),
    (r"last\b", 'write since the last "..."'),
    (r"[^\W\d]|[0-9]", "write the date, or a window: in the last 30 days"),
)
#: Anywhere else, above all after a condition that was whole.
ELSEWHERE: Slips = (
    (r"(?:once|twice|thrice|at (?:least|most) (?:once|twice)|exactly (?:once|twice))\b", _HOW_OFTEN),
    (r"(?:[<>=]=?|!=) ?[0-9]+ times?\b", _HOW_OFTEN),
    (r"(more|less|fewer) then\b", r"write \1 than"),
    (r"last [0-9]|past [0-9]|for [0-9]", "a window is written: in the last 30 days"),
    (r"on\b", "a day is a window: between 2017-12-01 and 2017-12-02"),
    (r"after\b|from\b", "write since 2017-12-01"),
    (r"until\b|till\b|by\b", "write before 2017-12-01"),
    (r"today\b|yesterday\b|recently\b", "a window is written: in the last 24 hours, or since 2017-12-01"),
    (rf"[0-9]+ {_UNIT} ago", "a window is written: in the last 3 days, or more than 3 days ago"),
    (rf"{_UNIT} ago", "a window is written: in the last 3 days; a field is compared with a date: 2017-12-01"),
    (_UNIT, "the number counts the unit at the beginning, so leave this out"),
    (rf"between [0-9]+ {_UNIT} ago", "write between 3 and 5 days ago"),
    (r"with (?:the )?same\b", 'it belongs to a sequence: did "X" then did "Y" with the same cart_id'),
    (r"with\b|whose\b|having\b", "tests of an event follow where: where total > 50"),
    (r"followed\b|and then\b", 'write then did "..."'),
    (r",[0-9]{3}\b", "numbers have no commas: 1000"),
    (r",", "join conditions with and, or"),
    (r'"', "join conditions with and, or; values with a comma"),
    (r"(?:in|where|since|before|between|within|during)\b", PLACES),
)


def instead(slips: Slips, rest: str) -> str:
    """What to write where `rest` stands; empty if that is no common slip.

    >>> instead(ELSEWHERE, "more then 3 times"), instead(VALUES, "gold and"), instead(ELSEWHERE, "otherwise")
    ('write more than', 'texts go in quotes: "gold"', '')
    """
    for pattern, hint in slips:
        if found := re.match(pattern, rest):
            return found.expand(hint)
    return ""
