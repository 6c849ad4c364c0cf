"""What Liquid's tags need to know while they run, as functions whose names no author can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from envoi.errors import TemplateError
from envoi.templates.dialect import Function
from envoi.templates.liquid.meaning import MISSING, item, items, text
from envoi.templates.runtime import ISOLATED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.templates.limits import Run
    from envoi.templates.loop import Loop


_T = TypeVar("_T")


def _part(run: Run, value: object, key: str, **given: object) -> Sequence[object]:  # noqa: ARG001
    """The items that a loop is for: `limit`, `offset`, `backwards`."""
    return _cut(items(value), _whole(given.get("offset", 0)), given)[0]


def _resume(run: Run, value: object, key: str, **given: object) -> Sequence[object]:
    """The same, from where the last loop of the same name and items stopped if it `resumes`."""
    stops = run.state.setdefault("stops", {})
    start = stops.get(key, 0) if "resumes" in given else _whole(given.get("offset", 0))
    found, stops[key] = _cut(items(value), start, given)
    return found


def _cut(found: Sequence[_T], start: int, given: Mapping[str, object]) -> tuple[Sequence[_T], int]:
    """A part of the items, and where it stops."""
    length = found.stop - found.start if isinstance(found, range) else len(found)
    stop = start + _whole(given["limit"]) if "limit" in given else length
    # That a stop of 0 is the end is what the reference does.
    start, stop = min(max(start, 0), length), min(stop or length, length)
    found = found[start : max(start, stop)]
    return (found[::-1] if "backwards" in given else found), stop


def _whole(value: object) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (OverflowError, TypeError, ValueError) as fault:
        raise TemplateError(f"expected a whole number, found {text(value)!r:.50}") from fault


def _range(run: Run, start: object, stop: object) -> range:  # noqa: ARG001
    """(1..5); what is no number counts as 0."""
    first, last = (_number(each) for each in (start, stop))
    return range(first, max(first, last + 1))


def _number(value: object) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (OverflowError, TypeError, ValueError):
        return 0


def _cell(run: Run, loop: Loop, columns: object = None) -> dict[str, object]:  # noqa: ARG001
    """Where a table is."""
    wide = loop.length if columns is None else _number(columns)
    column, row = (loop.index0 % wide, loop.index0 // wide) if wide > 0 else (loop.index0, 0)
    names = ("length", "index", "index0", "rindex", "rindex0", "first", "last")
    ends = column + 1 == wide
    cell = {"col": column + 1, "col0": column, "col_first": column == 0, "col_last": ends, "row": row + 1}
    return {name: loop.get(name) for name in names} | cell | {" ends": ends and not loop.get("last"), " next": row + 2}


def _changed(run: Run, value: str) -> bool:
    before = run.state.get("changed", "")
    run.state["changed"] = value
    return bool(value != before)


def _cycle(run: Run, group: object, *values: object) -> object:
    """The next of the values, for each group or list of values by itself."""
    key = ("cycle", "?" if group is MISSING else text(group) or repr(values))
    index = run.state.get(key, 0)
    run.state[key] = (index + 1) % len(values)
    return values[index] if index < len(values) else ""


def _count(run: Run, name: str, step: int) -> int:
    """`increment` prints the number before the step, `decrement` the one after."""
    key = ("count", name)
    before = run.state.get(key, 0)
    run.state[key] = before + step
    return int(before if step > 0 else before + step)


def _counted(run: Run, value: object, name: str) -> object:
    """A name that nothing brings may be that of a counter."""
    return run.state.get(("count", name), MISSING) if value is MISSING else value


def _may_include(run: Run) -> None:
    if ISOLATED in run.state:
        raise TemplateError("include cannot stand in a partial that is rendered", hint="use render")


def _each(run: Run, value: object) -> Sequence[object]:  # noqa: ARG001
    return value if isinstance(value, list | tuple) else [value]


def _some(run: Run, value: object) -> bool:  # noqa: ARG001
    return len(items(value)) > 0


def _is_list(run: Run, value: object) -> bool:  # noqa: ARG001
    return isinstance(value, list | tuple)


def _named(run: Run, key: object, names: Mapping[object, object]) -> object:  # noqa: ARG001
    return names.get(key, MISSING) if isinstance(key, str) else MISSING


def _step(run: Run, value: object, *keys: object) -> object:  # noqa: ARG001
    for key in keys:
        value = item(value, key)
    return value


#: Names that begin with a blank.
WORKINGS: Mapping[str, Function] = {
    " part": Function(call=_part),
    " range": Function(call=_range),
    " cell": Function(call=_cell, pure=False),
    " each": Function(call=_each),
    " is_list": Function(call=_is_list),
    " some": Function(call=_some),
    " named": Function(call=_named, pure=False),
    " step": Function(call=_step),
    " resume": Function(call=_resume, pure=False),
    " changed": Function(call=_changed, pure=False),
    " cycle": Function(call=_cycle, pure=False),
    " count": Function(call=_count, pure=False),
    " counted": Function(call=_counted, pure=False),
    " may_include": Function(call=_may_include, pure=False),
}
