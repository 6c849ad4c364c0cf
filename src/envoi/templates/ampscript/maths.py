"""AMPscript's functions of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from envoi.errors import TemplateError
from envoi.templates.ampscript.date_formats import format_moment
from envoi.templates.ampscript.dates import moment
from envoi.templates.ampscript.number_formats import format_currency as currency
from envoi.templates.ampscript.number_formats import format_number as formatted
from envoi.templates.ampscript.values import LEAST, MOST, Number, as_number, glimpse, number, text, whole
from envoi.templates.limits import ROUNDS, too_much

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_DIGITS = 15


def add(left: object, right: object) -> Number:
    """The sum.

    >>> add(5, "42"), add(20.5, 13.5), add(2**62, 2**62)
    (47, 34, 9.223372036854776e+18)
    """
    return _sound(number(left, "Add") + number(right, "Add"))


def subtract(left: object, right: object) -> Number:
    """The difference."""
    return _sound(number(left, "Subtract") - number(right, "Subtract"))


def multiply(left: object, right: object) -> Number:
    """The product."""
    return _sound(number(left, "Multiply") * number(right, "Multiply"))


def divide(left: object, right: object) -> Number:
    """The quotient.

    >>> divide("10", 4)
    2.5
    """
    return _sound(number(left, "Divide") / _divisor(right, "Divide"))


def mod(left: object, right: object) -> Number:
    """What is left over; it has the sign of the number that is divided.

    >>> mod(10, 3), mod(-7, 4)
    (1, -3)
    """
    return _sound(math.fmod(number(left, "Mod"), _divisor(right, "Mod")))


def rounds(first: object, last: object, step: int) -> Sequence[int]:
    """The numbers of a FOR, up or down.

    >>> list(rounds(1, "3", 1)), list(rounds(3, 1, -1)), list(rounds(1, 0, 1))
    ([1, 2, 3], [3, 2, 1], [])
    """
    start, stop = whole(first, "FOR"), whole(last, "FOR")
    if (stop - start) * step > ROUNDS:
        raise too_much(f"its loops run more than {ROUNDS:,} rounds")
    return range(start, stop + step, step)


def format_number(value: object, pattern: object, locale: object = "") -> str:
    """A number by a pattern; nothing if there is none."""
    if value is None or text(value) == "":
        return ""
    return formatted(number(value, "FormatNumber"), text(pattern), text(locale))


def format_currency(value: object, locale: object, digits: object = None, symbol: object = None) -> str:
    """A price as a locale writes it; nothing if there is none."""
    if value is None or text(value) == "":
        return ""
    places = None if digits in (None, "") else whole(digits, "FormatCurrency")
    if places is not None and not 0 <= places <= _MOST_DIGITS:
        raise TemplateError(f"a price has 0 to {_MOST_DIGITS} digits behind the point, not {glimpse(digits)}")
    amount = number(value, "FormatCurrency")
    return currency(amount, text(locale), places, None if symbol is None else text(symbol))


def format_value(value: object, pattern: object, kind: object = "", locale: object = "") -> str:
    """A number or a date by a pattern; a text as it is.

    >>> format_value(12345, "C"), format_value("2023-06-01", "d", "Date"), format_value("Anna", "C")
    ('$12,345.00', '6/1/2023', 'Anna')
    """
    wanted = text(kind).lower()
    if wanted not in {"", "date", "number", "numeric"}:
        raise TemplateError(f"Format knows no {glimpse(kind)}", hint='write "Date" or "Number"')
    if value is None or text(value) == "":
        return ""
    if wanted != "date" and (as_number(value) is not None or wanted):
        return formatted(number(value, "Format"), text(pattern), text(locale))
    try:
        return format_moment(moment(value, "Format"), text(pattern), text(locale))
    except TemplateError:
        if wanted:
            raise
        return text(value)


def _divisor(value: object, what: str) -> Number:
    found = number(value, what)
    if found == 0:
        raise TemplateError(f"{what} by zero", hint="ask before: IIf(@count > 0, Divide(@sum, @count), 0)")
    return found


def _sound(made: Number) -> Number:
    """A number that AMPscript can hold, whole ones without a point."""
    if isinstance(made, int):
        return made if LEAST <= made <= MOST else float(made)
    if not math.isfinite(made):
        raise TemplateError("the number is too large")
    return int(made) if made == int(made) and LEAST <= made <= MOST else made
