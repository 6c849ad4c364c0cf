"""Where a loop is: what Liquid calls `forloop`, and Handlebars `@index`, `@first` and `@last`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Loop:
    """The place of a running loop; looks like a mapping to templates."""

    __slots__ = ("index0", "label", "length", "parent")

    def __init__(self, length: int, label: str, parent: object) -> None:
        """Before the first round; `parent` is the loop around this one, or what the dialect has for none."""
        self.length = length
        self.label = label
        self.parent = parent
        self.index0 = -1

    def get(self, key: object, default: object = None) -> object:
        """What the loop tells of itself.

        >>> loop = Loop(3, "p", None)
        >>> loop.index0 += 1
        >>> [loop.get(key) for key in ("index", "index0", "rindex", "first", "last", "length", "colour")]
        [1, 0, 3, True, False, 3, None]
        """
        ask = _FIELDS.get(str(key))
        return ask(self) if ask else default


_FIELDS: Mapping[str, Callable[[Loop], object]] = {
    "index": lambda loop: loop.index0 + 1,
    "index0": lambda loop: loop.index0,
    "rindex": lambda loop: loop.length - loop.index0,
    "rindex0": lambda loop: loop.length - loop.index0 - 1,
    "first": lambda loop: loop.index0 == 0,
    "last": lambda loop: loop.index0 == loop.length - 1,
    "length": lambda loop: loop.length,
    "name": lambda loop: loop.label,
    "parentloop": lambda loop: loop.parent,
}
