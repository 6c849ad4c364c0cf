"""Turns the expressions of a tree into Python, and gives names to all that the Python needs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from envoi.errors import LimitExceeded, TemplateError, did_you_mean
from envoi.templates import tree
from envoi.templates.limits import DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envoi.errors import Place
    from envoi.templates.dialect import Dialect

#: What a loop is asked most, without the call.
_LOOP_FIELDS = {"index": "({}.index0 + 1)", "index0": "{}.index0", "first": "({}.index0 == 0)"}


class Expressions:
    """Writes expressions; knows which names are bound here, and which values are at hand."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        #: What the compiled code sees: constants (k0...), functions (f0...) and what a dialect means.
        self.names: dict[str, object] = {
            "item": dialect.item,
            "missing": dialect.missing,
            "text": dialect.text,
            "truthy": dialect.truthy,
        }
        #: Where nodes come from, besides the template's own file.
        self.files: list[str] = []
        #: Names that a loop or `Let` binds here, and the Python names that hold them.
        self.scope: dict[str, str] = {}
        #: The Python names of loops, of which we know what they tell.
        self.loops: set[str] = set()
        #: What stands in several places, with the names in it; and of these, those that are at hand, by Python name.
        self.often: Mapping[tree.Node, Sequence[str]] = {}
        self._known: dict[tuple[object, ...], str] = {}
        self._constants: dict[tuple[type, object], str] = {}
        self._functions: dict[str, str] = {}
        self._count = 0
        self._depth = 0

    def value(self, node: tree.Expression) -> str:
        """Python that gives the value."""
        self._depth += 1
        if self._depth > DEPTH:
            raise LimitExceeded("an expression is nested too deep", at=node.at)
        code = self._writers[type(node)](self, node)
        self._depth -= 1
        return code

    def truth(self, node: tree.Expression) -> str:
        """Python that gives what the value counts as."""
        code = self.value(node)
        return code if isinstance(node, tree.Compare | tree.And | tree.Or | tree.Not) else f"truthy({code})"

    def constant(self, value: object) -> str:
        """The name by which the code has a value; equal texts share one."""
        key = (type(value), value if isinstance(value, str | int) else id(value))
        if key not in self._constants:
            self._constants[key] = f"k{len(self._constants)}"
            self.names[self._constants[key]] = value
        return self._constants[key]

    def name(self) -> str:
        """A new name for the code to use."""
        self._count += 1
        return f"n{self._count}"

    def note(self, at: Place) -> str:
        """Ends the line with where its author wrote it: line, column and, in a file of its own, the file's number."""
        if not at.line:
            return ""
        if at.file and at.file not in self.files:
            self.files.append(at.file)
        return f"  # {at.line}:{at.column}:{self.files.index(at.file) + 1 if at.file else 0}\n"

    def once(self, node: tree.Output | tree.Path, write: Callable[[Any], str], *, kept: bool = False) -> str:
        """What several places need is made where the first needs it, and named; each place after that has the name."""
        if node not in self.often:
            return write(node)
        # The name of a loop's item may be another's further in.
        key = (node, kept, *(self.scope.get(root) for root in self.often[node]))
        if key not in self._known:
            code, name = write(node), self.name()
            self._known[key] = name
            return f"({name} := {code})"
        return self._known[key]

    @contextmanager
    def perhaps(self) -> Iterator[None]:
        """Around what may not run: what is named there is not known afterwards."""
        before = self._known
        self._known = dict(before)
        yield
        self._known = before

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Around another function: nothing is known there."""
        before, self._known = (self._known, self.scope), {}
        self.scope = {}
        yield
        self._known, self.scope = before

    @contextmanager
    def bound(self, names: Mapping[str, str]) -> Iterator[None]:
        """Around what a loop or `Let` binds names for."""
        before = self.scope
        self.scope = {**before, **names}
        yield
        self.scope = before

    def _literal(self, node: tree.Literal) -> str:
        return self.constant(node.value)

    def _path(self, node: tree.Path) -> str:
        if not node.root:
            return self._steps("v", node)
        return self.once(node, self._way) if node.steps else self.once(node, self._root)

    def _root(self, node: tree.Path) -> str:
        return self.scope.get(node.root) or f"v.get({self.constant(node.root)}, missing)"

    def _way(self, node: tree.Path) -> str:
        return self._steps(self._path(tree.Path(root=node.root)), node)

    def _steps(self, code: str, node: tree.Path) -> str:
        steps = list(node.steps)
        if code in self.loops and steps and str(steps[0]) in _LOOP_FIELDS:
            code = _LOOP_FIELDS[str(steps.pop(0))].format(code)
        for step in steps:
            code = self._step(code, step, node.at)
        return code

    def _step(self, code: str, step: str | int | tree.Expression, at: Place) -> str:
        if isinstance(step, tree.Node):
            return f"item({self.note(at)}{code}, {self.value(step)})"
        key = self.constant(step)
        if isinstance(step, int) or step in self.dialect.own_keys:
            return f"item({code}, {key})"
        # What `item` does with a mapping, without the call: most steps are of this kind.
        if code.isidentifier():
            return f"({code}.get({key}, missing) if type({code}) is dict else item({code}, {key}))"
        held = self.name()
        return f"({held}.get({key}, missing) if type({held} := {code}) is dict else item({held}, {key}))"

    def _call(self, node: tree.Call) -> str:
        args = [self.value(each) for each in node.args]
        named = [f"**{{{self.constant(name)}: {self.value(value)}}}" for name, value in node.named]
        return f"{self._function(node)}({self.note(node.at)}{', '.join(['run', *args, *named])})"

    def _function(self, node: tree.Call) -> str:
        if node.function not in self._functions:
            known = self.dialect.functions
            if node.function not in known:
                hint = did_you_mean(node.function, (name for name in known if name.isidentifier()))
                raise TemplateError(f"there is no {self.dialect.word} {node.function!r}", hint=hint, at=node.at)
            name = self._functions[node.function] = f"f{len(self._functions)}"
            self.names[name] = known[node.function].call
        return self._functions[node.function]

    def _compare(self, node: tree.Compare) -> str:
        sign = f"sign{list(self.dialect.compare).index(node.sign)}"
        self.names[sign] = self.dialect.compare[node.sign]
        return f"{sign}({self.note(node.at)}{self.value(node.left)}, {self.value(node.right)})"

    def _and(self, node: tree.And) -> str:
        return f"({' and '.join(self._one_by_one(node.parts))})"

    def _or(self, node: tree.Or) -> str:
        return f"({' or '.join(self._one_by_one(node.parts))})"

    def _one_by_one(self, parts: Sequence[tree.Expression]) -> list[str]:
        first = self.truth(parts[0])
        with self.perhaps():
            return [first, *(self.truth(part) for part in parts[1:])]

    def _not(self, node: tree.Not) -> str:
        return f"(not {self.truth(node.value)})"

    def _choose(self, node: tree.Choose) -> str:
        test = self.truth(node.test)
        with self.perhaps():
            then = self.value(node.then)
        with self.perhaps():
            return f"({then} if {test} else {self.value(node.otherwise)})"

    _writers: ClassVar[Mapping[type, Callable[..., str]]] = {
        tree.Literal: _literal,
        tree.Path: _path,
        tree.Call: _call,
        tree.Compare: _compare,
        tree.And: _and,
        tree.Or: _or,
        tree.Not: _not,
        tree.Choose: _choose,
    }
