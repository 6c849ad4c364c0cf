"""A route written out as a function touches what the route says, and what each test asks for by itself."""

from __future__ import annotations

from math import inf, nan, nextafter
from random import Random
from typing import Any

import pytest

from envoi.conditions.bound import Check, Storage
from envoi.conditions.facts import find, stored_form
from envoi.conditions.tree import Op
from envoi.events.number import LARGEST, SCALE
from envoi.segments.live.filters import first_float
from envoi.segments.live.handlers import handler
from envoi.segments.live.looks import Look, Touch, look
from envoi.segments.live.routes import Route
from envoi.segments.live.state import Person, Turn
from tests.conditions.histories import seeded
from tests.segments.live.lives import arrived

DISCRETE = [Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.MISSING, Op.PRESENT]
SIZES = [*DISCRETE, Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN]
MARKS = [0, 1, 20 * SCALE, 20 * SCALE + 1, -5 * SCALE, int(LARGEST) * SCALE]
TEXTS = ["a", "b", "c", "d", "e", "f", "g", "quote\"'\n", ""]
ANYTHING: list[Any] = [None, True, 0, 1, 20, -5, 10**30, nan, inf, -inf, 1e300, [], {}, "2017-12-01", *TEXTS]
VALUES: list[Any] = [
    *ANYTHING,
    *(nextafter(first_float(mark), to) for mark in MARKS for to in (-inf, inf)),
    20.0,
    -5.0,
    0.25,
]


def drawn(random: Random, storage: Storage) -> Check:
    """A check that a table can answer."""
    marks: list[Any] = {Storage.NUM: MARKS, Storage.BOOL: [0, 1]}.get(storage, TEXTS)
    op = random.choice(SIZES if storage is Storage.NUM else DISCRETE)
    if op in (Op.MISSING, Op.PRESENT):
        return Check(op)
    several = sorted(random.sample(marks, {Op.BETWEEN: 2, Op.IN: 2, Op.NOT_IN: 2}.get(op, 1)))
    return Check(op, tuple(several))


def noting(touched: list[str], name: str) -> Touch:
    """A touch that notes its name."""
    return (lambda _person, _turn, given: touched.append(f"{name} {given}")), len(name) % 2 or None


@pytest.mark.parametrize("seed", range(40))
def test_a_handler_touches_what_its_route_says_and_each_check_asks_for(seed: int) -> None:
    random, touched = seeded(seed), list[str]()
    always = [noting(touched, "always")] * random.choice([0, 1, 2])
    asked: dict[tuple[str, Storage], list[tuple[Check, tuple[Touch, ...]]]] = {}
    for number in range(random.choice([1, 2, 5, 20])):
        path = random.choice(["x", "y", "in.x"])
        storage = random.choice([Storage.NUM, Storage.TEXT, Storage.NUM, Storage.TEXT, Storage.BOOL])
        asked.setdefault((path, storage), []).append((drawn(random, storage), (noting(touched, f"n{number}"),)))
    made = [look(path, storage, checks) for (path, storage), checks in asked.items()]
    tables, gates = [one for one in made if isinstance(one, Look)], [one for one in made if not isinstance(one, Look)]
    route = Route(tuple(always), tuple(tables), tuple(gates))
    handle = handler(route)

    for value in VALUES:
        event = arrived(1, "p", "A", 0, 0, random.choice([{"x": value}, {"y": value, "x": 20.5}, {"in": {"x": value}}]))
        person, turn = Person(event.person, 0, 0), Turn([])
        handle(person, turn, event.event)
        by_handler = touched[:]
        touched.clear()
        for take, given in route.touches(event.event):
            take(person, turn, given)
        assert by_handler == touched
        touched.clear()
        for take, given in always:
            take(person, turn, given)
        for (path, storage), checks in asked.items():
            held = stored_form(find(event.event.props, path), storage)
            for check, touches in checks:
                for take, given in touches if check.passes(held) else ():
                    take(person, turn, given)
        assert sorted(by_handler) == sorted(touched), event.event.props
        touched.clear()
