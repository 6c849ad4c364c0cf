"""AMPscript's functions of texts; positions count from 1, and what is looked for is found in any case.

A text that the template's author wrote as HTML stays HTML where a function only cuts or changes it, and what data bring
is escaped where it is joined to such a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from envoi.conditions.pattern import group_of, why_refused
from envoi.errors import TemplateError
from envoi.templates.ampscript.values import glimpse, text, whole
from envoi.templates.limits import require

if TYPE_CHECKING:
    from collections.abc import Callable

_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_LONGEST_PATTERN = 1_000
#: What .NET calls the flags of a pattern, as RE2 writes them.
_FLAGS = {"none": "", "ignorecase": "i", "multiline": "m", "singleline": "s", "compiled": "", "cultureinvariant": ""}


def concat(*parts: object) -> str:
    """The texts one after the other.

    >>> concat(1, "5", True), concat(Markup("<b>"), "R&D")
    ('15True', Markup('<b>R&amp;D'))
    """
    made = [text(part) for part in parts]
    require(sum(map(len, made)) * (6 if any(isinstance(part, Markup) for part in made) else 1))
    return Markup("").join(made) if any(isinstance(part, Markup) for part in made) else "".join(made)


def substring(source: object, start: object, length: object = None) -> str:
    """A part from a position on, of a length or to the end.

    >>> substring("Curt Harris", 1, 4), substring("Barb", 9), substring("Logan", -3, 2)
    ('Curt', '', 'Lo')
    """
    first = max(whole(start, "Substring"), 1) - 1
    last = None if length is None else first + max(whole(length, "Substring"), 0)
    return _like(source, lambda value: value[first:last])


def index_of(source: object, part: object, occurrence: object = 1) -> int:
    """Where a part begins; 0 if it is nowhere.

    >>> index_of("Curt Harris", " "), index_of("banana", "AN", 2), index_of("a", "b")
    (5, 4, 0)
    """
    wanted, shown, sought = whole(occurrence, "IndexOf"), _small(text(source)), _small(text(part))
    if not 1 <= wanted <= shown.count(sought):
        return 0
    found = -len(sought)
    for _ in range(wanted):
        found = shown.find(sought, found + len(sought))
    return found + 1


def length(source: object) -> int:
    """How long a text is; a sign beyond the usual plane counts two, as in .NET."""
    return len(text(source)) + sum(character > "\uffff" for character in text(source))


def lowercase(source: object) -> str:
    """The text in small letters."""
    return _like(source, str.lower)


def uppercase(source: object) -> str:
    """The text in capitals."""
    return _like(source, str.upper)


def proper_case(source: object) -> str:
    """Each word with one capital, at its start.

    >>> proper_case("BARB   BR.OWN")
    'Barb   Br.own'
    """
    return _like(source, lambda value: re.sub(r"\S+", lambda word: word[0].capitalize(), value))


def trim(source: object) -> str:
    """The text without white space around it."""
    return _like(source, str.strip)


def replace(source: object, old: object, new: object = "") -> str:
    """The text with each part that says the same, in any case, replaced.

    >>> replace("A STRING", "StRinG", "string"), replace("a-b", "", "x")
    ('A string', 'a-b')
    """
    return _replaced(source, text(old), new)


def replace_list(source: object, new: object, old: object, *more: object) -> str:
    """The text with each of several parts replaced by one.

    >>> replace_list("red/green,blue", "|", "/", ",")
    'red|green|blue'
    """
    made: object = source
    for each in (old, *more):
        made = _replaced(made, text(each), new)
    return text(made)


def char(code: object, times: object = 1) -> str:
    """The character of a number, once or more.

    >>> char(65), char("97", 4)
    ('A', 'aaaa')
    """
    number, count = whole(code, "Char"), whole(times, "Char")
    if not 0 <= number <= _LAST_CHARACTER or number in _SURROGATES:
        raise TemplateError(f"there is no character {glimpse(code)}")
    require(count)
    return chr(number) * count


def regex_match(source: object, pattern: object, group: object, *flags: object) -> str:
    """What a group of a pattern matched where it occurs first; 0 is all of it.

    >>> regex_match("SAVE23", "([a-z]+)([0-9]+)", 2, "IgnoreCase"), regex_match("x", "y", 0)
    ('23', '')

    Raises:
        TemplateError: RE2, which searches in linear time, has no such pattern.
    """
    letters = ""
    for each in flags:
        if text(each).lower() not in _FLAGS:
            raise TemplateError(
                f"RegExMatch has no option {glimpse(each)}", hint="use IgnoreCase, Multiline, Singleline"
            )
        letters += _FLAGS[text(each).lower()]
    wanted = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", text(pattern))
    wanted = f"(?{letters}){wanted}" if letters else wanted
    why = "it is too long" if len(wanted) > _LONGEST_PATTERN else why_refused(wanted)
    if why:
        hint = "write it without looking around and without references to groups"
        raise TemplateError(f"RegExMatch cannot search {glimpse(pattern)}: {why}", hint=hint)
    name = text(group)
    return group_of(wanted, text(source), int(name) if name.isdecimal() else name)


def _replaced(source: object, old: str, new: object) -> str:
    if not old:
        return text(source)
    put = str(Markup.escape(text(new))) if isinstance(source, Markup) else text(new)
    shown, small, sought = str(text(source)), _small(text(source)), _small(old)
    require(len(shown) + small.count(sought) * max(len(put) - len(old), 0))
    made, end = [], 0
    while (found := small.find(sought, end)) >= 0:
        made += [shown[end:found], put]
        end = found + len(sought)
    return _like(source, lambda _: "".join([*made, shown[end:]]))


def _small(source: str) -> str:
    """A text in small letters, each where it was: for searches that take no longer than the text is long."""
    lower = source.lower()
    return lower if len(lower) == len(source) else "".join(letter.lower()[:1] for letter in source)


def _like(source: object, how: Callable[[str], str]) -> str:
    """A text changed; still HTML if it was the author's own."""
    made = how(str(text(source)))
    return Markup(made) if isinstance(source, Markup) else made  # noqa: S704 - the author's own
