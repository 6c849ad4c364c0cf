"""Numbers as whole millionths, so that sums are exact and no engine's floating point can move a threshold."""

from __future__ import annotations

from envoi.errors import DataError

#: How many of what is stored make one.
SCALE = 1_000_000
#: The largest number whose millionths fit an engine's 64-bit integer.
LARGEST = 9_223_372_036_854


def scaled(value: float) -> int:
    """A number in whole millionths, rounded once, half to even.

    >>> scaled(9.99), scaled(3), scaled(-0.0000005)
    (9990000, 3000000, 0)

    Raises:
        DataError: the number is beyond +-9.2e12, or not a number at all.
    """
    if not -LARGEST <= value <= LARGEST:
        hint = f"numbers go up to {LARGEST:,}; declare it as text"
        raise DataError(f"{value!r} is too large to count with", hint=hint)
    return value * SCALE if isinstance(value, int) else round(value * SCALE)
