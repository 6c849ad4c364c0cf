"""Writes the lines of compiled code, and what it prints."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from markupsafe import Markup

from envoi.errors import LimitExceeded
from envoi.templates import tree
from envoi.templates.expressions import Expressions
from envoi.templates.limits import NESTING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envoi.templates.dialect import Dialect

#: Values that are joined before they are counted against the budget; an `if` among them may choose between so many.
_TOGETHER, _CHOICES = 32, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """How a template prints."""

    #: Values are escaped for HTML.
    escapes: bool = True
    #: How each piece of the output is encoded; what a `Capture` keeps never is.
    encode: Callable[[str], str] | None = None
    #: The name of the file, for errors.
    file: str = ""


class Writer(Expressions):
    """Writes bodies; how each kind of statement is written is a table of those who know it."""

    statements: ClassVar[Mapping[type, Callable[..., None]]] = {}

    def __init__(self, dialect: Dialect, how: Print) -> None:
        super().__init__(dialect)
        self.names["items"] = dialect.items
        self.names["markup"] = dialect.markup if how.escapes else dialect.text
        self.names["safe"] = Markup if how.escapes else str
        self.names["encode"] = how.encode
        self.lines: list[str] = []
        #: The Python name of the list that takes what is printed here, and whether a `Capture` keeps it.
        self.out = "out"
        self.kept = False
        #: Outputs of a shared round that are each person's own, and their numbers.
        self.holes: Mapping[tree.Node, int] = {}
        self._how = how
        self._indent = 0

    def body(self, body: tree.Body) -> None:
        """Each statement; texts, outputs and what an `if` chooses of them are printed together."""
        together: list[str] = []
        values = 0
        for node in body:
            count = self._values(node)
            if values + count > _TOGETHER:
                self.print(together)
                together, values = [], 0
            if count <= _TOGETHER:
                together.append(self._text(node))
                values += count
            else:
                self.statements[type(node)](self, node)
        self.print(together)

    def _values(self, node: tree.Node) -> int:
        """How many values a statement prints at most; more than can be joined if it does something else."""
        if isinstance(node, tree.Text):
            return 0
        if isinstance(node, tree.Output) and node not in self.holes:
            return 1
        if isinstance(node, tree.If) and len(node.branches) <= _CHOICES:
            return sum(self._values(each) for body in tree.bodies(node) for each in body)
        return _TOGETHER + 1

    def _text(self, node: tree.Node) -> str:
        """Python that gives what a text, an output or an `if` of such prints."""
        if isinstance(node, tree.Text):
            return self.constant(self._encoded(node.text))
        if isinstance(node, tree.Output):
            return self.once(node, self.output, kept=self.kept)
        assert isinstance(node, tree.If)  # noqa: S101 - for mypy: `_values` counts no other
        return f"({self._choice(node.branches, node.otherwise)})"

    def _choice(self, branches: Sequence[tuple[tree.Expression, tree.Body]], otherwise: tree.Body) -> str:
        if not branches:
            return self._joined(otherwise)
        (test, body), *others = branches
        is_so = self.truth(test)
        with self.inside():
            then = self._joined(body)
        with self.inside():
            return f"{then} if {is_so} else {self._choice(others, otherwise)}"

    def _joined(self, body: tree.Body) -> str:
        texts = [self._text(node) for node in body]
        return _join(texts) if texts else self.constant("")

    def output(self, node: tree.Output) -> str:
        """Python that gives what a value prints."""
        code = f"{'text' if node.raw else 'markup'}({self.note(node.at)}{self.value(node.value)})"
        return f"encode({code})" if self._how.encode and not self.kept else code

    def _encoded(self, text: str) -> str:
        return self._how.encode(text) if self._how.encode and not self.kept else text

    def print(self, texts: list[str]) -> None:
        """Prints texts together, and counts them: the budget is a local name, given back where others count too."""
        if not texts:
            return
        self.line(f"text_ = {_join(texts)}")
        self.line(f"{self.out}_add(text_); left -= len(text_)")
        self.line("if left < 0: raise spent()")

    def line(self, text: str) -> None:
        """One statement, which its notes make several lines."""
        self.lines.extend(("    " * self._indent + text).split("\n"))

    def block(self, header: str, body: tree.Body) -> None:
        """An indented body."""
        self.line(header)
        with self.inside():
            self.body(body)
            self.line("pass")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Around what is indented."""
        self._indent += 1
        if self._indent > 3 * NESTING:
            raise LimitExceeded(f"blocks are nested more than {NESTING} deep")
        with self.perhaps():
            yield
        self._indent -= 1


def _join(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f'"".join(({", ".join(texts)}))'
