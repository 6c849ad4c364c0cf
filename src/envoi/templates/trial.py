"""Tells of most mails without printing them that nothing in them fails: only what can fail is run.

Texts cannot fail, nor can what prints a short plain value; filters, comparisons and budgets can. So a template is
stripped of the former, and what is left is run for each person:

    Dear {{ person.first_name }}, {% if person.points %}you have {{ person.points | times: 2 }} points{% endif %}

leaves `{% if person.points %}{{ person.points | times: 2 }}{% endif %}`. A loop over a list of the data whose rounds
ask for nothing but their item is tried once an item, whoever gets it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from envoi.errors import TemplateError
from envoi.templates import tree
from envoi.templates.limits import KEPT, OUTPUT, ROUNDS, STEPS, Run
from envoi.templates.names import is_pure
from envoi.templates.runtime import MISHAPS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from envoi.templates.mail import MailTemplate
    from envoi.templates.program import Program

#: A plain value has at most so many letters, or is a number below; one letter prints as so many in HTML, and a sure
#: function makes so many of it.
_LONGEST, _LARGEST, _WIDEST, _GROWS = 300, 1 << 64, 6, 3
#: What is done for so many letters counts as one step at most.
_A_STEP = 100
#: What printing a mail can raise.
FAILURES = (TemplateError, MemoryError, RecursionError, *MISHAPS)
#: Items that are remembered.
_REMEMBERED = 100_000


class Trial:
    """Tries the mails of one template; what it remembers of items holds while nobody changes them."""

    def __init__(self, mail: MailTemplate) -> None:
        self._mail = mail
        self._parts = [_Strip(piece.template) for piece in (mail.html, mail.text)]
        #: By name, the ways from it to what is left out.
        self._ways: dict[str, set[tuple[str, ...]]] = {}
        for part in self._parts:
            for name, ways in part.ways.items():
                self._ways.setdefault(name, set()).update(ways)
        #: What can fail of the rounds of loops, by the name of their list.
        self._rounds: dict[str, list[_Round]] = {}
        for part in self._parts:
            for name, rounds in part.rounds.items():
                self._rounds.setdefault(name, []).extend(rounds)
        self._fixed = {name: value for part in self._parts for name, value in part.left.fixed.items()}
        #: By the identity of an item: the item, and how many letters are printed for it; None if it is not sure.
        self._tried: dict[int, tuple[object, int | None]] = {}
        self._is_possible = all(part.is_whole for part in self._parts) and all(
            self._is_plain(name, value) for name, value in self._fixed.items()
        )

    def passes(self, data: Mapping[str, object]) -> bool:
        """Whether `render` surely neither fails on these data nor has to replace anything; if not sure, False."""
        try:
            lined = self._mail.lined(data) if self._is_possible else None
            return lined is not None and not lined.setbacks and self._passes(lined.data)
        except FAILURES:
            return False

    def prints_alone(self, names: Collection[str]) -> bool:
        """Whether the mail does no more with these names than to print them: then any short values pass alike."""
        mail = self._mail
        lines = [mail.subject.template, *([mail.preview.template] if mail.preview else [])]
        rounds = [each.program for some in self._rounds.values() for each in some]
        bodies = [each.body for each in (*lines, *rounds)]
        bodies += [body for part in self._parts for body in (part.left.body, *part.left.reached().values())]
        asked = {node.root for body in bodies for node in tree.walk(body) if isinstance(node, tree.Path)}
        return asked.isdisjoint({"", *names})

    def _passes(self, data: Mapping[str, object]) -> bool:
        names = {**data, **self._fixed}
        for name in data.keys() - self._fixed.keys():
            if not self._is_plain(name, data[name]):
                return False
        letters = 0
        for name, rounds in self._rounds.items():
            items: Any = names.get(name)
            if type(items) is not list:
                return False
            for item in items:
                tried = self._tried.get(id(item))
                _, printed = self._try(rounds, item) if tried is None else tried
                if printed is None:
                    return False
                letters += printed
        return all([part.fits(names, letters) for part in self._parts])  # noqa: C419 - sooner than a generator

    def _is_plain(self, name: str, value: object) -> bool:
        """Whether whatever is left out of it is a short plain value."""
        ways = self._ways.get(name)
        if not ways or (type(value) is dict and () not in ways and _are_short(value)) or _is_short(value):
            return True
        return all(any(part.finds_short(value, way) for part in self._parts) for way in ways)

    def _try(self, rounds: Sequence[_Round], item: object) -> tuple[object, int | None]:
        printed = [each.letters(item) for each in rounds] if _is_short_item(item) else [None]
        if len(self._tried) > _REMEMBERED:
            self._tried.clear()
        found = (item, None if None in printed else sum(each or 0 for each in printed))
        self._tried[id(item)] = found
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What can fail of a loop's rounds, of which each depends on its item alone."""

    item: str
    program: Program

    def letters(self, item: object) -> int | None:
        """How many letters it prints for an item; None if it fails, or costs more than its output."""
        run = Run({self.item: item})
        try:
            self.program.part(run.data, run, [])
        except FAILURES:
            return None
        is_simple = (run.rounds, run.kept, run.setbacks) == (ROUNDS, KEPT, [])
        return OUTPUT - run.output + _A_STEP * (STEPS - run.steps) if is_simple else None


