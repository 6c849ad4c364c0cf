"""A segment's size from day to day, as the points of a drawing and as the rows of a table that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.reports.moves import Day

#: The drawing, in its own units.
WIDTH, HEIGHT = 600, 120
#: The line on top is at such a number, or at ten, a hundred times as much.
_ROUND = (1, 2, 4, 6, 8, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Something to draw."""

    days: Sequence[Day]
    #: What was judged afterwards, and what was recorded: each as the points of a line.
    judged: str
    recorded: str
    #: Under the line, down to the bottom.
    area: str
    #: The last point.
    end: tuple[float, float]
    #: Where the lines across are, and the numbers at them.
    ticks: Sequence[tuple[float, int]]

    @property
    def low(self) -> int:
        """The smallest size."""
        return min(day.people for day in self.days)

    @property
    def high(self) -> int:
        """The largest size."""
        return max(day.people for day in self.days)


def chart(days: Sequence[Day]) -> Chart | None:
    """The chart of these days; None if there are too few to draw."""
    if len(days) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    top = _above(max(day.people for day in days))
    step = WIDTH / (len(days) - 1)
    points = [(round(n * step, 1), round(HEIGHT - HEIGHT * day.people / top, 1)) for n, day in enumerate(days)]
    first = next((n for n, day in enumerate(days) if day.is_recorded), len(days))
    return Chart(
        days=days,
        judged=_line(points[: first + 1]),
        recorded=_line(points[first:]),
        area=_line([(0, HEIGHT), *points, (WIDTH, HEIGHT)]),
        end=points[-1],
        ticks=[(0.0, top), (HEIGHT / 2, top // 2)] if top > 1 else [(0.0, top)],
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _above(most: int) -> int:
    """The next round number; half of it is one too.

    >>> _above(0), _above(7), _above(538), _above(2418)
    (1, 8, 600, 4000)
    """
    size = 10 ** max(len(str(most)) - 1, 0)
    return next((n * size for n in _ROUND if n * size >= most), most) if most else 1
