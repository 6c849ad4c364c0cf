"""The filters that Liquid has here beyond the standard ones, and those that act differently."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from liquid import is_undefined
from liquid.builtin.filters.misc import date as standard_date
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from liquid import RenderContext

#: Beyond this many digits it is no price.
_MOST_DIGITS = 15


def money(amount: object, symbol: str = "$") -> str:
    """A price: a whole number counts minor units, any other number whole units; nothing stays nothing.

    >>> money(129900), money(12.5), money("7.995", "€"), money(-5), money(None)
    ('$1,299.00', '$12.50', '€8.00', '-$0.05', '')
    """
    if amount is None or is_undefined(amount) or amount == "":
        return ""
    minor = _minor_units(amount)
    return f"{'-' if minor < 0 else ''}{symbol}{abs(minor) // 100:,}.{abs(minor) % 100:02}"


@with_context
def date(value: object, form: str, *, context: RenderContext) -> str:
    """The standard filter, but "now" is what the data says it is: a template never reads the machine's clock."""
    if value in ("now", "today"):
        value = context.resolve("now") or ""
    return str(standard_date(value, form, environment=context.env)) if value != "" else ""


def _minor_units(amount: object) -> int:
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(amount, bool) or not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        raise FilterArgumentError(f"money takes a number, not {str(amount)!r:.50}", token=None)
    whole = isinstance(amount, int) or (isinstance(amount, str) and amount.lstrip("-").isdecimal())
    return int(number if whole else (number * 100).to_integral_value(ROUND_HALF_UP))


def _as_it_is(value: object) -> object:
    return value


OURS: dict[str, Callable[..., object]] = {"money": money, "date": date}
#: In plain text these have nothing to do.
PLAIN_TEXT = dict.fromkeys(("escape", "escape_once", "newline_to_br"), _as_it_is)
