"""A compiled Handlebars template: a `Program` whose data may also be a single value, as the language has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from envoi.templates import tree
from envoi.templates.program import Program, program

if TYPE_CHECKING:
    from envoi.templates.dialect import Dialect

#: The name under which a template finds data that have no names.
_THIS = " this"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlebarsTemplate(Program):
    """The template."""

    def render(self, data: object) -> str:
        """The text for this data; see `Template.render`.

        >>> from envoi.templates.handlebars import parse
        >>> parse("{{#each .}}{{name}};{{/each}}").render([{"name": "a"}, {"name": "b"}])
        'a;b;'
        """
        if isinstance(data, Mapping):
            return Program.render(self, data)
        partials = {name: tree.change(body, _within_this) for name, body in self.partials.items()}
        body = tree.change(self.body, _within_this)
        return program(body, self.dialect, partials=partials, escapes=self.how.escapes).render({_THIS: data})


def template(
    body: tree.Body, partials: Mapping[str, tree.Body], dialect: Dialect, *, source: str, escapes: bool
) -> HandlebarsTemplate:
    """The template, compiled with the partials that it finds while rendering.

    Raises:
        LimitExceeded: it is too large or nested too deep.
    """
    made = program(body, dialect, source=source, partials=partials, escapes=escapes)
    return HandlebarsTemplate(**{each.name: getattr(made, each.name) for each in fields(made)})


def _within_this(node: tree.Node) -> tree.Node:
    """A name of the data as one of the single value; names that begin with a blank are the template's own."""
    if not isinstance(node, tree.Path) or node.root.startswith(" "):
        return node
    return replace(node, root=_THIS, steps=(node.root, *node.steps) if node.root else node.steps)
