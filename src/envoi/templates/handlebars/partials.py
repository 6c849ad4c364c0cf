"""Partials: translated where they are named, in the context that they are given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, Place, TemplateError, did_you_mean
from envoi.templates import tree
from envoi.templates.handlebars.calls import KNOWN
from envoi.templates.handlebars.delimiters import MustacheLexer
from envoi.templates.handlebars.javascript import HIDDEN
from envoi.templates.handlebars.lexer import Lexer
from envoi.templates.handlebars.parser import parse
from envoi.templates.handlebars.scopes import LOOP_WORDS, NOTHING, Closure, Container, Frame, Scope, State
from envoi.templates.handlebars.syntax import Block
from envoi.templates.handlebars.workings import indented
from envoi.templates.limits import NESTING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.templates.handlebars.syntax import Call, Expression, Statement

NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a partial is given where it is named."""

    #: What names mean there.
    state: State
    #: What they mean in the partial.
    scope: Scope
    block: Closure | None
    indent: str

    def inside(self) -> State:
        """The state in the partial: the loop around it is still known, and so is a block if it is given no other."""
        frame = Frame(parent=self.state.frame) if self.block else self.state.frame
        return replace(self.state, scope=self.scope, frame=frame, block=self.block or self.state.block)


class Partials(ABC):
    """What a translator knows of partials; `parts` collects those that became templates of their own."""

    def __init__(self, sources: Mapping[str, str], *, falls_through: bool) -> None:
        self._sources = sources
        self._falls_through = falls_through
        self._parsed: dict[tuple[str, str], list[Statement]] = {}
        #: What is being translated, so that a partial that names itself is noticed.
        self._open: list[object] = []
        self._part_names: dict[object, str] = {}
        self._names = 0
        self.parts: dict[str, tree.Body] = {}

    @abstractmethod
    def _value(self, node: Expression, state: State) -> tree.Expression:
        """The translation of an expression."""

    @abstractmethod
    def _body(self, body: list[Statement], state: State) -> tree.Body:
        """The translation of a body."""

    def _within(self, body: list[Statement], state: State) -> tree.Body:
        """The translation of a body in a scope of its own."""
        return self._around(self._body(body, state), state.scope)

    def _around(self, done: tree.Body, scope: Scope) -> tree.Body:
        """A body with what it asked for of its scope: the contexts around it, or what it was given put into it."""
        if scope.asked and scope.parent:
            args = (scope.whole(NOWHERE), scope.parent.whole(NOWHERE), scope.parent.around(NOWHERE))
            done = let(scope.above, tree.Call(function=" above", args=args), done)
        if scope.merged_asked:
            merged = tree.Call(function=" merged", args=(scope.context,), named=tuple(scope.given.items()))
            done = let(scope.merged, merged, done)
        return done

    def _parse(self, source: str, file: str) -> list[Statement]:
        lexer = MustacheLexer(source, file=file) if self._falls_through else Lexer(source, file=file)
        return parse(lexer, KNOWN)

    def _name(self, kind: str) -> str:
        """A name that no author can write."""
        self._names += 1
        return f" {kind}{self._names}"

    def _bound(self, value: tree.Expression) -> tuple[str, tree.Path]:
        """A path to a value: itself, or a new name that it needs to be given."""
        if isinstance(value, tree.Path) and all(isinstance(each, str) for each in value.steps):
            return "", value
        name = self._name("value")
        return name, tree.Path(root=name)

    def _defined(self, body: list[Statement], state: State) -> dict[str, str | Closure]:
        """The partials that a body defines in place."""
        found: dict[str, str | Closure] = {}
        for node in body:
            if isinstance(node, Block) and node.kind == "inline":
                call = node.branches[0].call
                if call.name.text != "inline" or len(call.args) != 1:
                    hint = 'write {{#*inline "name"}}'
                    raise TemplateError(f"there is no decorator {call.name.text!r}", hint=hint, at=call.at)
                found[getattr(call.args[0], "text", "")] = Closure(
                    body=node.branches[0].body, state=state, outer=state.outer
                )
        return found

    def _partial(self, call: Call, state: State, *, indent: str = "", block: Closure | None = None) -> tree.Body:
        """Another template or part of one, in the context that it is given or in this one."""
        if len(call.args) > 1:
            raise TemplateError("a partial takes one context", hint="give the rest as key=value", at=call.at)
        lets, given = self._given(call, state)
        context = self._value(call.args[0], state) if call.args else None
        name, path = ("", None) if context is None else self._bound(context)
        scope = Scope(
            context=path or state.scope.context,
            given=given if path else {**state.scope.given, **given},
            parent=state.scope if self._falls_through else None,
            merged=self._name("merged"),
        )
        if not call.args and not given:
            scope = state.scope if self._falls_through else replace(state.scope, parent=None, certain=True)
        done = self._found(call, _Given(state=state, scope=scope, block=block, indent=indent))
        done = self._moved(done, indent) if indent and not self._falls_through else done
        for each, value in reversed(lets):
            done = let(each, value, done)
        return let(name, context, done) if context is not None else done

    def _given(self, call: Call, state: State) -> tuple[list[tuple[str, tree.Expression]], dict[str, tree.Path]]:
        """What a partial is given by `key=value`: the values that need a name, and a path to each."""
        lets, given = [], {}
        for key, node in call.named:
            value = self._value(node, state)
            name, given[key] = self._bound(value)
            lets.append((name, value))
        return lets, given

    def _found(self, call: Call, given: _Given) -> tree.Body:
        """What a partial's name stands for."""
        if call.computed is not None:
            return self._computed(call, given)
        name, block = call.name.text, given.block
        target = given.state.block if name == "@partial-block" else given.state.container.partials.get(name)
        if isinstance(target, str):
            return self._file(name, given)
        if target is not None:
            outer = target.state.block if name == "@partial-block" else given.state.block
            return self._closure(name, target, given.inside(), block or outer)
        if block:
            return self._closure("the block", block, replace(given, block=None).inside(), block.state.block)
        if name == "@partial-block":
            return (tree.Do(value=tree.Call(function=" no block", at=call.at), at=call.at),)
        if self._falls_through:
            return ()
        known = [each for each in given.state.container.partials if each]
        raise TemplateError(f"there is no partial {name!r}", hint=did_you_mean(name, known), at=call.at)

    def _file(self, name: str, given: _Given) -> tree.Body:
        """A partial of the project: it knows what this place knows, and what its block defines."""
        state, block = given.inside(), given.block
        partials = dict(state.container.partials)
        if block:
            partials |= self._defined(block.body, block.state)
        defined = [each for each in partials.values() if isinstance(each, Closure)]
        indent = given.indent if self._falls_through else ""
        key = (name, indent, tuple(id(each.body) for each in defined), id(state.block.body) if state.block else 0)
        inner = replace(state, container=Container(partials=partials), params={}, outer=None)
        return self._once(key, name, self._statements(name, indent), inner)

    def _statements(self, name: str, indent: str = "") -> list[Statement]:
        """The statements of a partial; Mustache moves its lines, and so not those of the values that it prints."""
        if (name, indent) not in self._parsed:
            lines = self._sources[name].splitlines(keepends=True) if indent else [self._sources[name]]
            self._parsed[name, indent] = self._parse("".join(indent + each for each in lines), name)
        return self._parsed[name, indent]

    def _closure(self, name: str, target: Closure, state: State, block: Closure | None) -> tree.Body:
        """A part of a template: names mean what they mean where it stands, but in the given context."""
        outer, scope = target.outer, state.scope
        if outer and scope.context == outer.context and scope.given == outer.given:
            scope = outer
        elif outer:
            scope = replace(scope, parent=outer, certain=False, above=self._name("above"), asked=False)
        inner = replace(target.state, scope=scope, frame=state.frame, block=block, outer=outer)
        key = (id(target.body), id(block.body) if block else 0)
        return self._once(key, name, target.body, inner)

    def _once(self, key: object, name: str, body: list[Statement], state: State) -> tree.Body:
        """A body in place, or by name if it stands within itself."""
        if key in self._open or key in self._part_names:
            include = self._include(self._part(key, name, body, state), state)
            return self._around((include,), state.scope)
        if len(self._open) >= NESTING:
            raise LimitExceeded(f"partials are nested more than {NESTING} deep")
        self._open.append(key)
        done = self._within(body, state)
        self._open.pop()
        return done

    def _part(self, key: object, name: str, body: list[Statement], state: State) -> str:
        """The name of a template made of a partial."""
        if key not in self._part_names:
            part = name if name not in self.parts else f"{name} {len(self.parts)}"
            self._part_names[key] = part
            self.parts[part] = ()
            scope = Scope(context=tree.Path(root=" context"), above=self._name("above"))
            if self._falls_through:
                scope = replace(scope, beyond=tree.Path(root=" beyond"))
            elif state.scope.parent:
                scope = replace(scope, parent=state.scope.parent, certain=False)
            inner = replace(state, scope=scope, frame=Frame(told=True), root=tree.Path(root=" root"))
            self.parts[part] = self._within(body, inner)
        return self._part_names[key]

    def _include(self, part: str | tree.Expression, state: State) -> tree.Include:
        told = [(f" {word}", state.frame.look_up(0, word, NOWHERE)) for word in LOOP_WORDS]
        context, *outer = state.scope.all_contexts(NOWHERE) if self._falls_through else (state.scope.whole(NOWHERE),)
        beyond = tree.Call(function=" contexts", args=tuple(outer))
        given = ((" context", context), (" root", state.root), (" beyond", beyond), *told)
        name = tree.Literal(value=part) if isinstance(part, str) else part
        return tree.Include(name=name, given=given, isolated=False, at=name.at)

    def _computed(self, call: Call, given: _Given) -> tree.Body:
        """A partial whose name is found out while rendering: all that could be meant are made ready."""
        inner = given.inside()
        ready: dict[str, str] = {}
        for name, target in inner.container.partials.items():
            body = target.body if isinstance(target, Closure) else self._statements(name)
            there = replace(inner, params={}) if isinstance(target, str) else replace(target.state, scope=given.scope)
            ready[name] = self._part((name, id(body), "computed"), name, body, there)
        wanted = self._value(call.computed, given.state) if call.computed else NOTHING
        chosen = tree.Call(function=" partial", args=(wanted, tree.Literal(value=ready)), at=call.at)
        return self._around((self._include(chosen, inner),), inner.scope)

    def _moved(self, body: tree.Body, indent: str) -> tree.Body:
        """What a partial prints, as far in as the partial stands."""
        if all(isinstance(node, tree.Text) for node in body):
            printed = "".join(node.text for node in body if isinstance(node, tree.Text))
            return (tree.Text(text=indented(printed, indent)),) if printed else ()
        name = HIDDEN + self._name("lines")
        args = (tree.Path(root=name), tree.Literal(value=indent))
        return (
            tree.Capture(name=name, body=body),
            tree.Output(value=tree.Call(function=" indented", args=args), raw=True),
        )


def let(name: str, value: tree.Expression, body: tree.Body) -> tree.Body:
    """The body, in which the name, if any, stands for the value."""
    return (tree.Let(name=name, value=value, body=body),) if name else body
