"""What AMPscript means by its values: how they print, compare and turn into numbers and truth.

There are texts, numbers, dates and booleans; what data hold as a text counts as a number or a date where one is asked
for. A name that nothing brings is the empty text, and only data bring a null.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from envoi.errors import TemplateError
from envoi.templates.ampscript.moments import read_moment, wall
from envoi.templates.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

Number = int | float
#: What a name is that nothing brings.
MISSING = ""
#: A whole number beyond these bounds counts as 0, as it does in AMPscript.
LEAST, MOST = -(2**63), 2**63 - 1
_NUMBER = re.compile(r"\s*(?=[-+]?\.?\d)[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?\s*")
_LONGEST_NUMBER = 400
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def text(value: object) -> str:
    """A value as AMPscript prints it.

    >>> text(True), text(5.0), text(0.1 + 0.2), text(datetime(2023, 5, 1, 17)), text(None)
    ('True', '5', '0.3', '5/1/2023 5:00:00 PM', '')

    Raises:
        TemplateError: it is a rowset, a row or an object of the program.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.15g}".replace("e", "E") if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        is_short = value.is_finite() and abs(value.adjusted()) < _LONGEST_NUMBER
        return f"{value.normalize():f}" if is_short else str(value)
    if isinstance(value, date):
        return _general(wall(value))
    if isinstance(value, list | tuple | dict):
        what = "a rowset" if isinstance(value, list | tuple) else "a row"
        raise TemplateError(f"{what} does not print", hint='print one of its fields: Field(Row(@rows, 1), "name")')
    return text_of(value)


def number(value: object, what: str = "this function") -> Number:
    """A value as a number.

    >>> number("1,234.50"), number("7"), number(5.0)
    (1234.5, 7, 5)

    Raises:
        TemplateError: it is none.
    """
    found = as_number(value)
    if found is None:
        raise TemplateError(f"{what} takes a number, not {glimpse(value)}")
    return found


def as_number(value: object) -> Number | None:
    """The same, None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    if isinstance(value, float | Decimal):
        found = float(value)
    elif isinstance(value, str) and len(value) < _LONGEST_NUMBER and value.strip() and _NUMBER.fullmatch(value):
        found = _read(value.strip().replace(",", ""))
    else:
        return None
    if not math.isfinite(found):
        return None
    return int(found) if found == int(found) and LEAST <= found <= MOST else found


def as_moment(value: object) -> datetime | None:
    """A date, or a text that says one, as a moment on the wall; None where it is none."""
    if isinstance(value, date):
        return wall(value)
    return read_moment(value) if isinstance(value, str) else None


def whole(value: object, what: str) -> int:
    """A value as a whole number.

    Raises:
        TemplateError: it is none.
    """
    found = number(value, what)
    if not isinstance(found, int):
        raise TemplateError(f"{what} takes a whole number, not {glimpse(value)}")
    return found


def flag(value: object, what: str) -> bool:
    """A value as yes or no: true and false, 1 and 0, also as texts.

    Raises:
        TemplateError: it is neither.
    """
    found = _as_boolean(value)
    if found is None:
        raise TemplateError(f"{what} takes true or false, not {glimpse(value)}")
    return found


def truthy(value: object) -> bool:
    """Only a boolean decides an IF; a text or a number never does.

    >>> truthy(True), truthy("true"), truthy(1)
    (True, False, False)
    """
    return value is True


def equal(left: object, right: object) -> bool:
    """Whether two values are the same: texts whatever their case; a text is read as what it is compared with.

    >>> equal("GOLD", "gold"), equal("5", 5.0), equal("1/2/2024", datetime(2024, 1, 2)), equal(None, "")
    (True, True, True, True)
    """
    pair = _alike(left, right)
    return pair[0] == pair[1]


def before(left: object, right: object) -> bool:
    """Whether the left value is less; two texts compare as numbers or dates if both are such, else as texts do.

    >>> before("9", "10"), before("1/2/2024", "2024-01-03"), before("a", "B"), before("", 5), before(5, "")
    (True, True, True, False, False)
    """
    pair = _alike(left, right, ordered=True)
    return type(pair[0]) is type(pair[1]) and pair[0] < pair[1]  # type: ignore[operator]


SIGNS: dict[str, Callable[[object, object], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": before,
    ">": lambda left, right: before(right, left),
    "<=": lambda left, right: before(left, right) or (equal(left, right) and not _is_one_empty(left, right)),
    ">=": lambda left, right: before(right, left) or (equal(left, right) and not _is_one_empty(left, right)),
}


def glimpse(value: object) -> str:
    """A value as an error names it."""
    shown = repr(value) if isinstance(value, str) else text(value) or "nothing"
    return shown if len(shown) < 40 else f"{shown[:36]}..."  # noqa: PLR2004 - what fits in a line


def _read(digits: str) -> Number:
    return float(digits) if "." in digits else int(digits) if LEAST <= int(digits) <= MOST else float(digits)


def _as_boolean(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return _BOOLEANS.get(str(value).strip().lower()) if isinstance(value, str | int) else None


def _alike(left: object, right: object, *, ordered: bool = False) -> tuple[object, object]:
    """Both values as the same kind, if they can be: that of the one that is no text, or what both read as."""
    left, right = (MISSING if each is None else each for each in (left, right))
    kinds = [kind for kind in _KINDS if any(isinstance(each, kind[0]) for each in (left, right))][:1]
    for _, turn in kinds or (_KINDS[1:] if ordered else []):
        pair = turn(left), turn(right)
        if None not in pair:
            return _floats(*pair)
    return _folded(left), _folded(right)


def _floats(left: object, right: object) -> tuple[object, object]:
    """Numbers as one type, so that they can be told from texts by it."""
    if isinstance(left, int | float) and isinstance(right, int | float) and type(left) is not type(right):
        return (left, right) if isinstance(left, bool) or isinstance(right, bool) else (float(left), float(right))
    return left, right


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def _is_one_empty(left: object, right: object) -> bool:
    return (left in (None, MISSING)) is not (right in (None, MISSING))


def _general(value: datetime) -> str:
    hour = value.hour % 12 or 12
    half = "AM" if value.hour < 12 else "PM"  # noqa: PLR2004 - noon
    return f"{value.month}/{value.day}/{value.year} {hour}:{value:%M:%S} {half}"


_KINDS: list[tuple[type | tuple[type, ...], Callable[[object], object]]] = [
    (bool, _as_boolean),
    ((int, float, Decimal), as_number),
    (date, as_moment),
]
