"""A compiled template: its tree, its functions, and how it renders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError, did_you_mean
from envoi.templates import runtime, tree
from envoi.templates.compile import compiled
from envoi.templates.given import Known
from envoi.templates.limits import NODES, TREE_DEPTH, Run
from envoi.templates.names import used
from envoi.templates.template import Printed
from envoi.templates.writer import Print

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.templates.dialect import Dialect, Function
    from envoi.templates.runtime import Part
    from envoi.templates.template import Variable

_NO_PARTIALS: Mapping[str, tree.Body] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A template of any dialect, compiled."""

    source: str
    body: tree.Body
    partials: Mapping[str, tree.Body]
    dialect: Dialect
    how: Print
    #: Data that are the same for everyone.
    fixed: Mapping[str, object]
    #: Whether it, or a partial, sets names.
    sets: bool
    part: Part

    def render(self, data: Mapping[str, object]) -> str:
        """The text for this data; see `Template.render`."""
        return self._rendered(data)[0]

    def print(self, data: Mapping[str, object]) -> Printed:
        """The text for this data, and what had to be replaced by its fallback; see `Template.render`."""
        text, run = self._rendered(data)
        return Printed(text=text, setbacks=tuple(run.setbacks))

    def variables(self) -> list[Variable]:
        """Each use of a value that the data must bring, in order; not those that the template names itself."""
        return used(self.body, self.reached())

    def given(self, data: Mapping[str, object]) -> Program:
        """The same template for one campaign: what follows from these data is worked out now, not for each person.

        >>> from envoi.templates.liquid import parse
        >>> autumn = parse("{{ shop | upcase }}: hello {{ name }}").given({"shop": "Maple & Main"})
        >>> autumn.render({"name": "Anna"})
        'MAPLE &amp; MAIN: hello Anna'
        """
        fixed = {**self.fixed, **data}
        body = Known(self.dialect, fixed, escapes=self.how.escapes).body(self.body)
        return replace(self, body=body, fixed=fixed, part=_linked(body, self.partials, self.dialect, self.how))

    def encoded(self, encode: Callable[[str], str]) -> Program:
        r"""The same template, each piece of its output put through `encode`: what is the same for all only once.

        What it prints is the pieces one after the other: `encode` must be such that the encoded pieces, put together,
        are the encoded whole. `quoted.encoded` is: then `render` gives the body of a MIME part in quoted-printable,
        that is ASCII alone, lines of at most 76 characters that end in CRLF and never in a blank, soft breaks between
        pieces; the last line ends too, so a boundary can follow. Its decoded text is what this template prints, with
        CRLF for each line break. What a `capture` keeps is encoded where it is printed, once. Errors, budgets (which
        then count encoded characters) and setbacks are those of this template.

        >>> from envoi.templates.liquid import parse
        >>> from envoi.templates.quoted import encoded
        >>> parse("Grüße, {{ name }}").encoded(encoded).render({"name": "Zoë"})
        'Gr=C3=BC=C3=9Fe,=20=\r\nZo=C3=AB=\r\n'
        """
        how = replace(self.how, encode=encode)
        return replace(self, how=how, part=_linked(self.body, self.partials, self.dialect, how))

    def rewritten(self, how: Callable[[tree.Body, str], tree.Body], functions: Mapping[str, Function]) -> Program:
        """The same template with its body, and those of its partials, put through `how`: the body, its file's name.

        What it makes may also call `functions`, which no author can.
        """
        body = how(self.body, "")
        partials = {name: how(partial, name) for name, partial in self.partials.items()}
        dialect = replace(self.dialect, functions={**self.dialect.functions, **functions})
        part = _linked(body, partials, dialect, self.how)
        return replace(self, body=body, partials=partials, dialect=dialect, sets=_sets(body, partials), part=part)

    def reached(self) -> Mapping[str, tree.Body]:
        """Those of its partials that it can print: all, if it names one by a value."""
        found, ahead = dict[str, tree.Body](), [self.body]
        while ahead:
            for node in tree.walk(ahead.pop()):
                if isinstance(node, tree.Include):
                    names = [str(node.name.value)] if isinstance(node.name, tree.Literal) else list(self.partials)
                    new = {name: self.partials[name] for name in names if name in self.partials and name not in found}
                    found |= new
                    ahead += new.values()
        return found

    def _rendered(self, data: Mapping[str, object]) -> tuple[str, Run]:
        names = {**data, **self.fixed}
        # What the template sets is added to the names; an isolated partial sees the data alone.
        run, out = Run(dict(names) if self.sets else names), list[str]()
        try:
            word = self.part(names, run, out)
        except (*runtime.MISHAPS, TemplateError, MemoryError, RecursionError) as fault:
            raise runtime.in_our_words(fault) from fault
        if word:
            raise TemplateError(f"{word!r} stands in no loop")
        return "".join(out), run


def program(
    body: tree.Body,
    dialect: Dialect,
    *,
    source: str = "",
    partials: Mapping[str, tree.Body] = _NO_PARTIALS,
    escapes: bool = True,
) -> Program:
    """The tree, compiled with the partials that it can name.

    Raises:
        TemplateError: it names a function or a partial that does not exist.
        LimitExceeded: it is too large or nested too deep.
    """
    require_few(body, *partials.values())
    for each in (*partials.values(), body):
        _check_partials(each, partials)
    how = Print(escapes=escapes)
    return Program(
        source=source,
        body=body,
        partials=partials,
        dialect=dialect,
        how=how,
        fixed={},
        sets=_sets(body, partials),
        part=_linked(body, partials, dialect, how),
    )


def require_few(*bodies: tree.Body) -> None:
    """Refuses a template and its partials that no mail needs to be.

    Raises:
        LimitExceeded: they are too large or nested too deep.
    """
    if tree.is_larger(bodies, nodes=NODES, depth=TREE_DEPTH):
        raise LimitExceeded(f"the template has more than {NODES:,} parts, or is nested too deep")


def _sets(body: tree.Body, partials: Mapping[str, tree.Body]) -> bool:
    return any(isinstance(node, tree.Assign | tree.Capture) for node in tree.walk((body, *partials.values())))


def _linked(body: tree.Body, partials: Mapping[str, tree.Body], dialect: Dialect, how: Print) -> Part:
    """The compiled body, with its partials: as they print into the output, and as they print into a `Capture`."""
    parts: dict[str, Part] = {}
    kept: dict[str, Part] = {} if how.encode else parts
    for name, partial in partials.items():
        parts[name] = compiled(partial, dialect, replace(how, file=name), parts=parts, kept_parts=kept)
        if how.encode:
            kept[name] = compiled(partial, dialect, replace(how, file=name, encode=None), parts=kept)
    return compiled(body, dialect, how, parts=parts, kept_parts=kept)


def _check_partials(body: tree.Body, partials: Mapping[str, tree.Body]) -> None:
    for node in tree.walk(body):
        if isinstance(node, tree.Include) and isinstance(node.name, tree.Literal):
            name = str(node.name.value)
            if name not in partials:
                hint = did_you_mean(name, partials)
                raise TemplateError(f"there is no partial {name!r}", hint=hint, at=node.name.at)
