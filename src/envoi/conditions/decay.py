"""What points are still worth when they are so many days old, as whole millionths: the same for every judge."""

from __future__ import annotations

from decimal import Context, Decimal

from envoi.conditions.tree import Span, Unit
from envoi.errors import ConditionError
from envoi.events.number import SCALE

DAY = Span(1, Unit.DAYS).micros
#: A year: points that fade more slowly hardly fade, and the table stays small.
LONGEST_HALF_LIFE = Span(365, Unit.DAYS)
_EXACT = Context(prec=28)


def weights(half_life: int) -> tuple[int, ...]:
    """The weight at each age in whole days, up to the last that is not 0; `half_life` in microseconds.

    >>> weights(DAY)[:4], len(weights(DAY))
    ((1000000, 500000, 250000, 125000), 21)

    Raises:
        ConditionError: it is under an hour or over a year.
    """
    if not Span(1, Unit.HOURS).micros <= half_life <= LONGEST_HALF_LIFE.micros:
        raise ConditionError("a half-life is between an hour and 365 days")
    found: list[int] = []
    while weight := _weight(len(found), half_life):
        found.append(weight)
    return tuple(found)


def _weight(days: int, half_life: int) -> int:
    """2 to the power of -(age / half-life), in millionths."""
    age = _EXACT.divide(Decimal(days * DAY), Decimal(half_life))
    return round(_EXACT.power(Decimal(2), -age) * SCALE)
