"""Turns a tree into Python: one function a template, made of the tree alone.

Nothing that an author wrote gets into the Python text: every constant is passed by a name (k0, k1...), as is every
function of the dialect (f0, f1...). Each line that can fail ends in a note of where its author wrote it (line, column,
file), which costs nothing until it fails: then the line number of Python's traceback leads there. So becomes

    Hi {{ name | upcase }}!

the code

    def part(v, run, out):
        out_add = out.append; left = run.output
        text_ = "".join((k0, markup(  # 1:4:0
    f0(  # 1:11:0
    run, v.get(k1, missing))), k2))
        out_add(text_); left -= len(text_)
        if left < 0: raise spent()
        run.output = left; return ""
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from envoi.errors import LimitExceeded, TemplateError, Withheld
from envoi.templates import runtime, tree
from envoi.templates.fragments import fill, made
from envoi.templates.limits import spent
from envoi.templates.loop import Loop
from envoi.templates.loops import AROUND, Loops
from envoi.templates.names import repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.templates.dialect import Dialect
    from envoi.templates.runtime import Part
    from envoi.templates.writer import Print

#: What all compiled code sees.
_RUNTIME: dict[str, object] = {
    "LimitExceeded": LimitExceeded,
    "Loop": Loop,
    "MISHAPS": (TemplateError, *runtime.MISHAPS),
    "Shared": runtime.Shared,
    "Withheld": Withheld,
    "fill": fill,
    "find": runtime.find,
    "include": runtime.include,
    "isolated": runtime.isolated,
    "made": made,
    "set_back": runtime.set_back,
    "spent": spent,
    "withhold": runtime.withhold,
}


def compiled(
    body: tree.Body, dialect: Dialect, how: Print, *, parts: dict[str, Part], kept_parts: dict[str, Part] | None = None
) -> Part:
    """The function that prints the body; it finds partials in `parts`, and for a `Capture` in `kept_parts`.

    Raises:
        TemplateError: it calls a function that the dialect lacks.
        LimitExceeded: it is too large or nested too deep.
    """
    writer = _Template(dialect, how)
    writer.names |= {"parts": parts, "kept_parts": parts if kept_parts is None else kept_parts}
    source = writer.function(body)
    names = _RUNTIME | writer.names | {runtime.PLACES: runtime.places(source, [how.file, *writer.files])}
    try:
        code = compile(source, f"<{dialect.name} template {how.file}>", "exec")
    except (MemoryError, RecursionError, SyntaxError) as fault:  # Python nests only so deep
        raise LimitExceeded("the template is nested too deep") from fault
    exec(code, names)  # noqa: S102 - made of our own names alone
    return names["part"]  # type: ignore[return-value]


class _Template(Loops):
    """Writes a template."""

    def function(self, body: tree.Body) -> str:
        """The Python source of a template, and of the rounds of its loops that are shared."""
        self.often = repeated(body, self.dialect)
        self.line("def part(v, run, out):")
        with self.inside():
            self.line("out_add = out.append; left = run.output")
            self.body(body)
            self.line('run.output = left; return ""')
        self.functions_of_rounds()
        return "\n".join(self.lines)

    def _do(self, node: tree.Do) -> None:
        self.line(self.value(node.value))

    def _if(self, node: tree.If) -> None:
        (test, body), *others = node.branches
        self.block(f"if ({self.truth(test)}):", body)
        with self.perhaps():
            for test, body in others:
                self.block(f"elif ({self.truth(test)}):", body)
        if node.otherwise:
            self.block("else:", node.otherwise)

    def _leave(self, node: tree.Break | tree.Continue) -> None:
        word = "break" if isinstance(node, tree.Break) else "continue"
        self.line(word if self.around else f"run.output = left; return {self.constant(word)}")

    def _let(self, node: tree.Let) -> None:
        name = self.name()
        self.line(f"{name} = {self.value(node.value)}")
        with self.bound({node.name: name}):
            self.body(node.body)

    def _assign(self, node: tree.Assign) -> None:
        self.line(f"v[{self.constant(node.name)}] = run.keep({self.note(node.at)}{self.value(node.value)})")

    def _capture(self, node: tree.Capture) -> None:
        outside, self.out, self.kept = (self.out, self.kept), self.name(), True
        self.line(f"{self.out} = []; {self.out}_add = {self.out}.append")
        self.body(node.body)
        self.line(f'v[{self.constant(node.name)}] = run.keep({self.note(node.at)}safe("".join({self.out})))')
        self.out, self.kept = outside

    def _include(self, node: tree.Include) -> None:
        given = [f"{self.constant(name)}: {self.value(value)}" for name, value in node.given]
        parts = "kept_parts" if self.kept else "parts"
        part = f"find({self.note(node.at)}{parts}, {self.value(node.name)})"
        self.line("run.output = left")
        if node.isolated:
            self.line(f"isolated({self.note(node.at)}run, {part}, {{{', '.join(given)}}}, {self.out})")
            self.line("left = run.output")
        else:
            self._include_sharing(node, part, given)

    def _include_sharing(self, node: tree.Include, part: str, given: list[str]) -> None:
        """A partial that sees the names of this place, and may leave the loop around it."""
        seen = [f"{self.constant(name)}: {held}" for name, held in self.scope.items()]
        seen += [f"{self.constant(AROUND + name)}: {held}" for name, held in self.scope.items() if held in self.loops]
        word = self.name()
        names = f"Shared(v, {{{', '.join([*seen, *given])}}})"
        self.line(f"{word} = include({self.note(node.at)}run, {part}, {names}, {self.out})")
        self.line("left = run.output")
        if self.around:
            self.line(f'if {word} == "break": break')
            self.line(f'if {word} == "continue": continue')
        else:
            self.line(f"if {word}: return {word}")

    def _attempt(self, node: tree.Attempt) -> None:
        mark, before, fault = self.name(), self.name(), self.name()
        self.line(f"{mark}, {before} = len({self.out}), (run.depth, run.state)")
        self.block("try:", node.body)
        self.line("except (LimitExceeded, Withheld): raise")
        self.line(f"except MISHAPS as {fault}:")
        with self.inside():
            self.line(f"set_back(run, {fault}); del {self.out}[{mark}:]")
            self.line(f"run.depth, run.state = {before}")
            self.body(node.otherwise)

    def _abort(self, node: tree.Abort) -> None:
        self.line(f"raise withhold({self.note(node.at)}text({self.value(node.reason)}))")

    statements: ClassVar[Mapping[type, Callable[..., None]]] = {
        tree.Output: Loops.write_hole,
        tree.Do: _do,
        tree.If: _if,
        tree.For: Loops.write_for,
        tree.Break: _leave,
        tree.Continue: _leave,
        tree.Let: _let,
        tree.Assign: _assign,
        tree.Capture: _capture,
        tree.Include: _include,
        tree.Attempt: _attempt,
        tree.Abort: _abort,
    }
