"""From python-liquid's syntax tree to ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from liquid.ast import IllegalNode
from liquid.builtin import content, output
from liquid.builtin.expressions import primitive
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    cycle_tag,
    decrement_tag,
    doc_tag,
    echo_tag,
    for_tag,
    if_tag,
    ifchanged_tag,
    include_tag,
    increment_tag,
    inline_comment_tag,
    liquid_tag,
    render_tag,
    tablerow_tag,
    unless_tag,
)

from envoi.errors import TemplateError
from envoi.templates import tree
from envoi.templates.liquid.expressions import ExpressionReader
from envoi.templates.liquid.tags import AbortNode, AttemptNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from liquid.ast import BlockNode, Node
    from liquid.builtin.expressions.loop import LoopExpression

_OPEN_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(?!.*\{%-?\s*endraw\s*-?%\})", re.DOTALL)
_SILENT = (comment_tag.CommentNode, doc_tag.DocNode, inline_comment_tag.InlineCommentNode, IllegalNode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader(ExpressionReader):
    """Turns the nodes of one source into a tree."""

    #: The names of the partials.
    partials: Sequence[str] = ()

    def body(self, nodes: Iterable[Node]) -> tree.Body:
        """The statements of a template."""
        return tuple(statement for node in nodes for statement in self._read(node))

    def _block(self, block: BlockNode | None) -> tree.Body:
        """The statements of a block; one that prints nothing but white space prints nothing at all."""
        body = self.body(block.nodes) if block else ()
        return tuple(each for each in body if not isinstance(each, tree.Text)) if block and block.blank else body

    def _read(self, node: Node) -> tree.Body:
        if isinstance(node, _SILENT):
            self._check_comment(node)
            return ()
        if isinstance(node, liquid_tag.LiquidNode):
            return self._block(node.block)
        if type(node) not in self._statements:
            raise TemplateError(f"there is no tag {node.token.value!r}", at=self.at(node.token))
        made = self._statements[type(node)](self, node)
        return made if isinstance(made, tuple) else (made,)

    def _check_comment(self, node: Node) -> None:
        """What is raw inside a comment must end in it; the parser lets the comment end first."""
        if isinstance(node, comment_tag.CommentNode) and _OPEN_RAW.search(node.text or ""):
            hint = "add {% endraw %} inside it"
            raise TemplateError("the comment holds a {% raw %} that is never closed", hint=hint, at=self.at(node.token))

    def _text(self, node: content.ContentNode) -> tree.Text:
        return tree.Text(text=node.text, at=self.at(node.token))

    def _output(self, node: output.OutputNode) -> tree.Statement:
        value = self.value(node.expression)
        if isinstance(value, tree.Path) and value.root == "content_blocks" and len(value.steps) == 1:
            return tree.Include(name=tree.Literal(value=value.steps[0], at=value.at), at=value.at)
        return tree.Output(value=value, at=self.at(node.token))

    def _if(self, node: if_tag.IfNode | unless_tag.UnlessNode) -> tree.If:
        test = self.value(node.condition)
        if isinstance(node, unless_tag.UnlessNode):
            test = tree.Not(value=test)
        others = ((self.value(each.expression), self._block(each.block)) for each in node.alternatives)
        branches = ((test, self._block(node.consequence)), *others)
        return tree.If(branches=branches, otherwise=self._block(node.default), at=self.at(node.token))

    def _case(self, node: case_tag.CaseNode) -> tree.Let:
        """Each `when` that matches is printed, as often as it matches; an `else` if none before it did."""
        subject = tree.Path(root=" case")
        made: list[tree.Statement] = []
        before: list[tree.Expression] = []
        for block in node.blocks:
            if isinstance(block, case_tag.MultiExpressionBlockNode):
                body = self._block(block.block)
                tests = [
                    tree.Compare(sign="==", left=subject, right=self.value(each, plain=True), at=self.at(block.token))
                    for each in block.expression.expressions
                ]
                made += [tree.If(branches=((test, body),)) for test in _distinct(tests)]
                before += tests
            elif before:
                some = tree.Or(parts=tuple(before))
                made.append(tree.If(branches=((some, ()),), otherwise=self._block(block), at=self.at(node.token)))
            else:
                made += self._block(block)
        return tree.Let(name=subject.root, value=self.value(node.expression), body=tuple(made))

    def _for(self, node: for_tag.ForNode) -> tree.For:
        loop = node.expression
        name = str(loop.identifier)
        items = self._items(loop)
        self.bound.extend((name, "forloop"))
        body = self._block(node.block)
        del self.bound[-2:]
        return tree.For(
            item=name,
            items=items,
            loop="forloop" if _mentions(body, "forloop") else "",
            label=f"{name}-{loop.iterable}",
            body=body,
            otherwise=self._block(node.default),
            at=self.at(node.token),
        )

    def _items(self, loop: LoopExpression) -> tree.Expression:
        """The part of the items that a loop is for; `part` also remembers where it stopped, for `offset: continue`."""
        at = self.at(loop.token)
        resumes = isinstance(loop.offset, primitive.StringLiteral) and loop.offset.value == "continue"
        given = {"limit": loop.limit, "offset": None if resumes else loop.offset}
        named = [(key, self.value(value)) for key, value in given.items() if value is not None]
        named += [
            (key, tree.Literal(value=True)) for key, on in (("resumes", resumes), ("backwards", loop.reversed)) if on
        ]
        key = tree.Literal(value=f"{loop.identifier}-{loop.iterable}")
        return tree.Call(function=" part", args=(self.value(loop.iterable), key), named=tuple(named), at=at)

    def _tablerow(self, node: tablerow_tag.TablerowNode) -> tree.Let:
        loop = node.expression
        items, row, cell = tree.Path(root=" items"), tree.Path(root=" row"), "tablerowloop"
        columns = (self.value(loop.cols),) if loop.cols else ()
        here = tree.Call(function=" cell", args=(row, *columns), at=self.at(node.token))
        self.bound.extend((str(loop.identifier), cell))
        body = self._block(node.block)
        del self.bound[-2:]
        column, next_row, is_end = (tree.Path(root=cell, steps=(key,)) for key in ("col", " next", " ends"))
        opened = (tree.Text(text='<td class="col'), tree.Output(value=column), tree.Text(text='">'))
        turn = (tree.Text(text='</tr>\n<tr class="row'), tree.Output(value=next_row), tree.Text(text='">'))
        after = (tree.Text(text="</td>"), tree.Let(name=cell, value=here, body=(tree.If(branches=((is_end, turn),)),)))
        each = tree.For(
            item=str(loop.identifier),
            items=items,
            loop=" row",
            body=(tree.Let(name=cell, value=here, body=(*opened, *body)),),
            after=after,
            at=self.at(node.token),
        )
        some = tree.Call(function=" some", args=(items,))
        table = (tree.Text(text='<tr class="row1">\n'), each, tree.Text(text="</tr>\n"))
        return tree.Let(name=items.root, value=self._items(loop), body=(tree.If(branches=((some, table),)),))

    def _break(self, node: for_tag.BreakNode) -> tree.Break:
        return tree.Break(at=self.at(node.token))

    def _continue(self, node: for_tag.ContinueNode) -> tree.Continue:
        return tree.Continue(at=self.at(node.token))

    def _assign(self, node: assign_tag.AssignNode) -> tree.Assign:
        return tree.Assign(name=str(node.name), value=self.value(node.expression), at=self.at(node.token))

    def _capture(self, node: capture_tag.CaptureNode) -> tree.Capture:
        return tree.Capture(name=str(node.name), body=self._block(node.block), at=self.at(node.token))

    def _ifchanged(self, node: ifchanged_tag.IfChangedNode) -> tree.Body:
        now = tree.Path(root=" changed")
        printed = tree.If(
            branches=((tree.Call(function=" changed", args=(now,)), (tree.Output(value=now, raw=True),)),)
        )
        return (tree.Capture(name=now.root, body=self._block(node.block), at=self.at(node.token)), printed)

    def _cycle(self, node: cycle_tag.CycleNode) -> tree.Output:
        group = self.value(node.group) if node.group else tree.Literal(value="")
        args = (group, *(self.value(each) for each in node.args))
        at = self.at(node.token)
        return tree.Output(value=tree.Call(function=" cycle", args=args, at=at), at=at)

    def _count(self, node: increment_tag.IncrementNode | decrement_tag.DecrementNode) -> tree.Output:
        step = 1 if isinstance(node, increment_tag.IncrementNode) else -1
        args = (tree.Literal(value=str(node.name)), tree.Literal(value=step))
        return tree.Output(value=tree.Call(function=" count", args=args))

    def _include(self, node: include_tag.IncludeNode) -> tree.Body:
        name = self.value(node.name, plain=True)
        given = self._given(node)
        at = self.at(node.name.token)
        allowed = tree.Do(value=tree.Call(function=" may_include", at=self.at(node.token)))
        if node.var is None:
            return (allowed, tree.Include(name=name, given=given, isolated=False, at=at))
        branches: list[tuple[tree.Expression, tree.Body]] = []
        for partial in [str(node.name.value)] if isinstance(node.name, primitive.StringLiteral) else self.partials:
            key = str(node.alias or partial.split(".")[0])
            one = tree.Include(
                name=tree.Literal(value=partial, at=at),
                given=(*given, (key, tree.Path(root=" each"))),
                isolated=False,
                at=at,
            )
            each = tree.For(
                item=" each", items=tree.Call(function=" each", args=(self.value(node.var),)), body=(one,), at=at
            )
            test = tree.Compare(sign="==", left=name, right=tree.Literal(value=partial))
            branches.append((test, (each,)))
        if not branches:
            return (tree.Include(name=name, isolated=False, at=at),)
        return (allowed, tree.If(branches=tuple(branches), otherwise=(tree.Include(name=name, isolated=False, at=at),)))

    def _render(self, node: render_tag.RenderNode) -> tree.Statement:
        if not isinstance(node.name, primitive.StringLiteral):
            raise TemplateError(
                "render takes the name of a partial in quotes",
                hint=f"write '{node.name}'",
                at=self.at(node.name.token),
            )
        at = self.at(node.name.token)
        name = tree.Literal(value=node.name.value, at=at)
        given = self._given(node)
        if node.var is None:
            return tree.Include(name=name, given=given, at=at)
        key = str(node.alias or node.name.value.split(".")[0])
        value, loop = tree.Path(root=" value"), tree.Path(root=" loop")
        once = tree.Include(name=name, given=(*given, (key, value)), at=at)
        if not node.loop:
            return tree.Let(name=value.root, value=self.value(node.var), body=(once,))
        many = tree.For(
            item=" each",
            items=value,
            loop=loop.root,
            label=key,
            body=(tree.Include(name=name, given=(*given, ("forloop", loop), (key, tree.Path(root=" each"))), at=at),),
            at=at,
        )
        test = tree.Call(function=" is_list", args=(value,))
        return tree.Let(
            name=value.root, value=self.value(node.var), body=(tree.If(branches=((test, (many,)),), otherwise=(once,)),)
        )

    def _given(self, node: Any) -> tuple[tuple[str, tree.Expression], ...]:  # noqa: ANN401 - include or render
        return tuple((str(each.name), self.value(each.value)) for each in node.args)

    def _attempt(self, node: AttemptNode) -> tree.Attempt:
        return tree.Attempt(body=self._block(node.block), otherwise=self._block(node.fallback), at=self.at(node.token))

    def _abort(self, node: AbortNode) -> tree.Abort:
        return tree.Abort(reason=tree.Literal(value=node.reason), at=self.at(node.token))

    _statements: ClassVar[Mapping[type, Callable[..., tree.Statement | tree.Body]]] = {
        content.ContentNode: _text,
        output.OutputNode: _output,
        echo_tag.EchoNode: _output,
        if_tag.IfNode: _if,
        unless_tag.UnlessNode: _if,
        case_tag.CaseNode: _case,
        for_tag.ForNode: _for,
        tablerow_tag.TablerowNode: _tablerow,
        for_tag.BreakNode: _break,
        for_tag.ContinueNode: _continue,
        assign_tag.AssignNode: _assign,
        capture_tag.CaptureNode: _capture,
        ifchanged_tag.IfChangedNode: _ifchanged,
        cycle_tag.CycleNode: _cycle,
        increment_tag.IncrementNode: _count,
        decrement_tag.DecrementNode: _count,
        include_tag.IncludeNode: _include,
        render_tag.RenderNode: _render,
        AttemptNode: _attempt,
        AbortNode: _abort,
    }


def _distinct(tests: list[tree.Compare]) -> list[tree.Expression]:
    """Tests of which at most one can hold are one test: the body is needed once."""
    values = [test.right.value for test in tests if isinstance(test.right, tree.Literal)]
    if (
        len(values) == len(tests) > 1
        and all(isinstance(each, str) for each in values)
        and len(set(values)) == len(values)
    ):
        return [tree.Or(parts=tuple(tests), at=tests[0].at)]
    return list(tests)


def _mentions(body: tree.Body, name: str) -> bool:
    """Whether the body may look at a name: in itself, or in a partial that shares its names."""
    for node in tree.walk(body):
        if isinstance(node, tree.Path) and node.root in {name, ""}:
            return True
        if isinstance(node, tree.Include) and not node.isolated:
            return True
    return False
