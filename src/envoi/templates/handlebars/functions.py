"""The helpers: SendGrid's, Mandrill's, and those that most projects register for themselves."""

from __future__ import annotations

import re
from inspect import Parameter, signature
from typing import TYPE_CHECKING
from urllib.parse import quote

from envoi.templates.dialect import functions
from envoi.templates.handlebars.javascript import length, text
from envoi.templates.limits import require
from envoi.templates.moments import js, moment, php, zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.templates.dialect import Function

#: What `encodeURIComponent` leaves as it is, besides letters and digits.
_UNRESERVED = "-_.!~*'()"
#: An opening sign that no other follows: looking for the end takes no longer than the text.
_TAG = re.compile(r"<[^<>]*>")
#: Words that a title leaves small unless they begin it; Mandrill's "Your Text is Neat".
_SMALL = re.compile("a|an|and|as|at|but|by|for|if|in|is|nor|of|on|or|so|the|to|up|via|vs|yet")


def insert(value: object = None, default: object = "") -> object:
    """SendGrid's: the value, or what to print where it is missing, also written "default=..."."""
    if value not in (None, ""):
        return value
    return default.removeprefix("default=") if isinstance(default, str) else default


def title(value: object) -> str:
    """Mandrill's: each word begins large, but for the small ones.

    >>> title("your text is neat")
    'Your Text is Neat'
    """
    words = text(value).split(" ")
    return " ".join(
        word if number and _SMALL.fullmatch(word) else word[:1].upper() + word[1:] for number, word in enumerate(words)
    )


def url(value: object) -> str:
    """Mandrill's: as a part of a link."""
    return quote(text(value), safe=_UNRESERVED)


def striptags(value: object) -> str:
    """Mandrill's: without HTML tags."""
    return _TAG.sub("", text(value))


def format_date(value: object, layout: object = "YYYY-MM-DD", offset: object = None) -> str:
    """SendGrid's: a moment by tokens such as "MMMM DD, YYYY h:mm A", moved by an offset such as "-0800"."""
    if value in (None, ""):
        return ""
    at = moment(value)
    return js(at.astimezone(zone(text(offset))) if offset not in (None, "") else at, text(layout))


def date(now: object, layout: object = "d/m/Y") -> str:
    """Mandrill's: today, by PHP's letters; the translation gives it the time."""
    return php(moment(now), text(layout)) if now not in (None, "") else ""


def default(value: object, other: object) -> object:
    """The value, or another where it is missing or empty."""
    return other if value in (None, "") else value


def concat(*values: object) -> str:
    """The texts of all values, one after the other."""
    texts = [text(each) for each in values]
    require(sum(map(len, texts)))
    return "".join(texts)


def join(values: object, separator: object = ", ") -> str:
    """The items of a list, with something between."""
    texts = [text(each) for each in values] if isinstance(values, list | tuple) else [text(values)]
    between = text(separator)
    require(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def capitalize(value: object) -> str:
    """With a large first letter."""
    written = text(value)
    return written[:1].upper() + written[1:]


def _upper(value: object) -> str:
    return text(value).upper()


def _lower(value: object) -> str:
    return text(value).lower()


_PURE: Mapping[str, Callable[..., object]] = {
    "insert": insert,
    "length": length,
    "formatDate": format_date,
    "date": date,
    "upper": _upper,
    "lower": _lower,
    "uppercase": _upper,
    "lowercase": _lower,
    "title": title,
    "capitalize": capitalize,
    "url": url,
    "striptags": striptags,
    "default": default,
    "concat": concat,
    "join": join,
}
HELPERS: Mapping[str, Function] = functions(**_PURE)
#: Helpers that compare, also before a body: `{{#equals a b}}`. SendGrid's do not mind of what kind the values are.
COMPARISONS: Mapping[str, str] = {
    "equals": "==",
    "notEquals": "!=",
    "greaterThan": ">",
    "lessThan": "<",
    "eq": "===",
    "ne": "!==",
    "neq": "!==",
    "is": "==",
    "isnt": "!=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
}
LOGIC = frozenset({"and", "or", "not"})
#: Helpers that need what only their vendor has, and what to write instead.
FOREIGN: Mapping[str, str] = {
    "unsub": "write {{unsubscribe_url}}: Envoi makes the link and shows its own page",
    "helperMissing": "Envoi runs no code of a template",
    "blockHelperMissing": "Envoi runs no code of a template",
    "elseif": "write {{else if ...}} between {{#if ...}} and {{/if}}",
    "ifs": "write {{#if a == b}}",
    "ifCond": "write {{#if a == b}}",
    "ifEquals": "write {{#if a == b}}",
    "compare": "write {{#if a == b}}",
    "json": "print its fields one by one",
}


def _takes(function: Callable[..., object]) -> tuple[int, int, frozenset[str]]:
    """How few and how many arguments a helper takes, and which can be named."""
    given = [each for each in signature(function).parameters.values() if each.name != "now"]
    if any(each.kind is Parameter.VAR_POSITIONAL for each in given):
        return 0, 1000, frozenset()
    needed = sum(each.default is Parameter.empty for each in given)
    return needed, len(given), frozenset(each.name for each in given)


TAKES: Mapping[str, tuple[int, int, frozenset[str]]] = {name: _takes(function) for name, function in _PURE.items()}
