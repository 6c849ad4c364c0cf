"""Turns the statements of a Handlebars template into the tree.

Partials are translated where they are named, so that checks, loops and shared fragments see through them; only one that
names itself, or whose name is found out while rendering, becomes a template of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates import tree
from envoi.templates.handlebars import calls
from envoi.templates.handlebars.partials import Partials, let
from envoi.templates.handlebars.scopes import Closure, Container, Frame, Scope, State
from envoi.templates.handlebars.syntax import Block, Branch, Content, Note, Partial, Print
from envoi.templates.limits import NODES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.errors import Place
    from envoi.templates.handlebars import syntax
    from envoi.templates.handlebars.syntax import Call, Statement

    #: What a block gives the names after `as |`: each by its place.
    Values = tuple[Callable[[Place], tree.Expression], ...]

_ALL = tree.Path(root="")


class Translator(Partials):
    """Translates one template."""

    def __init__(self, partials: Mapping[str, str], *, falls_through: bool) -> None:
        super().__init__(partials, falls_through=falls_through)
        self._count = 0

    def template(self, source: str) -> tree.Body:
        """The tree of a whole template."""
        container = Container(partials=dict(self._sources))
        state = State(scope=Scope(context=_ALL), frame=Frame(), container=container, root=_ALL)
        return self._body(self._parse(source, ""), state)

    # ---- statements

    def _body(self, body: list[Statement], state: State) -> tree.Body:
        """A body; the partials that it defines in place are known in all of it."""
        before = state.container.partials
        state.container.partials = before | self._defined(body, state)
        done = tuple(node for each in body for node in self._statement(each, state))
        state.container.partials = before
        return done

    def _statement(self, node: Statement, state: State) -> tree.Body:
        self._count += 1
        if self._count > NODES:
            raise LimitExceeded(f"the template with its partials has more than {NODES:,} parts")
        if isinstance(node, Content):
            return (tree.Text(text=node.text),) if node.text else ()
        if isinstance(node, Print):
            return self._print(node, state)
        if isinstance(node, Partial):
            return self._partial(node.call, state, indent=node.indent)
        if isinstance(node, Note) or node.kind == "inline":
            return ()
        if node.kind == "partial":
            branch = node.branches[0]
            return self._partial(branch.call, state, block=Closure(body=branch.body, state=state, outer=state.scope))
        return self._chain(_upright(node), 0, state)

    def _print(self, node: Print, state: State) -> tree.Body:
        value = self._value(node.call, state)
        if calls.helper_of(node.call, state) == "log" and not isinstance(value, tree.Path):
            return ()
        return (tree.Output(value=value, raw=node.raw, at=node.call.at),)

    def _value(self, node: syntax.Expression, state: State) -> tree.Expression:
        return calls.expression(node, state, falls_through=self._falls_through)

    # ---- blocks

    def _chain(self, block: Block, number: int, state: State) -> tree.Body:
        """A block from one of its branches on: the others are what is printed otherwise."""
        state = replace(state, outer=state.scope)
        if number == len(block.branches):
            return self._body(block.otherwise or [], state)
        branch = block.branches[number]
        test = calls.test_of(branch.call, state, falls_through=self._falls_through)
        if test is not None:
            return self._tests(block, number, state)
        otherwise = self._chain(block, number + 1, state)
        name = calls.helper_of(branch.call, state)
        if name in ("each", "with"):
            value = self._only_argument(branch.call, name, state)
            return (self._each if name == "each" else self._with)(branch, value, otherwise, state)
        if not calls.is_field(branch.call, state):
            self._value(branch.call, state)
            what = f"the helper {branch.call.name.text!r} takes no body"
            raise TemplateError(what, hint=f"write {{{{{branch.call.name.text} ...}}}}", at=branch.call.at)
        return self._section(branch, self._value(branch.call, state), otherwise, state)

    def _tests(self, block: Block, number: int, state: State) -> tree.Body:
        """`{{#if}}`, and all `{{else if}}` that follow it, as one."""
        branches: list[tuple[tree.Expression, tree.Body]] = []
        for branch in block.branches[number:]:
            test = calls.test_of(branch.call, state, falls_through=self._falls_through)
            if test is None:
                break
            branches.append((test, self._body(branch.body, state)))
        otherwise = self._chain(block, number + len(branches), state)
        return (tree.If(branches=tuple(branches), otherwise=otherwise, at=block.at),)

    def _only_argument(self, call: Call, name: str, state: State) -> tree.Expression:
        if len(call.args) != 1:
            raise TemplateError(f"{name!r} takes one value", hint=f"write {{{{#{name} value}}}}", at=call.at)
        calls.require_named(call, frozenset())
        return self._value(call.args[0], state)

    def _each(self, branch: Branch, items: tree.Expression, otherwise: tree.Body, state: State) -> tree.Body:
        item, loop, key = self._name("item"), self._name("loop"), self._name("key")
        scope = self._scope(tree.Path(root=item), items, state)
        frame = Frame(parent=state.frame, loop=loop, key=key)
        values: Values = (lambda at: tree.Path(root=item, at=at), lambda at: frame.look_up(0, "key", at))
        inner = replace(state, scope=scope, frame=frame, params=_with_params(branch, values, state))
        body = self._within(branch.body, inner)
        at = branch.call.at
        if frame.key_asked:
            pair, items = self._name("pair"), tree.Call(function=" pairs", args=(items,), at=at)
            body = (tree.Let(name=key, value=tree.Path(root=pair, steps=(1,)), body=body),)
            body = (tree.Let(name=item, value=tree.Path(root=pair, steps=(0,)), body=body),)
            item = pair
        loop = loop if frame.loop_asked else ""
        return (tree.For(item=item, items=items, body=body, otherwise=otherwise, loop=loop, at=at),)

    def _with(self, branch: Branch, value: tree.Expression, otherwise: tree.Body, state: State) -> tree.Body:
        name, path = self._bound(value)
        scope = self._scope(path, value, state)
        params = _with_params(branch, (lambda at: replace(path, at=at),), state)
        body = self._within(branch.body, replace(state, scope=scope, params=params))
        test = tree.Call(function=" filled", args=(path,), at=branch.call.at)
        chosen = tree.If(branches=((test, body),), otherwise=otherwise, at=branch.call.at)
        return let(name, value, (chosen,))

    def _section(self, branch: Branch, value: tree.Expression, otherwise: tree.Body, state: State) -> tree.Body:
        """`{{#name}}`: a loop, a context or a condition, as the value will have it."""
        at = branch.call.at
        if not branch.body:
            return (tree.If(branches=((tree.Call(function=" absent", args=(value,), at=at), otherwise),), at=at),)
        name, path = self._bound(value)
        item, loop = self._name("item"), self._name("loop")
        scope = Scope(context=tree.Path(root=item), parent=state.scope, certain=False, above=self._name("above"))
        is_list = tree.Call(function=" list", args=(path,), at=at)
        frame = Frame(parent=state.frame, loop=loop, only_if=is_list)
        values: Values = (lambda at: tree.Path(root=item, at=at), lambda at: frame.look_up(0, "key", at))
        inner = replace(state, scope=scope, frame=frame, params=_with_params(branch, values, state))
        body = self._within(branch.body, inner)
        items = tree.Call(function=" section", args=(path, state.scope.whole(at)), at=at)
        loop = loop if frame.loop_asked else ""
        return let(name, value, (tree.For(item=item, items=items, body=body, otherwise=otherwise, loop=loop, at=at),))

    def _scope(self, context: tree.Path, value: tree.Expression, state: State) -> Scope:
        """The scope in a block whose context comes of this value."""
        outer = state.scope
        at_root = not outer.parent and outer.context == _ALL and not outer.given
        certain = at_root and isinstance(value, tree.Path) and (value.root != "" or bool(value.steps))
        return Scope(context=context, parent=outer, certain=certain, above=self._name("above"))


def _upright(block: Block) -> Block:
    """`{{^name}}a{{else}}b{{/name}}` as `{{#name}}b{{else}}a{{/name}}`."""
    if not block.inverted:
        return block
    branch = block.branches[0]
    upright = replace(branch, body=block.otherwise or [])
    return replace(block, branches=[upright], otherwise=branch.body, inverted=False)


def _with_params(branch: Branch, values: Values, state: State) -> dict[str, Callable[[Place], tree.Expression]]:
    return {**state.params, **dict(zip(branch.params, values, strict=False))}
