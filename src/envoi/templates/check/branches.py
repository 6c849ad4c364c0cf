"""Which branches of a template nobody reaches: by what is written, and by what an audience's data hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.templates import tree
from envoi.templates.check.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from envoi.errors import Place
    from envoi.templates.check.seen import Seen

_HINT = "remove it, or look at what it asks for"


def unreached(body: tree.Body, seen: Seen | None, own: Collection[str]) -> Iterator[Problem]:
    """Each branch that nobody gets, and why; `own` are the names that no data bring."""
    for node in tree.walk(body):
        if isinstance(node, tree.If):
            for why, at in _dead(node, seen, own):
                yield Problem(severity="warning", what=f"nobody reaches this branch: {why}", hint=_HINT, at=at)


def _dead(node: tree.If, seen: Seen | None, own: Collection[str]) -> Iterator[tuple[str, Place]]:
    before: list[tree.Expression] = []
    always = ""
    for test, body in node.branches:
        why = always or _never(test, before, seen, own)
        if why:
            yield why, _first(body, test)
        if isinstance(test, tree.Literal) and test.value is True:
            always = "the branch before it holds for everyone"
        before.append(test)
    why = always or _all_taken(before, seen, own)
    if node.otherwise and why:
        yield why, _first(node.otherwise, node)


def _never(test: tree.Expression, before: list[tree.Expression], seen: Seen | None, own: Collection[str]) -> str:
    if test in before:
        return "a branch before it asks the same"
    if isinstance(test, tree.Literal) and test.value in (False, None):
        return "its condition never holds"
    if not seen:
        return ""
    path, value = _equality(test)
    if (
        path
        and value is not None
        and path.partition(".")[0] not in own
        and path in seen.values
        and value not in seen.values[path]
    ):
        return f"no one in the audience has {value!r} as {path!r}"
    if isinstance(test, tree.Path) and test.root not in own and seen.missing.get(_path(test), 0) == seen.people > 0:
        return f"no one in the audience has {_path(test)!r}"
    return ""


def _all_taken(tests: list[tree.Expression], seen: Seen | None, own: Collection[str]) -> str:
    """Why nobody is left for the branch behind the last."""
    if not seen or not seen.people:
        return ""
    for test in tests:
        path = _path(test) if isinstance(test, tree.Path) and test.root not in own else ""
        if path in seen.values and not seen.missing.get(path) and not seen.values[path] & {"false", "0", "0.0"}:
            return f"everyone in the audience has {path!r}"
    asked = [_equality(test) for test in tests]
    paths = {path for path, _ in asked}
    (path, *others) = paths or {""}
    values = {value for _, value in asked}
    if (
        others
        or path.partition(".")[0] in own
        or seen.missing.get(path)
        or not set(seen.values.get(path, ())) <= values
    ):
        return ""
    return f"the branches before it take every {path!r} in the audience" if path in seen.values else ""


def _equality(test: tree.Expression) -> tuple[str, str | None]:
    """The path and the value that a test compares, the value as `Seen` has it."""
    if isinstance(test, tree.Compare) and test.sign == "==":
        for path, value in ((test.left, test.right), (test.right, test.left)):
            if isinstance(path, tree.Path) and isinstance(value, tree.Literal):
                return _path(path), str(value.value).lower()
    return "", None


def _path(path: tree.Path) -> str:
    return ".".join([path.root, *(step for step in path.steps if isinstance(step, str))])


def _first(body: tree.Body, otherwise: tree.Node) -> Place:
    """Where a branch begins: at the first thing in it that has a place, or at its test."""
    return next((node.at for node in tree.walk(body) if node.at.line), otherwise.at)
