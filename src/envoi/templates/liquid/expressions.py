"""From python-liquid's expressions to ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liquid.builtin.expressions import KeywordArgument, logical, path, primitive
from liquid.builtin.expressions.filtered import FilteredExpression
from markupsafe import Markup

from envoi.errors import Place
from envoi.templates import tree
from envoi.templates.liquid.meaning import BLANK, EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable

    from liquid import Token
    from liquid.expression import Expression

_SIGNS = {
    logical.EqExpression: "==",
    logical.NeExpression: "!=",
    logical.LtExpression: "<",
    logical.LeExpression: "<=",
    logical.GtExpression: ">",
    logical.GeExpression: ">=",
    logical.ContainsExpression: "contains",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionReader:
    """Turns the expressions of one source into ours."""

    #: Where in the author's file an offset of the source is.
    locate: Callable[[int], Place]
    #: What the author wrote in quotes is HTML already.
    escapes: bool
    #: Names that loops bind here.
    bound: list[str] = field(default_factory=list)

    def value(self, node: Expression, *, plain: bool = False) -> tree.Expression:  # noqa: PLR0911 - one line a kind
        """An expression; in a `plain` place a text in quotes is only compared or looked up."""
        at = self.at(node.token)
        if isinstance(node, FilteredExpression):
            return self._filtered(node)
        if isinstance(node, path.Path):
            return self._path(node)
        if isinstance(node, primitive.StringLiteral):
            return tree.Literal(value=Markup(node.value) if self.escapes and not plain else node.value, at=at)  # noqa: S704
        if isinstance(node, primitive.Literal):
            return tree.Literal(value=node.value, at=at)
        if isinstance(node, primitive.RangeLiteral):
            return tree.Call(function=" range", args=(self.value(node.start), self.value(node.stop)), at=at)
        if isinstance(node, primitive.Nil | primitive.Empty | primitive.Blank):
            words = {primitive.Nil: None, primitive.Empty: EMPTY, primitive.Blank: BLANK}
            return tree.Literal(value=words[type(node)], at=at)
        return self._logical(node)

    def _logical(self, node: Any) -> tree.Expression:  # noqa: ANN401 - one of six classes without a base of their own
        if isinstance(node, logical.BooleanExpression):
            return self.value(node.expression, plain=True)
        if isinstance(node, logical.LogicalNotExpression):
            return tree.Not(value=self.value(node.right, plain=True))
        if isinstance(node, logical.LogicalAndExpression | logical.LogicalOrExpression):
            kind = tree.And if isinstance(node, logical.LogicalAndExpression) else tree.Or
            parts = [self.value(each, plain=True) for each in (node.left, node.right)]
            # Its parser groups from the right.
            tail = parts[1].parts if isinstance(parts[1], kind) else (parts[1],)
            return kind(parts=(parts[0], *tail), at=self.at(node.token))
        left, right = self.value(node.left, plain=True), self.value(node.right, plain=True)
        return tree.Compare(sign=_SIGNS[type(node)], left=left, right=right, at=self.at(node.token))

    def _filtered(self, node: FilteredExpression) -> tree.Expression:
        value = self.value(node.left)
        for each in node.filters or ():
            named = tuple((arg.name, self.value(arg.value)) for arg in each.args if isinstance(arg, KeywordArgument))
            positional = [self.value(arg.value) for arg in each.args if not isinstance(arg, KeywordArgument)]
            value = tree.Call(function=each.name, args=(value, *positional), named=named, at=self.at(each.token))
        return value

    def _path(self, node: path.Path) -> tree.Expression:
        at = self.at(node.token)
        head, *rest = node.path
        steps = tuple(self._path(step) if isinstance(step, path.Path) else step for step in rest)
        if isinstance(head, str):
            return tree.Path(root=head, steps=steps, at=at)
        key = self._path(head) if isinstance(head, path.Path) else tree.Literal(value=head)
        found: tree.Expression = tree.Call(function=" named", args=(key, tree.Path(root="")), at=at)
        for name in self.bound:
            test = tree.Compare(sign="==", left=key, right=tree.Literal(value=name))
            found = tree.Choose(test=test, then=tree.Path(root=name), otherwise=found)
        return tree.Call(function=" step", args=(found, *map(_as_value, steps)), at=at) if steps else found

    def at(self, token: Token) -> Place:
        """Where the author wrote it."""
        return self.locate(token.start_index) if token.start_index >= 0 else Place()


def _as_value(step: str | int | tree.Expression) -> tree.Expression:
    return step if isinstance(step, tree.Node) else tree.Literal(value=step)
