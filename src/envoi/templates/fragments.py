"""Loops whose rounds many people share: a product's lines are printed once, and joined around what is each person's.

A loop can be shared if what its body prints depends on fields of its item alone, besides outputs that are the same in
all rounds: the holes. Its rounds are then kept by the values of those fields, not by the item: nobody has to promise
that data stay as they are, and an item that changes is another one.

    {% for p in products %}<a href="/{{ p.slug }}?for={{ person.token }}">{{ p.title }}</a>{% endfor %}

has the inputs `p.slug` and `p.title` and the hole `person.token`; ("pear", "Pears") gives '<a href="/pear?for=', 0,
'">Pears</a>', for everyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from envoi.templates import tree
from envoi.templates.names import is_pure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from envoi.templates.dialect import Dialect
    from envoi.templates.limits import Run

    #: Texts, and the numbers of the holes between them.
    Pieces = tuple[str | int, ...]
    #: The values of the inputs, and the type of each: 1, 1.0 and true are equal, and print differently.
    Values = tuple[Any, ...]
    Types = tuple[type, ...]

#: Of values of other types, equal ones may print differently: Decimal("1") and Decimal("1.0"), noon here and there.
_EXACT = frozenset({str, int, bool, type(None), Markup})
#: New rounds after which it shows whether they come again.
_TRIED = 10_000
#: Rounds that are remembered to have been here once.
_SEEN = 100_000
#: Characters that the rounds of one loop keep; then it begins anew.
_KEPT = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What is shared of a loop."""

    #: The paths on which what a round prints depends: all begin with the loop's own names.
    inputs: tuple[tree.Path, ...]
    holes: tuple[tree.Output, ...]
    #: The numbers of the holes as every round prints them; None if rounds differ in that.
    order: tuple[int, ...] | None
    #: The keys of the item that are the inputs, if there are several and nothing else: then one look brings them all.
    fields: tuple[str, ...]


class Rounds(dict["Values", "tuple[Types, Pieces]"]):
    """What rounds of one loop printed, by the values of their inputs; it holds for those types of them."""

    def __init__(self, missing: object, *, is_ordered: bool) -> None:
        """Before the first round; `is_ordered` if all print the same holes in the same order."""
        super().__init__()
        self._missing = missing
        self._size = 0
        self._seen: set[int] = set()
        self._new = 0
        #: How many rounds there were.
        self.asked = 0
        #: Whether enough of them come again; else nobody looks for them any more.
        self.pays = True
        self.is_ordered = is_ordered

    def again(self, values: Values | None) -> bool:
        """Whether such a round was here before: only then is it worth keeping."""
        # Their hash is enough: what is taken for another is only kept one time sooner.
        mark = values.__hash__()
        if values is None or mark in self._seen:
            return values is not None
        if len(self._seen) > _SEEN:
            self._seen.clear()
        self._seen.add(mark)
        self._new += 1
        self.pays = self._new < _TRIED or self._new < self.asked / 2
        return False

    def keep(self, values: Values, kept: Pieces) -> None:
        """Keeps one more, if equal inputs print equal texts, and if need be instead of all before."""
        for each in values:
            kind = type(each)
            if kind not in _EXACT and each is not self._missing and not (kind is float and each):
                return
        self._size += sum([len(each) for each in (*kept, *values) if isinstance(each, str)])
        if self._size > _KEPT:
            self.clear()
            self._size = 0
        self[values] = (tuple(map(type, values)), kept)


def shared(loop: tree.For, dialect: Dialect) -> Shared | None:
    """What can be shared of a loop, or None if it sets or asks for something that rounds do not have in common."""
    if loop.after or not is_pure(loop.body, dialect):
        return None
    if not all(isinstance(node, tree.Text | tree.Output | tree.If) for node in _statements(loop.body)):
        return None
    own = {loop.item, loop.loop} - {""}
    holes = tuple(dict.fromkeys(_holes(loop.body, own)))
    inputs = tuple(dict.fromkeys(_paths(loop.body, set(holes))))
    if not inputs or not all(path.root in own and all(isinstance(step, str) for step in path.steps) for path in inputs):
        return None
    keys = [path.steps[0] for path in inputs if path.root == loop.item and len(path.steps) == 1]
    fields = tuple(str(key) for key in keys if key not in dialect.own_keys)
    fields = fields if 1 < len(fields) == len(inputs) else ()
    return Shared(inputs=inputs, holes=holes, order=_order(loop.body, holes), fields=fields)


def made(run: Run, rounds: Rounds, values: Values, print_round: Callable[..., Pieces], *given: object) -> Pieces:
    """What a round prints; kept if it cost no more than its output, so that budgets count the same for everyone.

    Of rounds that all print the same holes, that is the texts around them.
    """
    steps = run.steps
    new = pieces(print_round(run, *given))
    if rounds.is_ordered:
        new = new[::2]
    if run.steps == steps:
        rounds.keep(values, new)
    return new


def pieces(printed: Sequence[str | int]) -> Pieces:
    """What a round printed: a text, then a hole and a text as often as there are holes.

    >>> pieces(["a", "b", 0, "c", 1])
    ('ab', 0, 'c', 1, '')
    """
    texts, new = list[str](), list[str | int]()
    for each in printed:
        if isinstance(each, int):
            new += ["".join(texts), each]
            texts.clear()
        else:
            texts.append(each)
    return (*new, "".join(texts))


def fill(kept: Pieces, holes: Sequence[str]) -> str:
    """A round for one person.

    >>> fill(("ab", 0, "c", 1, ""), ["!", "?"])
    'ab!c?'
    """
    return "".join([holes[each] if type(each) is int else each for each in kept])  # type: ignore[misc]


def _statements(body: tree.Body) -> Iterator[tree.Node]:
    for node in body:
        yield node
        if isinstance(node, tree.If):
            for inner in tree.bodies(node):
                yield from _statements(inner)


def _holes(body: tree.Body, own: set[str], *, always: bool = True) -> Iterator[tree.Output]:
    """Outputs without the loop's own names. One that may not run must not be able to fail when it is made before."""
    for node in body:
        if isinstance(node, tree.Output):
            roots = {each.root for each in tree.walk(node) if isinstance(each, tree.Path)}
            if roots and not roots & own and (always or isinstance(node.value, tree.Path)):
                yield node
        elif isinstance(node, tree.If):
            for inner in tree.bodies(node):
                yield from _holes(inner, own, always=False)


def _order(body: tree.Body, holes: Sequence[tree.Output]) -> tuple[int, ...] | None:
    if any(inner in holes for node in body if isinstance(node, tree.If) for inner in tree.walk(node)):
        return None
    return tuple(holes.index(node) for node in body if isinstance(node, tree.Output) and node in holes)


def _paths(part: object, holes: set[tree.Output]) -> Iterator[tree.Path]:
    """The paths outside of the holes."""
    if isinstance(part, tree.Path):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _paths(each, holes)
    elif isinstance(part, tree.Node) and part not in holes:
        yield from _paths(tree.parts(part), holes)
