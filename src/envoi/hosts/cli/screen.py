"""What a person sees while a command runs: answers on stdout; notes, colours and progress where there is a terminal."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

#: How long a command is silent at most where there is no terminal to draw on.
SILENCE_S = 10.0
_COLOURS = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}


def prepare() -> None:
    """Lets a terminal that has no ✓ show something else, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def show(answer: msgspec.Struct, text: str, *, json: bool) -> None:
    """The answer on stdout: as one JSON object, or as `text` for a person."""
    print(msgspec.json.encode(answer).decode() if json else text, flush=True)


def note(text: str) -> None:
    """A line beside the answer."""
    print(text, file=sys.stderr, flush=True)


def paint(text: str, colour: str, *, stream: IO[str] | None = None) -> str:
    """The text in a colour, if the stream (stdout by default) is a terminal and NO_COLOR is not set (no-color.org)."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def columns(rows: list[tuple[str, str]], *, indent: str = "  ") -> str:
    """Two columns, the second aligned.

    >>> print(columns([("gold", "12"), ("silver", "204")]))
      gold    12
      silver  204
    """
    width = max((len(left) for left, _ in rows), default=0)
    return "\n".join(f"{indent}{left:<{width}}  {right}".rstrip() for left, right in rows)


@contextmanager
def progress(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far a long command is; the function it gives takes what is done, and of how much (0: nobody knows)."""
    if not sys.stderr.isatty():
        yield _Lines(what, unit)
        return
    with _bar(unit) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _bar(unit: str) -> Progress:
    # Takes a tenth of a second to load, and only a terminal has use for it.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    words = TextColumn("{task.description} {task.completed:,.0f} " + unit)
    return Progress(words, BarColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True)


class _Lines:
    """Progress for a log file: a line now and then."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._spoke_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._spoke_at >= SILENCE_S:
            self._spoke_at = time.monotonic()
            note(f"{self._what} {done:,}{f' of {total:,}' if total else ''} {self._unit}")
