"""How long a mail's HTML gets on its longest branch: Gmail clips what is long, and with it the way to unsubscribe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.templates import tree
from envoi.templates.check.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.templates.program import Program

#: Gmail hides what comes after.
CLIPPED_BYTES = 102 * 1024
#: Where nothing is known of a list, it has one item.
_ONE = 1
_NONE: Mapping[str, tree.Body] = {}


def clipped(html: Program, longest: Mapping[str, int]) -> Iterator[Problem]:
    """Whether the longest branch is longer than Gmail shows; `longest` says how many items lists have at most."""
    size = bytes_of(html.body, longest, html.partials)
    if size > CLIPPED_BYTES:
        most = CLIPPED_BYTES // 1024
        what = f"its HTML is {size // 1024} KB on its longest branch, before anyone's data: Gmail shows {most}"
        yield Problem(severity="warning", what=what, hint="use fewer or simpler sections")


def bytes_of(body: tree.Body, longest: Mapping[str, int], partials: Mapping[str, tree.Body] = _NONE) -> int:
    """The most bytes that the texts of a template and its partials can come to; values count nothing.

    >>> one, two = (tree.Text(text="é"),), (tree.Text(text="abc"),)
    >>> items = tree.Path(root="list")
    >>> loop = tree.For(item="i", items=items, body=one)
    >>> bytes_of((tree.If(branches=((items, one),), otherwise=two), loop), {"list": 5})
    13
    """
    return sum(_bytes(node, longest, partials) for node in body)


def _bytes(node: tree.Statement, longest: Mapping[str, int], partials: Mapping[str, tree.Body]) -> int:
    def most(*bodies: tree.Body) -> int:
        return max(bytes_of(body, longest, partials) for body in bodies)

    if isinstance(node, tree.Text):
        return len(node.text.encode())
    if isinstance(node, tree.If):
        return most(*tree.bodies(node))
    if isinstance(node, tree.For):
        path = node.items if isinstance(node.items, tree.Path) else tree.Path(root="")
        name = ".".join([path.root, *(step for step in path.steps if isinstance(step, str))])
        return max(longest.get(name, _ONE) * most((*node.body, *node.after)), most(node.otherwise))
    if isinstance(node, tree.Let | tree.Attempt):
        return most(node.body, () if isinstance(node, tree.Let) else node.otherwise)
    if isinstance(node, tree.Include) and isinstance(node.name, tree.Literal) and node.name.value in partials:
        name = str(node.name.value)
        # One that prints itself counts once.
        others = {other: body for other, body in partials.items() if other != name}
        return bytes_of(partials[name], longest, others)
    return 0
