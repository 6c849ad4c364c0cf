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
    from collections.abc import Callable, Iterator, Mapping

    from envoi.templates.dialect import Dialect

#: Values that are joined before they are counted against the budget.
_TOGETHER = 16


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
        """Each statement; texts and outputs that follow each other are printed together."""
        together: list[str] = []
        for node in body:
            if isinstance(node, tree.Text):
                together.append(self.constant(self._encoded(node.text)))
            elif isinstance(node, tree.Output) and node not in self.holes:
                together.append(self.once(node, self.output, kept=self.kept))
            else:
                self.print(together)
                together = []
                self.statements[type(node)](self, node)
            if len(together) >= _TOGETHER:
                self.print(together)
                together = []
        self.print(together)

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
        self.line(f"text_ = {texts[0]}" if len(texts) == 1 else f'text_ = "".join(({", ".join(texts)}))')
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
