"""What a dialect means by the nodes of the tree: what is true, what is equal, how a value prints, what it can call."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.templates.limits import bounded
from envoi.templates.values import escaping, item_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A filter or helper: `call(run, *args, **named)`."""

    call: Callable[..., object]
    #: The same arguments always give the same value: it reads nothing of the run, so it can be called beforehand.
    pure: bool = True
    #: Of at most so many values that are no lists or mappings it surely makes one that prints at most three times as
    #: long as the longest of them.
    sure: int = 0


def functions(**calls: Callable[..., object]) -> dict[str, Function]:
    """Pure functions of plain Python, each bounded (see `limits.bounded`), under their names without a last "_"."""
    return {name.removesuffix("_"): Function(call=bounded(call)) for name, call in calls.items()}


def items_of(value: object) -> Sequence[object]:
    """The items of a list, the values of a mapping; nothing for anything else."""
    if isinstance(value, list | tuple | range):
        return value
    return list(value.values()) if isinstance(value, Mapping) else ()


_markup = escaping(text_of)
SIGNS: Mapping[str, Callable[[object, object], object]] = {"==": operator.eq, "!=": operator.ne}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """All that compiling needs to know of a dialect. The defaults are Python's, so give at least what differs."""

    name: str
    functions: Mapping[str, Function]
    #: What its authors call a function: "filter", "helper".
    word: str = "function"
    #: The value of a name that nothing brings.
    missing: object = None
    #: How a value prints in plain text, and in HTML.
    text: Callable[[object], str] = text_of
    markup: Callable[[object], str] = _markup
    truthy: Callable[[object], bool] = bool
    #: By the sign of `Compare`.
    compare: Mapping[str, Callable[[object, object], object]] = field(default_factory=lambda: SIGNS)
    #: Signs that never fail on values that are no lists or mappings.
    sure_signs: frozenset[str] = frozenset()
    #: One step of a path: value, key.
    item: Callable[[object, object], object] = item_of
    #: Keys that `item` answers itself, also where a mapping lacks them, as Liquid's "size".
    own_keys: frozenset[str] = frozenset()
    items: Callable[[object], Sequence[object]] = items_of