class _Strip:
    """Takes out of a template what cannot fail, and counts what that can print."""

    def __init__(self, program: Program) -> None:
        nodes = list(tree.walk(program.body))
        #: Nodes of the whole.
        self.nodes = len(nodes)
        #: Otherwise a partial may set any name.
        self.is_whole = not any(isinstance(node, tree.Include) and not node.isolated for node in nodes)
        self._program = program
        set_ = {node.name for node in nodes if isinstance(node, tree.Assign | tree.Capture | tree.Let)}
        loops = [node for node in nodes if isinstance(node, tree.For)]
        #: Names of which nobody knows what they hold.
        self._unknown = {"", *set_, *(loop.item for loop in loops), *(loop.loop for loop in loops)}
        lists = [loop for loop in loops if self._is_known(loop.items) and not loop.items.steps]  # type: ignore[union-attr]
        others = {loop.item for loop in loops if loop not in lists} | set_ | {loop.loop for loop in loops}
        #: Names that hold an item of a list of the data wherever they stand in a loop over it.
        self._items = {loop.item for loop in lists} - others
        self._lists = [loop for loop in lists if loop.item in self._items]
        self._depth = 0
        self.rounds: dict[str, list[_Round]] = {}
        #: By name, the ways from it to what is left out.
        self.ways: dict[str, set[tuple[str, ...]]] = {}
        #: The most that is printed of what is left out: outside of loops, and in a round of each.
        self.letters = {False: 0, True: 0}
        #: What can fail.
        self.left = self._of(self.body(program.body))

    def fits(self, names: Mapping[str, object], letters: int) -> bool:
        """Whether what can fail runs with these names, and the whole stays far within all budgets.

        `letters`: what rounds that are not run here print at most.
        """
        run = Run(names)
        if self.left.body:
            self.left.part(dict(names) if self.left.sets else names, run, [])
        rounds = ROUNDS - run.rounds
        for name in self.rounds:
            rounds += len(names[name])  # type: ignore[arg-type]
        letters += self.letters[False] + rounds * self.letters[True]
        steps = letters // _A_STEP + rounds * self.nodes
        return not run.setbacks and rounds < ROUNDS and letters < run.output and steps < run.steps

    def finds_short(self, value: object, way: tuple[str, ...]) -> bool:
        """Whether what lies there is plain and short, or missing."""
        dialect = self._program.dialect
        for step in way:
            value = dialect.item(value, step)
        return value is dialect.missing or _is_short(value)

    def _of(self, body: tree.Body) -> Program:
        return self._program.rewritten(lambda whole, file: whole if file else body, {})

    def body(self, body: tree.Body) -> tree.Body:
        """What can fail of it."""
        return tuple(left for node in body for left in self._statement(node))

    def _statement(self, node: tree.Statement) -> Iterator[tree.Statement]:
        if isinstance(node, tree.Text):
            self._count(len(node.text))
        elif isinstance(node, tree.Output) and self._prints(node.value):
            self._count_value(node.value)
        elif isinstance(node, tree.If):
            yield from self._if(node)
        elif isinstance(node, tree.For):
            yield from self._for(node)
        elif isinstance(node, tree.Let):
            yield replace(node, body=self.body(node.body))
        elif isinstance(node, tree.Attempt):
            body, otherwise = self.body(node.body), self.body(node.otherwise)
            if body:
                yield replace(node, body=body, otherwise=otherwise)
        else:
            yield node

    def _if(self, node: tree.If) -> Iterator[tree.Statement]:
        branches = tuple((test, self.body(body)) for test, body in node.branches)
        otherwise = self.body(node.otherwise)
        if otherwise or any(body or not self._is_sure(test) for test, body in branches):
            yield replace(node, branches=branches, otherwise=otherwise)

    def _for(self, node: tree.For) -> Iterator[tree.Statement]:
        self._depth += 1
        body, otherwise, after = (self.body(each) for each in (node.body, node.otherwise, node.after))
        self._depth -= 1
        is_over_list = any(node is each for each in self._lists)
        # Its items are looked at in any case: what is left out takes them for short.
        tried = self.rounds.setdefault(node.items.root, []) if is_over_list else []  # type: ignore[union-attr]
        is_alone = is_over_list and not (self._depth or otherwise or node.after)
        if is_alone and self._is_of_item(node, body):
            tried.append(_Round(item=node.item, program=self._of(body)))
        else:
            yield replace(node, body=body, otherwise=otherwise, after=after)

    def _is_of_item(self, node: tree.For, body: tree.Body) -> bool:
        """Whether what is left of a loop's rounds asks for its item alone, and does nothing but print."""
        inner = list(tree.walk(body))
        roots = {each.root for each in inner if isinstance(each, tree.Path)}
        kinds = (tree.Output, tree.If, tree.Text, *tree.EXPRESSIONS)
        return (
            roots <= {node.item}
            and all(isinstance(each, kinds) for each in inner)
            and is_pure(body, self._program.dialect)
        )

    def _prints(self, value: tree.Expression) -> bool:
        """Whether it is a plain value, or what a function surely makes of such; notes what then must be so."""
        if isinstance(value, tree.Literal):
            return _is_short(value.value)
        if isinstance(value, tree.Call):
            function = self._program.dialect.functions.get(value.function)
            is_sure = function is not None and not value.named and len(value.args) <= function.sure
            self._count_value(value)
            return is_sure and all(map(self._prints, value.args))
        if not isinstance(value, tree.Path) or not (self._is_known(value) or self._is_of_an_item(value)):
            return False
        # Of an item too: outside of its loop its name may be another's.
        self.ways.setdefault(value.root, set()).add(value.steps)  # type: ignore[arg-type]
        return True

    def _is_sure(self, test: tree.Expression) -> bool:
        """Whether asking it cannot fail."""
        if isinstance(test, tree.And | tree.Or):
            return all(map(self._is_sure, test.parts))
        if isinstance(test, tree.Not):
            return self._is_sure(test.value)
        if isinstance(test, tree.Compare):
            return (
                test.sign in self._program.dialect.sure_signs and self._prints(test.left) and self._prints(test.right)
            )
        return self._is_known(test) or self._prints(test)

    def _is_known(self, value: tree.Expression) -> bool:
        """Whether it is what the data hold there."""
        return isinstance(value, tree.Path) and value.root not in self._unknown and _is_plain_way(value)

    def _is_of_an_item(self, value: tree.Path) -> bool:
        return value.root in self._items and bool(value.steps) and _is_plain_way(value)

    def _count_value(self, value: tree.Expression) -> None:
        calls = sum(isinstance(each, tree.Call) for each in tree.walk(value))
        self._count(_LONGEST * _WIDEST * _GROWS**calls)

    def _count(self, letters: int) -> None:
        self.letters[self._depth > 0] += letters


def _is_plain_way(path: tree.Path) -> bool:
    return all(isinstance(step, str) for step in path.steps)


def _is_short(value: Any) -> bool:  # noqa: ANN401 - any value
    kind = type(value)
    if kind is str:
        return len(value) <= _LONGEST
    if kind is int:
        return bool(-_LARGEST < value < _LARGEST)
    return value is None or kind is float or kind is bool or kind is datetime


def _are_short(values: dict[str, object]) -> bool:
    # Most are texts: a call less. And a list, which is done sooner than a generator.
    return all([len(each) <= _LONGEST if type(each) is str else _is_short(each) for each in values.values()])  # noqa: C419


def _is_short_item(item: object) -> bool:
    return type(item) is dict and _are_short(item)
