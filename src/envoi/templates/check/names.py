"""Which values a template asks for that nothing brings, or that many people lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import did_you_mean
from envoi.templates import tree
from envoi.templates.check.problem import Problem
from envoi.templates.names import sets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from envoi.errors import Place
    from envoi.templates.check.seen import Seen
    from envoi.templates.tags import Tags
    from envoi.templates.template import Variable

#: What dialects answer themselves about a list or a text.
_OF_ANY = frozenset({"first", "last", "size", "length"})
#: Functions that give another value where there is none.
_FALLBACKS = frozenset(
    {"default", "isnulldefault", "isnull", "empty", "coalesce", "fallback", "insert", "or", "ifempty"}
)
_NO_NAMES: Mapping[str, str] = {}


def unknown(used: Sequence[Variable], body: object, known: Collection[str]) -> Iterator[Problem]:
    """Each name once that nothing brings, with the one that was probably meant."""
    own = sets(body)
    for each in {each.path: each for each in reversed(used)}.values():
        if each.path.startswith("@"):
            # A variable of AMPscript: it is empty until it is set, wherever that is.
            if each.path not in own:
                what, hint = f"{each.path} is never set", did_you_mean(each.path, own)
                yield Problem(severity="warning", what=what, hint=hint, at=each.at)
        elif not is_known(each.path, known):
            what, hint = f"nothing brings {each.path!r}", did_you_mean(each.path, known)
            yield Problem(severity="error", what=what, hint=hint, at=each.at)


def is_known(path: str, known: Collection[str]) -> bool:
    """Whether a path is known, or above or below one that is; see `check`."""
    parts = path.split(".")
    while len(parts) > 1 and parts[-1] in _OF_ANY:
        parts.pop()
    path = ".".join(parts)
    above = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    parents = {name.rpartition(".")[0] for name in known}
    return any(name.startswith(f"{path}.") for name in known) or any(name in above - parents for name in known)


def lacking(body: tree.Body, seen: Seen, tags: Tags, own: frozenset[str]) -> Iterator[Problem]:
    """Values that are printed without a fallback though some of the audience have none; `own` no data bring."""
    for path in {each[0]: each for each in reversed(list(_bare(body, own, dict(_NO_NAMES))))}.values():
        name, at = path
        count = seen.missing.get(name, 0)
        if count:
            share = f"{count} of {seen.people} people ({_percent(count, seen.people)})"
            what = f"{name!r} is missing for {share}, and nothing is printed instead"
            yield Problem(severity="warning", what=what, hint=f"write {tags.with_fallback(name)}", at=at)


def _percent(count: int, people: int) -> str:
    share = 100 * count / max(people, 1)
    return f"{share:.0f} %" if share >= 1 else "under 1 %"


def _bare(part: object, guarded: frozenset[str], names: dict[str, str]) -> Iterator[tuple[str, Place]]:
    """The paths that are printed where no test or function around asks for them; `names` are other names for them."""
    if isinstance(part, tuple):
        for each in part:
            yield from _bare(each, guarded, names)
    elif isinstance(part, tree.Assign | tree.Let) and isinstance(part.value, tree.Path):
        names[part.name] = _name(part.value, names)
        yield from _bare(part.body if isinstance(part, tree.Let) else (), guarded, names)
    elif isinstance(part, tree.If):
        inside = guarded.union(*(_asked(test, names) for test, _ in part.branches))
        yield from _bare((*(body for _, body in part.branches), part.otherwise), inside, names)
    elif isinstance(part, tree.For):
        yield from _bare((part.body, part.after, part.otherwise), guarded | {part.item}, names)
    elif isinstance(part, tree.Output):
        yield from _printed(part.value, guarded, names)
    elif isinstance(part, tree.Let | tree.Capture):
        yield from _bare(part.body, guarded, names)


def _printed(value: tree.Expression, guarded: frozenset[str], names: dict[str, str]) -> Iterator[tuple[str, Place]]:
    if isinstance(value, tree.Path):
        name = _name(value, names)
        if name not in guarded and value.root not in guarded:
            yield name, value.at
    elif isinstance(value, tree.Choose):
        inside = guarded | _asked(value.test, names)
        yield from _printed(value.then, inside, names)
        yield from _printed(value.otherwise, inside, names)
    elif isinstance(value, tree.Call) and value.function.lower() not in _FALLBACKS:
        for each in value.args:
            yield from _printed(each, guarded, names)


def _asked(test: tree.Expression, names: dict[str, str]) -> frozenset[str]:
    return frozenset(_name(node, names) for node in tree.walk(test) if isinstance(node, tree.Path))


def _name(path: tree.Path, names: dict[str, str]) -> str:
    steps = [step for step in path.steps if isinstance(step, str)]
    return ".".join([names.get(path.root, path.root), *steps])
