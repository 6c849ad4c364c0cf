"""One tree for all dialects: what a template does, whatever language it is written in.

A front end turns its dialect into this tree; `compile` turns the tree into Python. Names that a loop or a `Let` binds
are found by looking outwards through the tree; every other name is looked up among what `Assign` and `Capture` set and
what the data bring. How a value prints, compares or counts as true is not in the tree: that is `dialect.Dialect`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from envoi.errors import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything in the tree; `at` is where its author wrote it, and takes no part in comparing trees."""

    at: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Literal(Node):
    """A value the author wrote; 1, 1.0 and true are three."""

    value: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self._mark() == other._mark()

    def __hash__(self) -> int:
        return self._mark().__hash__()

    def _mark(self) -> tuple[type, str]:
        return type(self.value), repr(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """A name and the way from it: `person.address["city"]`; the root "" is all the data."""

    root: str
    #: Keys; one that is an expression is looked up first.
    steps: tuple[str | int | Expression, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function of the dialect: a filter, a helper."""

    function: str
    args: tuple[Expression, ...] = ()
    named: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """Two values and a sign of `Dialect.compare`, such as "=="."""

    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    """True if all are; those behind a false one are not looked at."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    """True if one is; those behind a true one are not looked at."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """The opposite of what the value counts as."""

    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Node):
    """One of two values; the other is not looked at."""

    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """What is printed as it stands."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Node):
    """A value, printed: escaped for HTML where the dialect escapes, or `raw`."""

    value: Expression
    raw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Node):
    """A call for what it does; its value is not printed."""

    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Node):
    """The body of the first test that holds, or else `otherwise`."""

    branches: tuple[tuple[Expression, Body], ...]
    otherwise: Body = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class For(Node):
    """The body once for each item; a part of the items, backwards or from where another loop stopped, is a call."""

    #: The name of the item, in the body only.
    item: str
    #: Made a sequence by `Dialect.items`.
    items: Expression
    body: Body
    #: Printed when there are no items.
    otherwise: Body = ()
    #: The name of the `Loop`: index, first, last...; "" if none.
    loop: str = ""
    #: What the `Loop` says is its name.
    label: str = ""
    #: Printed after each round, also one that `Break` or `Continue` cut short.
    after: Body = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break(Node):
    """Leaves the innermost loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue(Node):
    """Goes to the next round of the innermost loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Node):
    """A name for a value, in the body only; the value is looked up once."""

    name: str
    value: Expression
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Node):
    """A name for a value, from here to the end of the template."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Node):
    """A name for what the body prints, from here to the end of the template; it counts as escaped."""

    name: str
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Include(Node):
    """Another template, here."""

    name: Expression
    #: Names that it sees besides.
    given: tuple[tuple[str, Expression], ...] = ()
    #: It sees the data and `given` only; else it also sees and sets the names of this place.
    isolated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Node):
    """A body that may fail on a person's data: then its output is dropped, `otherwise` printed, the reason kept."""

    body: Body
    otherwise: Body = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort(Node):
    """This person gets no mail."""

    reason: Expression


Expression = Literal | Path | Call | Compare | And | Or | Not | Choose
Statement = Text | Output | Do | If | For | Break | Continue | Let | Assign | Capture | Include | Attempt | Abort
Body = tuple[Statement, ...]
EXPRESSIONS = (Literal, Path, Call, Compare, And, Or, Not, Choose)
STATEMENTS = (Text, Output, Do, If, For, Break, Continue, Let, Assign, Capture, Include, Attempt, Abort)
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(each.name for each in fields(kind) if each.name != "at") for kind in (*EXPRESSIONS, *STATEMENTS)
}
_T = TypeVar("_T")
_N = TypeVar("_N", bound=Node)


def bodies(node: If) -> tuple[Body, ...]:
    """Those of its branches, and what else it prints."""
    return (*(body for _, body in node.branches), node.otherwise)


def walk(part: object) -> Iterator[Node]:
    """Every node in a node or body, in the order of the template.

    >>> [type(node).__name__ for node in walk((Text(text="a"), Output(value=Path(root="b"))))]
    ['Text', 'Output', 'Path']
    """
    ahead = [part]
    while ahead:
        here = ahead.pop()
        if isinstance(here, Node):
            yield here
            ahead.extend(reversed(parts(here)))
        elif isinstance(here, tuple):
            ahead.extend(reversed(here))


def is_larger(body: object, *, nodes: int, depth: int) -> bool:
    """Whether it has more nodes, or more in each other, than that; one that stands in several places counts in each.

    >>> is_larger((Text(text="a"), Text(text="b")), nodes=1, depth=9)
    True
    """
    level: list[Any] = [body]
    for _ in range(depth):
        inner = [part for each in level for part in (parts(each) if isinstance(each, Node) else each)]
        level = [each for each in inner if isinstance(each, Node | tuple)]
        nodes -= sum(isinstance(each, Node) for each in level)
        if not level or nodes < 0:
            return nodes < 0
    return True


def parts(node: Node) -> tuple[object, ...]:
    """What a node is made of, besides its place."""
    return tuple(getattr(node, name) for name in _FIELDS[type(node)])


def change(part: _T, how: Callable[[Node], Node]) -> _T:
    """The same tree with every node put through `how`, the inner ones first.

    >>> change((Output(value=Path(root="FNAME")),), lambda node: Path(root="x") if isinstance(node, Path) else node)
    (Output(value=Path(root='x', steps=()), raw=False),)
    """
    if isinstance(part, tuple):
        return tuple(change(each, how) for each in part)  # type: ignore[return-value]
    if not isinstance(part, Node):
        return part
    return how(rebuilt(part, lambda inner: change(inner, how)))  # type: ignore[return-value]


def rebuilt(node: _N, how: Callable[[object], object]) -> _N:
    """The same node, each of its parts put through `how`."""
    new: dict[str, Any] = {name: how(getattr(node, name)) for name in _FIELDS[type(node)]}
    return replace(node, **new)


def renamed(body: Body, names: Mapping[str, str]) -> Body:
    """The template with a project's own names for the data: {"FNAME": "person.first_name"}.

    >>> renamed((Output(value=Path(root="FNAME")),), {"FNAME": "person.first_name"})
    (Output(value=Path(root='person', steps=('first_name',)), raw=False),)
    """

    def rename(node: Node) -> Node:
        if not isinstance(node, Path) or node.root not in names:
            return node
        root, *steps = names[node.root].split(".")
        return replace(node, root=root, steps=(*steps, *node.steps))

    return change(body, rename) if names else body
