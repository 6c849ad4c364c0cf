"""What a template may use up while it renders for one person: a bug or an attack is an error, not an outage."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from liquid import BoundTemplate, Environment, RenderContext
from liquid.exceptions import (
    BlockNestingError,
    ContextDepthError,
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Rounds of all loops together.
ROUNDS = 10_000
#: Gmail shows the first 102 KB of a mail; a megabyte is a mistake.
OUTPUT_BYTES = 1_000_000
#: Of blocks in blocks, and of partials in partials.
NESTING = 30
#: What `assign` and `capture` keep, together.
NAMES_BYTES = 1_000_000
#: What one filter may take or return: characters of a text, items of a list, bits of a number.
VALUE_SIZE = 200_000


class ValueLimitError(ResourceLimitError):
    """A filter took or returned more than `VALUE_SIZE`."""


#: What was too much, for people.
WORDS: dict[type[LiquidError], str] = {
    BlockNestingError: f"blocks are nested more than {NESTING} deep",
    ContextDepthError: f"partials are nested more than {NESTING} deep",
    LocalNamespaceLimitError: f"its variables hold more than {NAMES_BYTES:,} bytes",
    LoopIterationLimitError: f"its loops run more than {ROUNDS:,} rounds",
    OutputStreamLimitError: f"it prints more than {OUTPUT_BYTES:,} bytes",
    ValueLimitError: f"a filter meets a value larger than {VALUE_SIZE:,}",
}


class _Context(RenderContext):
    """Counts the rounds of loops after each other too; the engine counts those inside each other."""

    __slots__ = ("rounds",)

    def __init__(self, template: BoundTemplate, **given: Any) -> None:  # noqa: ANN401 - the engine's own arguments
        super().__init__(template, **given)
        parent = given.get("parent_context")
        self.rounds: list[int] = parent.rounds if isinstance(parent, _Context) else [0]

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.rounds[0] += length
        if self.rounds[0] > ROUNDS:
            raise LoopIterationLimitError("too many rounds", token=None)


class _Template(BoundTemplate):
    context_class = _Context


class LimitedEnvironment(Environment):
    """The engine, with its limits and ours."""

    template_class = _Template
    block_nesting_limit = NESTING
    context_depth_limit = NESTING
    local_namespace_limit = NAMES_BYTES
    loop_iteration_limit = ROUNDS
    output_stream_limit = OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """The engine's own, each filter bounded."""
        super().setup_tags_and_filters(extra=extra)
        self.filters = {name: _bounded(function) for name, function in self.filters.items()}


def _bounded(function: Callable[..., object]) -> Callable[..., object]:
    """The filter, refusing what is too large: `times` in a loop squares a number until nothing answers."""

    @wraps(function)
    def bounded(*args: object, **given: object) -> object:
        for each in args:
            _require_small(each)
        result = function(*args, **given)
        _require_small(result)
        return result

    return bounded


def _require_small(value: object) -> None:
    if _size(value) > VALUE_SIZE:
        raise ValueLimitError("too large", token=None)


def _size(value: object) -> int:
    if isinstance(value, int):
        return value.bit_length()
    if isinstance(value, range):  # whose length may be too large for `len`
        return value.stop - value.start
    return len(value) if isinstance(value, str | list | tuple) else 0
