"""Values as history holds them: whole millionths, 1 and 0, microseconds or text, each kind in a column of its own."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from envoi.clock import parse_instant
from envoi.errors import DataError
from envoi.events.catalogue import Kind
from envoi.events.number import LARGEST, SCALE, scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envoi.events.catalogue import Property

    Object = Mapping[str, Any]

#: The kinds of column and what each holds; times are among the numbers.
KINDS = {"num": pa.int64(), "bool": pa.int64(), "text": pa.string()}

#: Up to here whole millionths of a whole number are exact in floating point too: 5^6 times it still has 53 bits.
_EXACT = float((1 << 53) // 5**6)


def leaves(objects: Sequence[Object], reaches: Callable[[str], bool]) -> Iterator[tuple[str, list[Any]]]:
    """Each path that `reaches` lets pass, and the values there, one an object.

    A path that is met again comes again with more values: of `{"a.b": None, "a": {"b": 2}}` first None, then 2.

    >>> list(leaves([{"a": 1}, {"b": {"c": 2}}], lambda path: True))
    [('a', [1, None]), ('b', [None, {'c': 2}]), ('b.c', [None, 2])]
    """
    dotted: dict[str, list[Any]] = {}
    for path, values in _leaves(objects, reaches, ""):
        if "." not in path:
            yield path, values
            continue
        # The name itself comes before the way through an object (conditions/facts.py, find).
        before = dotted.get(path, values)
        dotted[path] = [way if name is None else name for name, way in zip(before, values, strict=True)]
        yield path, dotted[path]


def _leaves(objects: Sequence[Object], reaches: Callable[[str], bool], above: str) -> Iterator[tuple[str, list[Any]]]:
    nested = []
    for key in dict.fromkeys(chain.from_iterable(objects)):
        if reaches(above + key):
            values = [each.get(key) for each in objects]
            yield above + key, values
            if dict in set(map(type, values)):
                nested.append((key, values))
    for key, values in sorted(nested, key=lambda leaf: leaf[0].count(".")):
        inner = [value if type(value) is dict else {} for value in values]
        yield from _leaves(inner, reaches, f"{above}{key}.")


def typed(values: list[Any], types: frozenset[type], planned: Property | None) -> dict[str, pa.Array]:
    """The values by kind of column: each value is in the column of its own kind, and missing in the others."""
    if planned is not None and planned.kind is Kind.TIME:
        return {"num": pa.array(map(_time, values), pa.int64())}
    found = {}
    if types & {int, float}:
        found["num"] = _numbers(_only(values, types, {int, float}), whole=int in types)
    if bool in types:
        found["bool"] = pa.array(_only(values, types, {bool}), pa.bool_()).cast(pa.int64())
    if str in types:
        found["text"] = pa.array(_only(values, types, {str}), pa.string())
    return found


def held_as(value: object, planned: Property | None) -> tuple[str, int | str | None]:
    """The kind of column for one value, and the value as it is held there.

    >>> held_as(9.99, None), held_as(True, None), held_as("vip", None), held_as(["vip"], None)
    (('num', 9990000), ('bool', 1), ('text', 'vip'), ('', None))
    """
    if planned is not None and planned.kind is Kind.TIME:
        return "num", _time(value)
    if isinstance(value, bool):
        return "bool", int(value)
    if isinstance(value, int | float):
        return "num", _number(value)
    return ("text", value) if isinstance(value, str) else ("", None)


def _only(values: list[Any], types: frozenset[type], wanted: set[type]) -> list[Any]:
    """The values of the types wanted; None in place of others."""
    return values if types <= wanted | {type(None)} else [value if type(value) in wanted else None for value in values]


def _numbers(values: list[Any], *, whole: bool) -> pa.Array:
    """Whole millionths, as `scaled` makes them; `whole` tells that some are of type int."""
    with suppress(OverflowError, pa.ArrowInvalid):
        exact = pa.array(values, pa.float64())
        size = pc.abs(exact)
        if not whole or pc.max(size).as_py() <= _EXACT:
            millionths = pc.round(pc.multiply(exact, float(SCALE)), round_mode="half_to_even")
            return pc.if_else(pc.less_equal(size, float(LARGEST)), millionths, None).cast(pa.int64())
    return pa.array((None if value is None else _number(value) for value in values), pa.int64())


def _number(value: float) -> int | None:
    return scaled(value) if -LARGEST <= value <= LARGEST else None


def _time(value: object) -> int | None:
    with suppress(DataError):
        return parse_instant(value) if isinstance(value, str) else None
    return None
