"""What a template may use up while it renders for one person: a bug or an attack is an error, not an outage.

Everything is counted, nothing is timed: the same template and data end the same way on every machine. The numbers are
such that whatever stays below them takes less than 50 ms and 64 MB.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from envoi.errors import LimitExceeded
from envoi.templates.values import require_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from envoi.templates.template import Setback

#: Rounds of all loops together.
ROUNDS = 10_000
#: Nodes that loops walk through, and the work of functions on long texts.
STEPS = 50_000
#: Gmail shows the first 102 KB of a mail; a million characters are a mistake.
OUTPUT = 1_000_000
#: Characters that `Assign` and `Capture` keep, together; an item of a list counts as `ITEM`.
KEPT = 4_000_000
#: Of blocks in blocks, and of partials in partials.
NESTING = 30
#: Of loops in loops, and of functions and signs in an expression.
LOOPS, DEPTH = 10, 60
#: Nodes of a template with its partials, and characters of each: a large campaign has some hundreds, and 20 KB.
NODES, SOURCE = 20_000, 300_000
#: Of nodes in nodes, counting the lists between them.
TREE_DEPTH = 300
#: What a function may take or return: characters of a text, bits of a number.
VALUE_SIZE = 100_000
#: Items of a list that a function takes or returns: no loop can do more rounds.
LIST_SIZE = ROUNDS
ITEM = 64
#: Characters on which a function is as much work as a node.
_A_STEP = 500
#: Texts of so many characters and numbers below `_LARGE` are not counted.
SHORT, _LARGE = 200, 1 << 64
_HINT = "no mail needs that much: look for what repeats or feeds itself"
_T = TypeVar("_T")


class Run:
    """One rendering: its data, what it may still use, and what its functions remember."""

    __slots__ = ("data", "depth", "kept", "output", "rounds", "setbacks", "state", "steps")

    def __init__(self, data: Mapping[str, object]) -> None:
        self.data = data
        self.rounds, self.steps, self.output, self.kept, self.depth = ROUNDS, STEPS, OUTPUT, KEPT, NESTING
        #: For functions that remember, by a key of their own; a partial that is isolated begins with none.
        self.state: dict[object, Any] = {}
        self.setbacks: list[Setback] = []

    def loop(self, items: Sequence[_T], weight: int) -> Sequence[_T]:
        """The items, if the loop may still run over all of them; `weight` is the number of nodes in its body."""
        if isinstance(items, range) and items.stop - items.start > ROUNDS:  # whose length may be too large for `len`
            raise too_much(f"its loops run more than {ROUNDS:,} rounds")
        count = len(items)
        self.rounds -= count
        self.steps -= count * weight
        if self.rounds < 0:
            raise too_much(f"its loops run more than {ROUNDS:,} rounds")
        if self.steps < 0:
            raise too_much(f"its loops do more than {STEPS:,} steps")
        return items

    def keep(self, value: _T) -> _T:
        """The value, if it may be kept under a name."""
        self.kept -= 1 + require_small(value) * (1 if isinstance(value, str) else ITEM)
        if self.kept < 0:
            raise too_much(f"its variables hold more than {KEPT:,} characters")
        return value

    def work(self, size: int) -> None:
        """Counts what a function does with `size` characters."""
        self.steps -= size // _A_STEP
        if self.steps < 0:
            raise too_much(f"its functions do more than {STEPS:,} steps")


def too_much(what: str) -> LimitExceeded:
    """The error of a budget."""
    return LimitExceeded(what, hint=_HINT)


def spent() -> LimitExceeded:
    """The error of who prints too much; compiled code counts that itself."""
    return too_much(f"it prints more than {OUTPUT:,} characters")


def require_small(value: object) -> int:
    """The size of a value, if it is one that a function may have.

    Raises:
        LimitExceeded: it is larger.
    """
    if isinstance(value, str):
        size, most, unit = len(value), VALUE_SIZE, "characters"
    elif isinstance(value, int):
        size, most, unit = value.bit_length(), VALUE_SIZE, "bits"
    elif isinstance(value, range):
        size, most, unit = value.stop - value.start, LIST_SIZE, "items"
    elif isinstance(value, list | tuple):
        size, most, unit = len(value), LIST_SIZE, "items"
    else:
        return 1
    if size > most:
        raise too_much(f"a function meets a value of more than {most:,} {unit}")
    return size


def bounded(function: Callable[..., object]) -> Callable[..., object]:
    """The function as `Dialect` wants it: the run first; values counted; those too large, and objects, refused.

    What it makes on the way is its own affair: one that can grow more than tenfold must `require` the size first.
    """

    @wraps(function)
    def counted(run: Run, *args: object, **named: object) -> object:
        size = 0
        for each in args:
            if not is_short(each):
                require_plain(each)
                size += _work(each)
        result = function(*args, **named)
        if size or not is_short(result):
            run.work(size + _work(result))
        return result

    return counted


def _work(value: object) -> int:
    """As how many characters a value counts, if a function may have it: an item of a list is a step."""
    return require_small(value) * (_A_STEP if isinstance(value, list | tuple | range) else 1)


def is_short(value: object) -> bool:
    """Whether the value is a scalar so small that no budget needs to know of it; most are."""
    kind = type(value)
    if kind is str:
        return len(value) <= SHORT  # type: ignore[arg-type]
    return value is None or kind is float or (kind is int and -_LARGE < value < _LARGE)  # type: ignore[operator]


def require(size: int) -> int:
    """The size of what will be made, refused if it is larger than a value may be."""
    if size > VALUE_SIZE:
        raise too_much(f"a function would make more than {VALUE_SIZE:,} characters")
    return size
