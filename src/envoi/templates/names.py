"""Which names a template takes from the data, and what it makes of them more than once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from envoi.templates import tree
from envoi.templates.template import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.templates.dialect import Dialect


def free(body: tree.Body) -> list[Variable]:
    """Each use of a value that the data must bring, in order: not what a loop, `Let`, `Assign` or `Capture` names.

    >>> from envoi.templates.tree import For, Output, Path
    >>> item = Output(value=Path(root="p", steps=("name",)))
    >>> [each.path for each in free((For(item="p", items=Path(root="shop", steps=("list",)), body=(item,)), item))]
    ['shop.list', 'p.name']
    """
    return list(_uses(body, set(), set()))


def used(body: tree.Body, partials: Mapping[str, tree.Body]) -> list[Variable]:
    """Those of a template and then of the partials that it prints, whose places have the partial's name as their file.

    Not in them what they are given, nor, where they share the names of a template, what any of them sets.
    """
    own = free(body)
    told = named(body, partials)
    shared = told[""]
    for name, partial in partials.items():
        found = (replace(each, at=replace(each.at, file=each.at.file or name)) for each in free(partial))
        own += [each for each in found if _root(each) not in told[name]]
    return [each for each in own if _root(each) not in shared]


def named(body: tree.Body, partials: Mapping[str, tree.Body]) -> dict[str, frozenset[str]]:
    """By partial: the names that it is given somewhere; under "": those that all set together, if they share names."""
    includes = [node for node in tree.walk((body, *partials.values())) if isinstance(node, tree.Include)]
    shares = any(not each.isolated for each in includes)
    found = {"": frozenset(sets(body).union(*map(sets, partials.values()))) if shares else frozenset()}
    for name in partials:
        to = (each for each in includes if not isinstance(each.name, tree.Literal) or each.name.value == name)
        found[name] = frozenset(key for each in to for key, _ in each.given)
    return found


def sets(body: object) -> set[str]:
    """The names that a template sets or binds itself, wherever that is."""
    nodes = list(tree.walk(body))
    own = {node.name for node in nodes if isinstance(node, tree.Assign | tree.Capture | tree.Let)}
    return own.union(*({node.item, node.loop} - {""} for node in nodes if isinstance(node, tree.For)))


def _root(variable: Variable) -> str:
    return variable.path.partition(".")[0]


def _uses(part: object, bound: set[str], assigned: set[str]) -> Iterator[Variable]:
    """`assigned` grows on the way: it holds for all that follows."""
    if isinstance(part, tuple):
        for each in part:
            yield from _uses(each, bound, assigned)
    elif isinstance(part, tree.Path):
        if part.root and part.root not in bound | assigned:
            yield Variable(
                path=".".join([part.root, *(step for step in part.steps if isinstance(step, str))]), at=part.at
            )
        yield from _uses(part.steps, bound, assigned)
    elif isinstance(part, tree.For):
        yield from _uses(part.items, bound, assigned)
        yield from _uses((part.body, part.after), bound | {part.item, part.loop}, assigned)
        yield from _uses(part.otherwise, bound, assigned)
    elif isinstance(part, tree.Let):
        yield from _uses(part.value, bound, assigned)
        yield from _uses(part.body, bound | {part.name}, assigned)
    elif isinstance(part, tree.Node):
        yield from _uses(tree.parts(part), bound, assigned)
        if isinstance(part, tree.Assign | tree.Capture):
            assigned.add(part.name)


def repeated(body: tree.Body, dialect: Dialect) -> Mapping[tree.Node, list[str]]:
    """Outputs and paths that stand in several places and are the same in all of them, each with the names in it.

    Not those whose names are set by the template itself, nor those that call what differs from call to call.
    """
    nodes = list(tree.walk(body))
    if any(isinstance(node, tree.Include) and not node.isolated for node in nodes):
        return {}  # its partial may set any name
    unsteady = {node.name for node in nodes if isinstance(node, tree.Assign | tree.Capture)} | {""}
    found = [node for node in nodes if isinstance(node, tree.Output | tree.Path)]
    found += [tree.Path(root=node.root) for node in found if isinstance(node, tree.Path) and node.steps]
    often = {node: _roots(node) for node, count in Counter(found).items() if count > 1}
    return {node: roots for node, roots in often.items() if unsteady.isdisjoint(roots) and is_pure(node, dialect)}


def is_pure(part: object, dialect: Dialect) -> bool:
    """Whether its value depends on the names in it alone."""
    calls = (node for node in tree.walk(part) if isinstance(node, tree.Call))
    return all(call.function in dialect.functions and dialect.functions[call.function].pure for call in calls)


def _roots(part: object) -> list[str]:
    return [node.root for node in tree.walk(part) if isinstance(node, tree.Path)]
