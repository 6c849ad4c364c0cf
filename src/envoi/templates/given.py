"""Works out beforehand what is the same for everyone: a campaign's and a shop's values, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from envoi.errors import TemplateError
from envoi.templates import tree
from envoi.templates.limits import Run
from envoi.templates.runtime import MISHAPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.templates.dialect import Dialect

_NO = object()


class Partly(dict[str, object]):
    """A mapping of which only these keys are known: what it has besides, each person's data will say."""

    __slots__ = ()


class Known:
    """What a template can make of the names that are known."""

    def __init__(self, dialect: Dialect, data: Mapping[str, object], *, escapes: bool) -> None:
        self._dialect = dialect
        self._data = dict(data)
        self._markup = dialect.markup if escapes else dialect.text

    def body(self, body: tree.Body) -> tree.Body:
        """The template with what is known worked out; names that it sets itself stay as they are."""
        nodes = list(tree.walk(body))
        for node in nodes:
            if isinstance(node, tree.Assign | tree.Capture | tree.Let):
                self._data.pop(node.name, None)
            elif isinstance(node, tree.For):
                self._data.pop(node.item, None)
                self._data.pop(node.loop, None)
        if any(isinstance(node, tree.Include) and not node.isolated for node in nodes):
            return body  # its partial may set any name
        return _joined(self._body(body))

    def _body(self, body: tree.Body) -> tree.Body:
        return tuple(made for node in body for made in self._statement(node))

    def _statement(self, node: tree.Statement) -> tree.Body:
        if isinstance(node, tree.Output):
            return (self._output(node),)
        if isinstance(node, tree.If):
            return self._if(node)
        return (self._node(node),)

    def _node(self, node: Any) -> Any:  # noqa: ANN401 - the same kind of node
        """The same node of what is known in it."""
        if isinstance(node, tuple):
            is_body = any(isinstance(each, tree.STATEMENTS) for each in node)
            return _joined(self._body(node)) if is_body else tuple(self._node(each) for each in node)
        if not isinstance(node, tree.Node):
            return node
        value = self._value(node) if isinstance(node, tree.EXPRESSIONS) else _NO
        if value is not _NO:
            return tree.Literal(value=value, at=node.at)
        return tree.rebuilt(node, self._node)

    def _output(self, node: tree.Output) -> tree.Statement:
        value = self._value(node.value)
        if value is _NO:
            return replace(node, value=self._node(node.value))
        try:
            return tree.Text(text=str((self._dialect.text if node.raw else self._markup)(value)), at=node.at)
        except (TemplateError, *MISHAPS):
            return node

    def _if(self, node: tree.If) -> tree.Body:
        branches = []
        for test, body in node.branches:
            value = self._value(test)
            if value is _NO:
                branches.append((self._node(test), _joined(self._body(body))))
            elif self._dialect.truthy(value):
                rest = _joined(self._body(body))
                return (replace(node, branches=tuple(branches), otherwise=rest),) if branches else rest
        otherwise = _joined(self._body(node.otherwise))
        return (replace(node, branches=tuple(branches), otherwise=otherwise),) if branches else otherwise

    def _value(self, node: tree.Expression) -> Any:  # noqa: ANN401 - any value, or _NO
        """The value, if everything in it is known and nothing fails; what fails is left to each person's mail."""
        try:
            return self._known(node)
        except (TemplateError, *MISHAPS):
            return _NO

    def _known(self, node: tree.Expression) -> Any:  # noqa: ANN401, PLR0911 - one line a kind of node
        if isinstance(node, tree.Literal):
            return node.value
        if isinstance(node, tree.Path):
            return self._path(node)
        if isinstance(node, tree.Call):
            return self._call(node)
        parts = [self._known(each) for each in tree.parts(node) if isinstance(each, tree.EXPRESSIONS)]
        parts += [self._known(each) for each in getattr(node, "parts", ())]
        if any(each is _NO for each in parts):
            return _NO
        truthy = self._dialect.truthy
        if isinstance(node, tree.Compare):
            return self._dialect.compare[node.sign](*parts)
        if isinstance(node, tree.Not):
            return not truthy(parts[0])
        if isinstance(node, tree.Choose):
            return parts[1] if truthy(parts[0]) else parts[2]
        return (all if isinstance(node, tree.And) else any)(truthy(each) for each in parts)

    def _path(self, node: tree.Path) -> Any:  # noqa: ANN401
        if node.root not in self._data:
            return _NO
        value = self._data[node.root]
        for step in node.steps:
            key = self._known(step) if isinstance(step, tree.Node) else step
            if key is _NO or (isinstance(value, Partly) and key not in value):
                return _NO
            value = self._dialect.item(value, key)
        return _NO if isinstance(value, Partly) else value

    def _call(self, node: tree.Call) -> Any:  # noqa: ANN401
        function = self._dialect.functions.get(node.function)
        args = [self._known(each) for each in node.args]
        named = {name: self._known(each) for name, each in node.named}
        if not function or not function.pure or any(each is _NO for each in (*args, *named.values())):
            return _NO
        return function.call(Run({}), *args, **named)


def _joined(body: tree.Body) -> tree.Body:
    """Texts that follow each other as one."""
    made: list[tree.Statement] = []
    for node in body:
        last = made[-1] if made else None
        if isinstance(node, tree.Text) and isinstance(last, tree.Text):
            made[-1] = replace(last, text=last.text + node.text)
        else:
            made.append(node)
    return tuple(made)
