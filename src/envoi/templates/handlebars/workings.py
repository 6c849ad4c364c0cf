"""What translated templates call that no author can: their names begin with a blank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup

from envoi.errors import TemplateError, did_you_mean
from envoi.templates.dialect import Function
from envoi.templates.handlebars.javascript import equal, filled, item, items, keys, text, truthy
from envoi.templates.limits import ITEM, Run, require, require_small

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def section(value: object, context: object) -> Sequence[object]:
    """The contexts in which `{{#value}}` prints its body: none, this one, each of a list, or the value.

    >>> section(True, "c"), section(None, "c"), section([1, 2], "c"), section("", "c")
    (('c',), (), [1, 2], ('',))
    """
    if value is True:
        return (context,)
    if value is None or value is False:
        return ()
    return value if isinstance(value, list | tuple | range) else (value,)


def is_absent(value: object) -> bool:
    """Whether `{{^value}}` prints its body."""
    return value is None or value is False or (isinstance(value, list | tuple | range) and not value)


def is_list(value: object) -> bool:
    """Whether `{{#value}}` is a loop."""
    return isinstance(value, list | tuple | range)


def pairs(value: object) -> Sequence[tuple[object, object]]:
    """The items of a list with their index, or of a mapping with their key.

    >>> pairs({"a": 1}), pairs(["x"])
    ([(1, 'a')], [('x', 0)])
    """
    if isinstance(value, Mapping):
        return [(value[key], key) for key in keys(value)]
    return [(each, index) for index, each in enumerate(items(value))]


def above(context: object, outer: object, around: tuple[object, ...]) -> tuple[object, ...]:
    """The contexts around a context, the nearest first: the outer one counts only if it is another.

    >>> above("a", "b", ("c",)), above("b", "b", ("c",))
    (('b', 'c'), ('c',))
    """
    return around if equal(context, outer) else (outer, *around)


def pushed(outer: object, around: tuple[object, ...]) -> tuple[object, ...]:
    """The contexts around a context that is surely another than the outer one."""
    return (outer, *around)


def contexts(*each: object) -> tuple[object, ...]:
    """Contexts, the nearest first; a tuple stands for more of them.

    >>> contexts("a", ("b", "c"))
    ('a', 'b', 'c')
    """
    return tuple(part for one in each for part in (one if isinstance(one, tuple) else (one,)))


def find(parts: tuple[str, ...], *around: object) -> object:
    """A path, begun in the nearest context that has its first name.

    >>> find(("a", "b"), {"a": {"b": 1}}, {"a": {"b": 2}}), find(("a",), {"a": None}, ({"a": 3},))
    (1, 3)
    """
    value = next((found for each in contexts(*around) if (found := item(each, parts[0])) is not None), None)
    for part in parts[1:]:
        value = item(value, part)
    return value


def lookup(value: object, key: object) -> object:
    """The helper: an item by a key that is itself looked up; nothing of a value that counts as false."""
    return item(value, key) if isinstance(value, list | tuple | Mapping) or value else value


def merged(context: object, **given: object) -> Mapping[object, object]:
    """A context with what a partial was given besides."""
    if isinstance(context, str | list | tuple):
        context = {str(index): each for index, each in enumerate(context)}
    return {**(context if isinstance(context, Mapping) else {}), **given}


def holds(value: object, zero: object) -> bool:
    """`{{#if value includeZero=zero}}`."""
    return filled(value) if truthy(zero) else truthy(value)


def partial(name: object, known: Mapping[str, str]) -> str:
    """The compiled partial of a name that was found out while rendering."""
    if text(name) not in known:
        raise TemplateError(f"there is no partial {text(name)!r:.60}", hint=did_you_mean(text(name), known))
    return known[text(name)]


def no_block() -> None:
    """`{{> @partial-block}}` in a partial that was given none."""
    raise TemplateError("this partial was given no block", hint="put it between {{#if @partial-block}} and {{/if}}")


def indented(printed: str, indent: str) -> str:
    r"""Each line of what a partial printed, moved to where the partial stands.

    >>> indented("a\nb\n", "  ")
    '  a\n  b\n'
    """
    lines = printed.split("\n")
    last = lines.pop() if lines[-1] == "" else None
    moved = "\n".join([*(indent + each for each in lines), *([last] if last is not None else [])])
    return Markup(moved) if isinstance(printed, Markup) else moved  # noqa: S704 - it was safe


def _bare(call: Callable[..., object]) -> Function:
    """A function that needs nothing of the run, and makes nothing larger than what it is given."""

    def without_run(_run: Run, *args: object, **named: object) -> object:
        return call(*args, **named)

    return Function(call=without_run)


def _counted(call: Callable[..., Sequence[object] | str]) -> Function:
    """A function whose result is counted."""

    def count(run: Run, *args: object) -> object:
        result = call(*args)
        run.work(require_small(result))
        return result

    return Function(call=count)


def _merged(run: Run, context: object, **given: object) -> Mapping[object, object]:
    whole = merged(context, **given)
    run.work(ITEM * len(whole))
    return whole


def _indented(run: Run, printed: str, indent: str) -> str:
    require(len(indent) * (printed.count("\n") + 1))
    run.work(len(printed))
    return indented(printed, indent)


WORKINGS: Mapping[str, Function] = {
    " section": _bare(section),
    " absent": _bare(is_absent),
    " list": _bare(is_list),
    " pairs": _counted(pairs),
    " above": _bare(above),
    " pushed": _bare(pushed),
    " find": _bare(find),
    " contexts": _bare(contexts),
    " lookup": _bare(lookup),
    " merged": Function(call=_merged),
    " filled": _bare(filled),
    " holds": _bare(holds),
    " partial": _bare(partial),
    " no block": _bare(no_block),
    " indented": Function(call=_indented),
}
