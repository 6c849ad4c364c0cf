"""What merge tags make of values: how they print, what counts as filled, how they compare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from envoi.templates.dialect import Function, functions
from envoi.templates.limits import require
from envoi.templates.moments import moment, php
from envoi.templates.values import require_plain, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.limits import Run

_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*")
#: What people write for a yes and a no.
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})


def text(value: object) -> str:
    """A value as a mail shows it: whole numbers without a point, lists and addresses with commas.

    >>> text(3.0), text(["a", "b"]), text({"street": "1 Main St", "city": "Oslo", "zip": None}), text(None)
    ('3', 'a, b', '1 Main St, Oslo', '')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        require_plain(value)
        return ", ".join(filter(None, map(text, value)))
    return text_of(value)


def truthy(value: object) -> bool:
    """Whether a field has a value: neither missing, empty, 0 nor false.

    >>> [truthy(value) for value in ("a", "0", "", 0, None, [], 7)]
    [True, False, False, False, False, False, True]
    """
    return bool(value) and value != "0"


def equal(left: object, right: object) -> bool:
    """`=`: as numbers if both are, else letter by letter.

    >>> equal("5", 5.0), equal("a", "A"), equal(True, "yes"), equal(None, "")
    (True, False, True, True)
    """
    for one, other in ((left, right), (right, left)):
        if isinstance(one, bool):
            return text(other).strip().lower() in (_YES if one else _NO) or other is one
    numbers = _number(left), _number(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return text(left) == text(right)


def less(left: object, right: object) -> bool:
    """`<`: as numbers if both are, else as texts, dates by day; a missing value is neither less nor more.

    >>> less("9", "10"), less(None, 5), less("2026-01-02", "2026-02-01")
    (True, False, True)
    """
    if text(left) == "" or text(right) == "":
        return False
    one, other = _number(left), _number(right)
    if one is not None and other is not None:
        return one < other
    return text(left) < text(right)


SIGNS: Mapping[str, Callable[[object, object], object]] = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    ">": lambda left, right: less(right, left),
    "<=": lambda left, right: less(left, right) or (text(left) != "" and equal(left, right)),
    ">=": lambda left, right: less(right, left) or (text(left) != "" and equal(left, right)),
}


def title(value: object) -> str:
    """Each word with a large first letter.

    >>> title("HigH SchooL MUSICAL 3")
    'High School Musical 3'
    """
    return re.sub(r"\S+", lambda word: word[0][0].upper() + word[0][1:], text(value).lower())


def is_interested(chosen: object, wanted: tuple[str, ...]) -> bool:
    """Whether a person chose one of these groups.

    >>> is_interested(["News", "Sales"], ("Sales", "Events")), is_interested("News, Sales", ("Events",))
    (True, False)
    """
    groups = [each.strip() for each in chosen.split(",")] if isinstance(chosen, str) else chosen
    if isinstance(groups, Mapping):
        groups = [name for name, chose in groups.items() if chose]
    return isinstance(groups, list | tuple) and any(text(each) in wanted for each in groups)


def _system(run: Run, tag: str, value: object) -> object:
    """A tag that Envoi fills itself, unless the data bring one of that name."""
    given = run.data.get(tag)
    return value if given is None else given


def _dated(value: object, layout: str) -> str:
    return "" if value in (None, "") else php(moment(value), layout)


def _upper(value: object) -> str:
    return text(value).upper()


def _lower(value: object) -> str:
    return text(value).lower()


def _url(value: object) -> str:
    written = text(value)
    require(3 * len(written))
    return quote(written, safe="")


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return float(value) if isinstance(value, int | float) else None


FUNCTIONS: Mapping[str, Function] = {
    **functions(UPPER=_upper, LOWER=_lower, TITLE=title, URL=_url, HTML=text, dated=_dated),
    "interested": Function(call=lambda _run, chosen, wanted: is_interested(chosen, wanted)),
    "system": Function(call=_system, pure=False),
}
