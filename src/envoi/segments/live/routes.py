"""Which event touches what: all that is asked of one property is answered by one look at it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from envoi.conditions.bound import BoundProperty, Check, Events, Storage
from envoi.conditions.facts import traits_of
from envoi.events.event import ABOUT_PEOPLE
from envoi.segments.live.filters import passing, reader
from envoi.segments.live.looks import Gate, Look, Touch, Touches, is_looked_up, look
from envoi.segments.live.slots.base import FOREVER, Input, Keep, Read, TraitInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from envoi.events.event import Event
    from envoi.segments.live.slots.base import Door, Slot
    from envoi.segments.live.state import Person, Turn


class Route(NamedTuple):
    """What events of one name touch: some things always, others after a look at the properties."""

    always: Touches = ()
    looks: tuple[Look, ...] = ()
    gates: tuple[Gate, ...] = ()

    def touches(self, event: Event) -> Iterator[Touch]:
        """All that the event touches; see `judge.happen`, which has no time for calls."""
        yield from self.always
        for path, kind, table, others, of_another_kind in self.looks:
            value = event.props.get(path)
            if type(value) is not kind:
                yield from of_another_kind(value)
            else:
                yield from table.get(value, others) if kind is str else others[bisect_right(table, value)]
        for gate in self.gates:
            yield from gate(event)


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
    for name in ABOUT_PEOPLE if traits else ():
        route = found.get(name, Route())
        found[name] = route._replace(gates=(*route.gates, _telling(traits)))
    return found


def _route(inputs: dict[Events, list[tuple[Input, Door]]]) -> Route:
    always: Touches = ()
    looked_up: dict[tuple[str, Storage], list[tuple[Check, Touches]]] = {}
    looks: list[Look | Gate] = []
    for events, doors in inputs.items():
        touches = _touches(events, doors)
        test = _single_test(events)
        if events == Events(events.name):
            always += touches
        elif test:
            looked_up.setdefault((test.path, test.storage), []).append((test.check, touches))
        else:
            looks.append(_guarded(events, touches))
    looks += [look(path, storage, asked) for (path, storage), asked in looked_up.items()]
    tables = tuple(one for one in looks if isinstance(one, Look))
    return Route(always, tables, tuple(one for one in looks if not isinstance(one, Look)))


def _touches(events: Events, doors: Sequence[tuple[Input, Door]]) -> Touches:
    """What is touched by these events; what several doors are to be given of them is read once."""
    reads: dict[Read | Keep, list[Door]] = {}
    for one, door in doors:
        if isinstance(one.given, Read | Keep):
            reads.setdefault(one.given, []).append(door)
    plain = [(door.take, one.given) for one, door in doors if not isinstance(one.given, Read | Keep)]
    return (*plain, *(_reading(events, read, several) for read, several in reads.items()))


def _reading(events: Events, read: Read | Keep, doors: Sequence[Door]) -> Touch:
    taken, takes = reader(events, read), [door.take for door in doors]

    def take(person: Person, turn: Turn, _: None) -> None:
        given = taken(turn.props)
        if given is not None:
            for one in takes:
                one(person, turn, given)

    return take, None


def _single_test(events: Events) -> BoundProperty | None:
    """The one test that is the whole filter, if a look at the value can answer it for all conditions at once."""
    where = events.where
    if not isinstance(where, BoundProperty) or events != Events(events.name, where):
        return None
    return where if is_looked_up(where.storage, where.check) else None


def _guarded(events: Events, touches: Touches) -> Gate:
    """A gate open to events that pass."""
    passes, since, until = passing(events), events.since, events.until
    if since is None and until is None:
        return lambda event: touches if passes(event.props) else ()
    first, end = -FOREVER if since is None else since, FOREVER if until is None else until
    return lambda event: touches if first <= event.at < end and passes(event.props) else ()


def _telling(traits: dict[str, list[Door]]) -> Gate:
    """Gives each trait its value."""
    return lambda event: [(door.take, told) for key, told in traits_of(event).items() for door in traits.get(key, ())]
