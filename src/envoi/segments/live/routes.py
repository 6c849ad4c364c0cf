"""Which event touches what: all that is asked of one property is answered by one look at it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from math import inf, nextafter
from typing import TYPE_CHECKING, Any, NamedTuple

from envoi.conditions.bound import BoundProperty, Check, Events, Storage
from envoi.conditions.facts import traits_of
from envoi.conditions.tree import Op
from envoi.events.event import Name
from envoi.events.number import LARGEST
from envoi.segments.live.filters import finder, first_float, passing, reader
from envoi.segments.live.slots.base import FOREVER, Input, Keep, Read, TraitInput

if TYPE_CHECKING:
    from envoi.events.event import Event
    from envoi.segments.live.slots.base import Door, Slot

#: Where an event comes in, and what is given there.
Touches = tuple[tuple["Door", Any], ...]
#: Says of an event where it comes in.
Gate = Callable[["Event"], Iterable[tuple["Door", Any]]]

_DISCRETE = (Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.MISSING, Op.PRESENT)


class Route(NamedTuple):
    """What events of one name touch: some things always, others after a look at the properties."""

    always: Touches = ()
    gates: tuple[Gate, ...] = ()


def routes(slots: Iterable[Slot[Any]]) -> dict[str, Route]:
    """The routes of all events that touch one of the slots, by name."""
    by_name: dict[str, dict[Events, list[tuple[Input, Door]]]] = {}
    traits: dict[str, list[Door]] = {}
    for slot in slots:
        for place, one in enumerate(slot.inputs):
            if isinstance(one, TraitInput):
                traits.setdefault(one.key, []).append(slot.door(place))
            else:
                whenever = replace(one.events, far=None, near=0)
                by_name.setdefault(one.events.name, {}).setdefault(whenever, []).append((one, slot.door(place)))
    found = {name: _route(inputs) for name, inputs in by_name.items()}
    for name in (Name.PROFILE_UPDATED, Name.CONSENT_CHANGED) if traits else ():
        route = found.get(name, Route())
        found[name] = route._replace(gates=(*route.gates, _telling(traits)))
    return found


def _route(inputs: dict[Events, list[tuple[Input, Door]]]) -> Route:
    always: Touches = ()
    switches: dict[tuple[str, Storage], list[tuple[Check, Touches]]] = {}
    gates: list[Gate] = []
    for events, doors in inputs.items():
        touches = tuple((door, one.given) for one, door in doors if not isinstance(one.given, Read | Keep))
        test = _single_test(events)
        if events == Events(events.name):
            always += touches
        elif test and touches:
            switches.setdefault((test.path, test.storage), []).append((test.check, touches))
        elif touches:
            gates.append(_guarded(events, _constantly(touches)))
        reads: dict[Read | Keep, list[Door]] = {}
        for one, door in doors:
            if isinstance(one.given, Read | Keep):
                reads.setdefault(one.given, []).append(door)
        gates += [_guarded(events, _reading(events, read, several)) for read, several in reads.items()]
    for (path, storage), asked in switches.items():
        # What every event touches goes along with the first look.
        gates.insert(0, _switch(path, storage, asked, always))
        always = ()
    return Route(always, tuple(gates))


def _single_test(events: Events) -> BoundProperty | None:
    """The one test that is the whole filter, if a look at the value can answer it for all conditions at once."""
    where = events.where
    if not isinstance(where, BoundProperty) or events != Events(events.name, where):
        return None
    return where if where.storage in (Storage.NUM, Storage.TIME) or where.check.op in _DISCRETE else None


def _switch(path: str, storage: Storage, asked: Sequence[tuple[Check, Touches]], always: Touches) -> Gate:
    """What an event touches by the value of one property, and besides always."""

    def touched(value: object) -> Touches:
        several = (touches for check, touches in asked if check.passes(value))  # type: ignore[arg-type]
        return always + tuple(chain.from_iterable(several))

    values = {value for check, _ in asked for value in check.values}
    if storage in (Storage.NUM, Storage.TIME):
        marks = sorted({int(value) + after for value in values for after in (0, 1)}) or [0]
        between = [touched(marks[0] - 1), *(touched(mark) for mark in marks)]
        # Of two marks side by side, most tests mean only one.
        kept = [place for place in range(len(marks)) if between[place] != between[place + 1]]
        marks, between = [marks[place] for place in kept], [between[0], *(between[place + 1] for place in kept)]
        return _by_size(path, storage, marks, between, touched(None))
    by_value: dict[object, Touches] = {value: touched(value) for value in values} | {None: touched(None)}
    return _by_value(path, storage, by_value, touched(object()))


def _by_value(path: str, storage: Storage, by_value: dict[object, Touches], others: Touches) -> Gate:
    """What is touched by each value that some test names, by none, and by any other."""
    found = finder(path, storage)
    if "." in path or storage is not Storage.TEXT:
        return lambda event: by_value.get(found(event.props), others)

    def gate(event: Event) -> Touches:
        value = event.props.get(path)
        return by_value.get(value if type(value) is str else found(event.props), others)

    return gate


def _by_size(path: str, storage: Storage, marks: list[int], between: list[Touches], missing: Touches) -> Gate:
    """What is touched by a number below the first mark, from each to the next, and from the last one on."""
    found = finder(path, storage)

    def gate(event: Event) -> Touches:
        value = found(event.props)
        return missing if value is None else between[bisect_right(marks, value)]

    lowest, highest = float(-LARGEST), float(LARGEST)
    floats = [first_float(mark) for mark in marks]
    if "." in path or storage is not Storage.NUM or not all(lowest < one < highest for one in floats):
        return gate
    # What is too small, too large or no number at all is missing, and comes out at one of the ends.
    bounds = [lowest, *floats, nextafter(highest, inf)]
    touches = [missing, *between, missing]

    def gate_of_floats(event: Event) -> Touches:
        value = event.props.get(path)
        return touches[bisect_right(bounds, value)] if type(value) is float else gate(event)

    return gate_of_floats


def _guarded(events: Events, gate: Gate) -> Gate:
    """The gate, open to events that pass."""
    passes, since, until = passing(events), events.since, events.until
    if events == Events(events.name):
        return gate
    if since is None and until is None:
        return lambda event: gate(event) if passes(event.props) else ()
    first, end = -FOREVER if since is None else since, FOREVER if until is None else until
    return lambda event: gate(event) if first <= event.at < end and passes(event.props) else ()


def _constantly(touches: Touches) -> Gate:
    return lambda _: touches


def _reading(events: Events, read: Read | Keep, doors: Sequence[Door]) -> Gate:
    """Reads an event once for several slots."""
    taken = reader(events, read)

    def gate(event: Event) -> Iterable[tuple[Door, Any]]:
        given = taken(event.props)
        return () if given is None else [(door, given) for door in doors]

    return gate


def _telling(traits: dict[str, list[Door]]) -> Gate:
    """Gives each trait its value."""
    return lambda event: [(door, told) for key, told in traits_of(event).items() for door in traits.get(key, ())]
