"""Turns names, values and calls into expressions of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import TemplateError, did_you_mean
from envoi.templates import tree
from envoi.templates.handlebars import syntax
from envoi.templates.handlebars.functions import COMPARISONS, FOREIGN, HELPERS, LOGIC, TAKES
from envoi.templates.handlebars.scopes import LOOP_WORDS, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.handlebars.scopes import State

#: Helpers that print nothing of their own: they stand before a body, or are dealt with by the translation.
BLOCKS = frozenset({"if", "unless", "each", "with"})
KNOWN = frozenset({*BLOCKS, *HELPERS, *COMPARISONS, *LOGIC, "lookup", "log"})
_TWO = 2


def expression(node: syntax.Expression, state: State, *, falls_through: bool = False) -> tree.Expression:
    """The value of a name, a literal, a call or a comparison."""
    if isinstance(node, syntax.Value):
        return tree.Literal(value=node.value, at=node.at)
    if isinstance(node, syntax.Name):
        return _name(node, state, falls_through=falls_through)

    def of(part: syntax.Expression) -> tree.Expression:
        return expression(part, state, falls_through=falls_through)

    return _called(node, state, of) if isinstance(node, syntax.Call) else _joined(node, of)


def _called(node: syntax.Call, state: State, of: Callable[[syntax.Expression], tree.Expression]) -> tree.Expression:
    if is_field(node, state):
        return of(as_name(node.name))
    named = tuple((key, of(value)) for key, value in node.named)
    args = tuple(of(each) for each in node.args)
    if helper_of(node, state) == "date":
        args = (step(state.root, ("now",), node.at), *args)
    return _call(node, args, named)


def _joined(
    node: syntax.Compare | syntax.Negate | syntax.Logic, of: Callable[[syntax.Expression], tree.Expression]
) -> tree.Expression:
    if isinstance(node, syntax.Compare):
        return tree.Compare(sign=node.sign, left=of(node.left), right=of(node.right), at=node.at)
    if isinstance(node, syntax.Negate):
        return tree.Not(value=of(node.value), at=node.at)
    kind = tree.And if node.word == "and" else tree.Or
    return kind(parts=tuple(of(part) for part in node.parts), at=node.at)


def is_field(call: syntax.Call, state: State) -> bool:
    """Whether a tag is a mere name: most helpers have arguments, so that data may have a `title` or a `date`."""
    if call.args or call.named:
        return False
    name = helper_of(call, state)
    if name in ("helperMissing", "blockHelperMissing"):
        raise unknown(call)
    return name not in BLOCKS and name not in ("lookup", "log")


def helper_of(call: syntax.Call, state: State) -> str:
    """The name of a call if it may be a helper: one word, no path and no block parameter."""
    name = as_name(call.name)
    simple = len(name.parts) == 1 and not (name.depth or name.data or name.scoped)
    return name.parts[0] if simple and name.parts[0] not in state.params else ""


def as_name(name: syntax.Name | syntax.Value) -> syntax.Name:
    """What stands first in a tag is a name, even if it is written as a value: `{{12}}`."""
    if isinstance(name, syntax.Name):
        return name
    return syntax.Name(parts=(name.text,), text=name.text, at=name.at)


def test_of(call: syntax.Call, state: State, *, falls_through: bool) -> tree.Expression | None:
    """The condition of `{{#if}}`, `{{#unless}}` and of the helpers that compare; None for any other block."""
    name = helper_of(call, state)
    if name in COMPARISONS or name in LOGIC:
        return expression(call, state, falls_through=falls_through) if call.args or call.named else None
    if name not in ("if", "unless"):
        return None
    if len(call.args) != 1:
        hint = "write {{#if a == b}}, {{#if a and b}}" if call.args else f"write {{{{#{name} a}}}}"
        hint = f"write {{{{#{name} a == b}}}} to compare" if call.named else hint
        raise TemplateError(f"{name!r} takes one value", hint=hint, at=call.at)
    require_named(call, frozenset({"includeZero"}))
    test = expression(call.args[0], state, falls_through=falls_through)
    for _, zero in call.named:
        args = (test, expression(zero, state, falls_through=falls_through))
        test = tree.Call(function=" holds", args=args, at=call.at)
    return tree.Not(value=test, at=call.at) if name == "unless" else test


def require_named(call: syntax.Call, known: frozenset[str]) -> None:
    """Refuses `key=value` that a helper does not know."""
    for key, _ in call.named:
        if key not in known:
            hint = did_you_mean(key, known) or "remove it"
            raise TemplateError(f"{call.name.text!r} takes no {key}=", hint=hint, at=call.at)


def unknown(call: syntax.Call) -> TemplateError:
    """The error for a helper that does not exist."""
    name = call.name.text
    hint = FOREIGN.get(name) or did_you_mean(name, KNOWN)
    if not hint and call.args:
        hint = f"a value alone is {{{{{name}}}}}; helpers: " + ", ".join(sorted(KNOWN))
    return TemplateError(f"there is no helper {name!r}", hint=hint, at=call.at)


def prints(body: list[syntax.Statement]) -> bool:
    """Whether a block has anything but comments and partials that it defines."""
    return any(not isinstance(node, syntax.Note) and getattr(node, "kind", "") != "inline" for node in body)


def _call(
    node: syntax.Call, args: tuple[tree.Expression, ...], named: tuple[tuple[str, tree.Expression], ...]
) -> tree.Expression:
    name = node.name.text
    scoped = isinstance(node.name, syntax.Name) and (node.name.scoped or node.name.data or len(node.name.parts) != 1)
    if scoped or name not in KNOWN:
        raise unknown(node)
    if name in BLOCKS:
        what = f"{name!r} opens a block"
        raise TemplateError(what, hint=f"write {{{{#{name} ...}}}}...{{{{/{name}}}}}", at=node.at)
    if name in COMPARISONS:
        _require_count(node, _TWO, _TWO)
        return tree.Compare(sign=COMPARISONS[name], left=args[0], right=args[1], at=node.at)
    if name in LOGIC:
        _require_count(node, 1, 1 if name == "not" else 100)
        if name == "not":
            return tree.Not(value=args[0], at=node.at)
        return (tree.And if name == "and" else tree.Or)(parts=args, at=node.at)
    if name == "lookup":
        _require_count(node, _TWO, _TWO)
        return tree.Call(function=" lookup", args=args, at=node.at)
    if name == "log":
        return tree.Literal(value=None)
    least, most, names = TAKES[name]
    require_named(node, names)
    _require_count(node, max(least - len(named), 0), most)
    return tree.Call(function=name, args=args, named=named, at=node.at)


def _require_count(call: syntax.Call, least: int, most: int) -> None:
    if not least <= len(call.args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        values = "value" if most == 1 else "values"
        given = len(call.args)
        raise TemplateError(f"{call.name.text!r} takes {wanted} {values}, not {given}", at=call.at)


def _name(name: syntax.Name, state: State, *, falls_through: bool) -> tree.Expression:
    if name.data:
        return _data(name, state)
    parts = name.parts
    if parts and not name.depth and not name.scoped and parts[0] in state.params:
        return _into(state.params[parts[0]](name.at), parts[1:])
    if falls_through and parts and not (name.depth or name.scoped) and (state.scope.parent or state.scope.beyond):
        contexts = state.scope.all_contexts(name.at)
        return tree.Call(function=" find", args=(tree.Literal(value=parts), *contexts), at=name.at)
    return state.scope.look_up(name.depth, parts, name.at)


def _data(name: syntax.Name, state: State) -> tree.Expression:
    """`@root` and what a loop tells."""
    word, *rest = name.parts or ("",)
    if word == "root":
        return step(state.root, tuple(rest), name.at)
    if word == "partial-block":
        return tree.Literal(value=state.block is not None and prints(state.block.body), at=name.at)
    if word not in LOOP_WORDS:
        known = ["@root", "@index", "@key", "@first", "@last", "@partial-block"]
        raise TemplateError(f"there is no {name.text!r}", hint=did_you_mean(name.text, known), at=name.at)
    return _into(state.frame.look_up(name.depth, word, name.at), tuple(rest))


def _into(value: tree.Expression, parts: tuple[str, ...]) -> tree.Expression:
    """The way from a value."""
    if isinstance(value, tree.Path):
        return step(value, parts, value.at)
    for part in parts:
        value = tree.Call(function=" lookup", args=(value, tree.Literal(value=part)), at=value.at)
    return value
