"""Charts as small as a word: how a field was filled from day to day, and what came on each day against its band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.reports.quality.answers import VolumeDay

#: The drawing, in its own units; the line stays clear of its edges.
WIDTH, HEIGHT, EDGE = 100, 20, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A line, where it ends, and what it says in words."""

    points: str
    says: str
    #: The band in which it was expected, as the corners of an area; empty where nothing was.
    band: str = ""
    #: Where it left the band.
    odd: Sequence[tuple[float, float]] = ()


def line(days: Sequence[tuple[str, int, float]]) -> Spark | None:
    """The share that was filled on each day on which anything came; None if there are too few to draw.

    >>> line([("2024-05-01", 10, 1.0), ("2024-05-02", 0, 0.0), ("2024-05-03", 9, 0.5)])
    Spark(points='0,1 100,10', says='between 50% and 100% from 2024-05-01 to 2024-05-03', band='', odd=())
    """
    shares = [(day, share) for day, count, share in days if count]
    if len(shares) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    low, high = min(share for _, share in shares), max(share for _, share in shares)
    says = f"between {low:.0%} and {high:.0%} from {shares[0][0]} to {shares[-1][0]}"
    return Spark(points=_points([share for _, share in shares], top=1.0), says=says)


def banded(days: Sequence[VolumeDay]) -> Spark | None:
    """What came on each day, and where it was expected."""
    if len(days) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    top = float(max(max(day.count, day.high or 0) for day in days)) or 1.0
    known = [n for n, day in enumerate(days) if day.high is not None]
    highs = [f"{_x(n, len(days)):g},{_y(days[n].high or 0, top):g}" for n in known]
    lows = [f"{_x(n, len(days)):g},{_y(days[n].low or 0, top):g}" for n in reversed(known)]
    odd = [n for n, day in enumerate(days) if day.verdict in ("too few", "too many")]
    told = f"; outside of what was expected on {', '.join(days[n].day for n in odd)}" if odd else ""
    least, most = min(day.count for day in days), max(day.count for day in days)
    return Spark(
        points=_points([float(day.count) for day in days], top=top),
        says=f"{least:,} to {most:,} a day from {days[0].day} to {days[-1].day}{told}",
        band=" ".join([*highs, *lows]),
        odd=[(_x(n, len(days)), _y(days[n].count, top)) for n in odd],
    )


def _points(values: Sequence[float], *, top: float) -> str:
    return " ".join(f"{_x(n, len(values)):g},{_y(value, top):g}" for n, value in enumerate(values))


def _x(n: int, count: int) -> float:
    return round(WIDTH * n / (count - 1), 1)


def _y(value: float, top: float) -> float:
    return round(EDGE + (HEIGHT - 2 * EDGE) * (1 - value / top), 1)
