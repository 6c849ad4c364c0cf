"""Handlebars: the whole language as far as it needs no code of its authors, SendGrid's and Mandrill's helpers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.templates import tree
from envoi.templates.dialect import Dialect
from envoi.templates.handlebars.functions import HELPERS
from envoi.templates.handlebars.javascript import SIGNS, item, items, markup, text, truthy
from envoi.templates.handlebars.template import template
from envoi.templates.handlebars.translate import Translator
from envoi.templates.handlebars.workings import WORKINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.templates.program import Program

HANDLEBARS = Dialect(
    name="handlebars",
    word="helper",
    functions={**HELPERS, **WORKINGS},
    text=text,
    markup=markup,
    truthy=truthy,
    compare=SIGNS,
    item=item,
    own_keys=frozenset({"length"}),
    items=items,
)


def parse(
    source: str,
    *,
    partials: Mapping[str, str] | None = None,
    autoescape: bool = True,
    names: Mapping[str, str] | None = None,
) -> Program:
    """The template in `source`; `{{> name}}` finds `partials`, `names` are the project's own names for the data.

    >>> parse("Hi {{#if a == 'x'}}{{name}}{{else}}you{{/if}}!").render({"a": "x", "name": "Anna & Bo"})
    'Hi Anna &amp; Bo!'

    Raises:
        TemplateError: it does not parse, or names a helper or a partial that does not exist.
        LimitExceeded: it is too large or nested too deep.
    """
    return _parse(source, partials or {}, autoescape=autoescape, names=names or {}, falls_through=False)


def parse_mustache(
    source: str,
    *,
    partials: Mapping[str, str] | None = None,
    autoescape: bool = True,
    names: Mapping[str, str] | None = None,
) -> Program:
    """The same for Mustache: a name is also looked for in the contexts around, and tags may have other delimiters.

    >>> parse_mustache("{{#items}}{{name}} of {{shop}} {{/items}}").render({"shop": "X", "items": [{"name": "a"}]})
    'a of X '
    """
    return _parse(source, partials or {}, autoescape=autoescape, names=names or {}, falls_through=True)


def _parse(
    source: str, partials: Mapping[str, str], *, autoescape: bool, names: Mapping[str, str], falls_through: bool
) -> Program:
    translator = Translator(partials, falls_through=falls_through)
    body = tree.renamed(translator.template(source), names)
    parts = {name: tree.renamed(part, names) for name, part in translator.parts.items()}
    return template(body, parts, HANDLEBARS, source=source, escapes=autoescape)
