"""A template made of parts of a larger file, whose errors and variables point into that file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.errors import Place, TemplateError
from envoi.templates import tree
from envoi.templates.place import places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from envoi.templates.mask import Piece
    from envoi.templates.program import Program
    from envoi.templates.template import Printed, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A compiled piece of a file."""

    template: Program
    #: From a place in the piece to the place in the file.
    move: Callable[[Place], Place]

    @property
    def source(self) -> str:
        """The text of the piece."""
        return self.template.source

    @property
    def body(self) -> tree.Body:
        """Its tree; places in it are those of the piece."""
        return self.template.body

    @property
    def is_fixed(self) -> bool:
        """Whether it prints the same for all."""
        return all(isinstance(node, tree.Text) for node in self.body)

    def render(self, data: Mapping[str, object]) -> str:
        """The text for this data; see `Template.render`."""
        return self.print(data).text

    def print(self, data: Mapping[str, object]) -> Printed:
        """The text for this data, and what was replaced by its fallback; see `Template.print`."""
        try:
            printed = self.template.print(data)
        except TemplateError as fault:
            fault.at = self.move(fault.at)
            raise
        moved = tuple(replace(each, at=self.move(each.at)) for each in printed.setbacks)
        return replace(printed, setbacks=moved) if moved else printed

    def variables(self) -> Sequence[Variable]:
        """Each use of a value that the data must bring; see `Template.variables`."""
        return [replace(each, at=self.move(each.at)) for each in self.template.variables()]


def located(piece: Piece, source: str, parse: Callable[[str], Program]) -> Located:
    """A piece of the source, parsed.

    Raises:
        TemplateError: it does not parse; the place is in the source.
    """
    move = _mover(piece, source)
    try:
        return Located(template=parse(piece.text), move=move)
    except TemplateError as fault:
        fault.at = move(fault.at)
        raise


def _mover(piece: Piece, source: str) -> Callable[[Place], Place]:
    find, starts = places(source), [0]
    while newline := piece.text.find("\n", starts[-1]) + 1:
        starts.append(newline)

    def move(at: Place) -> Place:
        # A place of a partial is in another file, and one that is unknown stays so.
        if at.file or not 0 < at.line <= len(starts):
            return at
        return find(piece.origin(starts[at.line - 1] + max(at.column, 1) - 1))

    return move
