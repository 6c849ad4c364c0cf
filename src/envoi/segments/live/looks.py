"""One look at a property answers all that is asked of it: tables from its value to what the event touches."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from math import inf, nextafter
from typing import TYPE_CHECKING, Any, NamedTuple

from envoi.conditions.bound import Check, Held, Storage
from envoi.conditions.tree import Op
from envoi.events.number import LARGEST
from envoi.segments.live.filters import finder, first_float

if TYPE_CHECKING:
    from envoi.events.event import Event
    from envoi.segments.live.state import Person, Turn

#: Where an event comes in, the `take` of a door, and what it is given there.
Touch = tuple[Callable[["Person", "Turn", Any], None], Any]
Touches = tuple[Touch, ...]
#: Says of an event what it touches.
Gate = Callable[["Event"], Iterable[Touch]]
#: What an event touches whose value passes a check.
Asked = Sequence[tuple[Check, Touches]]

_DISCRETE = (Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.MISSING, Op.PRESENT)


class Look(NamedTuple):
    """What an event touches by the value of one property: a table for the type that the value mostly has."""

    path: str
    kind: type[str] | type[float]
    #: Of texts, what is touched by each that a check names; of floats, the bounds between which that is the same.
    table: Any
    #: Of texts, what any other touches; of floats, what those below the first bound touch, then from each bound on.
    others: Any
    #: The same for values of another type.
    of_another_kind: Callable[[Any], Touches]


def is_looked_up(storage: Storage, check: Check) -> bool:
    """Whether a table can answer such a check."""
    return storage in (Storage.NUM, Storage.TIME) or check.op in _DISCRETE


def look(path: str, storage: Storage, asked: Asked) -> Look | Gate:
    """The look at this property; where no table is quick, a function that does the same."""
    if storage in (Storage.NUM, Storage.TIME):
        return _by_size(path, storage, asked)
    by_value: dict[Held, Touches] = {value: _touched(asked, value) for value in _marks(asked)}
    missing, others = _touched(asked, None), _touched(asked, _OTHER)
    if storage is Storage.TEXT and "." not in path:
        return Look(path, str, by_value, others, lambda _: missing)
    found = finder(path, storage)
    by_value[None] = missing
    return lambda event: by_value.get(found(event.props), others)


#: A value that no check names.
_OTHER: Any = object()


def _by_size(path: str, storage: Storage, asked: Asked) -> Look | Gate:
    marks = sorted({int(value) + after for value in _marks(asked) for after in (0, 1)}) or [0]
    between = [_touched(asked, marks[0] - 1), *(_touched(asked, mark) for mark in marks)]
    # Of two marks side by side, most tests mean only one.
    kept = [place for place in range(len(marks)) if between[place] != between[place + 1]]
    marks, between = [marks[place] for place in kept], [between[0], *(between[place + 1] for place in kept)]
    missing, found = _touched(asked, None), finder(path, storage)

    def touched(props: Any) -> Touches:  # noqa: ANN401 - the properties of any event
        value = found(props)
        return missing if value is None else between[bisect_right(marks, value)]

    lowest, highest = float(-LARGEST), float(LARGEST)
    floats = [first_float(mark) for mark in marks]
    if "." in path or storage is not Storage.NUM or not all(lowest < one < highest for one in floats):
        return lambda event: touched(event.props)
    # What is too small, too large or no number at all is missing, and comes out at one of the ends.
    bounds = [lowest, *floats, nextafter(highest, inf)]
    return Look(path, float, bounds, [missing, *between, missing], lambda value: touched({path: value}))


def _marks(asked: Asked) -> set[int | str]:
    return {value for check, _ in asked for value in check.values}


def _touched(asked: Asked, value: Held) -> Touches:
    return tuple(chain.from_iterable(touches for check, touches in asked if check.passes(value)))
