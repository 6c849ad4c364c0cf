"""Writes loops, and the rounds of those that many people share."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded
from envoi.templates import tree
from envoi.templates.fragments import Rounds, Shared, shared
from envoi.templates.limits import LOOPS
from envoi.templates.writer import Print, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.templates.dialect import Dialect

#: Begins the name by which a partial knows the loop that it stands in.
AROUND = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A round of a loop that is a function of its own."""

    name: str
    #: The Python name of the rounds that are kept.
    of: str
    loop: tree.For
    part: Shared
    #: Whether a `Capture` keeps what it prints.
    kept: bool


class Loops(Writer):
    """Writes loops."""

    def __init__(self, dialect: Dialect, how: Print) -> None:
        super().__init__(dialect, how)
        #: How many loops are around what is being written.
        self.around = 0
        #: Functions yet to be written, and their arguments.
        self._rounds: list[tuple[_Round, list[str]]] = []

    def write_for(self, node: tree.For) -> None:
        """A loop and what is printed where it has no items."""
        items = self.name()
        part = shared(node, self.dialect)
        weight = sum(1 for _ in tree.walk(node.body))
        self.line(f"{items} = run.loop({self.note(node.at)}items({self.value(node.items)}), {weight})")
        with self._looping(node):
            if part or node.otherwise:
                self.line(f"if {items}:")
                with self.inside():
                    self._rounds_of(node, items, part)
            else:
                self._rounds_of(node, items, part)
        if node.otherwise:
            self.block("else:", node.otherwise)

    def _rounds_of(self, node: tree.For, items: str, part: Shared | None) -> None:
        item = self.name()
        bound = {node.item: item} | ({node.loop: self._loop(node, items)} if node.loop else {})
        if not part:
            self._each(node, items, bound)
            return
        rounds = self.name()
        self.names[rounds] = Rounds(self.dialect.missing, is_ordered=part.order is not None)
        one = _Round(name=self.name(), of=rounds, loop=node, part=part, kept=self.kept)
        self._rounds.append((one, list(bound.values())))
        self._each_shared(node, items, bound, one)

    def _each(self, node: tree.For, items: str, bound: dict[str, str]) -> None:
        with self._round(node, items, bound):
            if node.after:
                self.block("try:", node.body)
                self.block("finally:", node.after)
            else:
                self.body(node.body)
                self.line("pass")

    def _each_shared(self, node: tree.For, items: str, bound: dict[str, str], one: _Round) -> None:
        """Looks for what a round of the same inputs printed before, for whomever."""
        values, types, kept, given = self.name(), self.name(), self.name(), list(bound.values())
        holes = [self.name() for _ in one.part.holes]
        for hole, value in zip(holes, one.part.holes, strict=True):  # plain texts: `Markup.join` escapes what it joins
            self.line(f"{hole} = str({self.once(value, self.output, kept=self.kept)})")
        self.line(f"{one.of}.asked += len({items})")
        with self._round(node, items, bound):
            self.line(f"{kept} = None")
            self.line(f"if {one.of}.pays:")
            with self.inside():
                self._inputs(values, types, one.part, given[0])
                self.line(f"try: {kept} = {one.of}.get({values})")
                self.line(f"except TypeError: {values} = None  # a list or a mapping is no key")
                self.line(f"if {kept} is not None and {kept}[0] == {types}: {kept} = {kept}[1]")
                self.line(f"elif {one.of}.again({values}):")
                self.line(f"    {kept} = made(run, {one.of}, {values}, {one.name}, {', '.join(given)})")
                self.line(f"else: {kept} = None")
            self.block(f"if {kept} is None:", node.body)
            self.line("else:")
            with self.inside():
                self.print(self._filled(kept, holes, one.part.order))

    def _filled(self, kept: str, holes: list[str], order: tuple[int, ...] | None) -> list[str]:
        """What a kept round prints around the holes."""
        if order is None:
            return [f"fill({kept}, ({', '.join(holes)},))"]
        first, *others = [self.name() for _ in range(len(order) + 1)]
        self.line(f"{', '.join([first, *others])}, = {kept}")
        return [first, *(each for hole, text in zip(order, others, strict=True) for each in (holes[hole], text))]

    @contextmanager
    def _round(self, node: tree.For, items: str, bound: dict[str, str]) -> Iterator[None]:
        """Around what is done for each item."""
        self.line(f"for {bound[node.item]} in {items}:")
        with self.inside(), self.bound(bound):
            if node.loop:
                self.line(f"{bound[node.loop]}.index0 += 1")
            yield

    def _loop(self, node: tree.For, items: str) -> str:
        loop = self.name()
        parent = self.scope.get(node.loop) or f"v.get({self.constant(AROUND + node.loop)}, missing)"
        self.line(f"{loop} = Loop(len({items}), {self.constant(node.label)}, {parent})")
        self.loops.add(loop)
        return loop

    def _inputs(self, values: str, types: str, part: Shared, item: str) -> None:
        """Puts the values and the types of the inputs under these names."""
        with self.perhaps():
            one_by_one = f"({', '.join(self.value(each) for each in part.inputs)},)"
        if part.fields:
            # One that lacks a field is as usual as one that has it, and no exception.
            get = self.name()
            fields = ", ".join(f"{get}({self.constant(key)}, missing)" for key in part.fields)
            self.line(f"if type({item}) is dict: {get} = {item}.get; {values} = ({fields})")
            self.line(f"else: {values} = {one_by_one}")
        else:
            self.line(f"{values} = {one_by_one}")
        each = [self.name() for _ in part.inputs]
        self.line(f"{', '.join(each)}, = {values}")
        self.line(f"{types} = ({', '.join(f'type({name})' for name in each)},)")

    def functions_of_rounds(self) -> None:
        """The functions that shared rounds call."""
        for one, given in self._rounds:
            self._function_of_round(one, given)

    def _function_of_round(self, one: _Round, given: list[str]) -> None:
        """A function that prints one round, with numbers for its holes."""
        self.kept = one.kept
        self.holes = {hole: number for number, hole in enumerate(one.part.holes)}
        self.line(f"def {one.name}(run, {', '.join(given)}):")
        names = dict(zip((one.loop.item, one.loop.loop), given, strict=False))
        with self.elsewhere(), self.inside(), self.bound(names):
            self.line("out = []; out_add = out.append; left = run.output")
            self.body(one.loop.body)
            self.line("return out")
        self.holes = {}

    def write_hole(self, node: tree.Output) -> None:
        """The number of what is each person's own."""
        self.line(f"{self.out}_add({self.holes[node]})")

    @contextmanager
    def _looping(self, node: tree.For) -> Iterator[None]:
        self.around += 1
        if self.around > LOOPS:
            raise LimitExceeded(f"loops are nested more than {LOOPS} deep", at=node.at)
        yield
        self.around -= 1
