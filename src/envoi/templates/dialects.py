"""The template languages by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import TemplateError, did_you_mean
from envoi.templates import ampscript, handlebars, liquid, mailchimp
from envoi.templates.ampscript.functions import AMPSCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.templates.program import Program

DIALECTS: dict[str, Callable[..., Program]] = {
    "ampscript": ampscript.parse,
    "liquid": liquid.parse,
    "handlebars": handlebars.parse,
    "mustache": handlebars.parse_mustache,
    "mailchimp": mailchimp.parse,
}
_MEANINGS = {
    "ampscript": AMPSCRIPT,
    "liquid": liquid.dialect(escapes=True),
    "handlebars": handlebars.HANDLEBARS,
    "mustache": handlebars.HANDLEBARS,
    "mailchimp": mailchimp.MAILCHIMP,
}


def parse(
    source: str,
    *,
    dialect: str = "liquid",
    partials: Mapping[str, str] | None = None,
    autoescape: bool = True,
    names: Mapping[str, str] | None = None,
) -> Program:
    """The template in `source`; `partials` are other templates that it can name, `names` are its own for the data.

    Values are escaped for HTML in every dialect, also where the dialect itself does not escape; `autoescape=False`
    prints them as they are.

    >>> parse("Dear {{ name | default: 'neighbour' }}").render({"name": ""})
    'Dear neighbour'
    >>> greeting = parse("Dear *|FNAME|*", dialect="mailchimp", names={"FNAME": "person.name"})
    >>> greeting.render({"person": {"name": "Anna"}})
    'Dear Anna'

    Raises:
        TemplateError: it does not parse, or nobody knows the dialect.
    """
    if dialect not in DIALECTS:
        raise TemplateError(f"there is no template dialect {dialect!r}", hint=did_you_mean(dialect, DIALECTS))
    return DIALECTS[dialect](source, partials=partials, autoescape=autoescape, names=names)


def functions_of(dialect: str) -> list[str]:
    """The filters, helpers or functions that an author can write in a dialect.

    >>> functions_of("mailchimp")[:3]
    ['HTML', 'LOWER', 'TITLE']
    """
    return sorted(name for name in _MEANINGS[dialect].functions if name.isidentifier())
