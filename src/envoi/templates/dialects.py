"""The template languages by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import TemplateError, did_you_mean
from envoi.templates import liquid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.templates.template import Template

DIALECTS: dict[str, Callable[..., Template]] = {"liquid": liquid.parse}


def parse(
    source: str, *, dialect: str = "liquid", partials: Mapping[str, str] | None = None, autoescape: bool = True
) -> Template:
    """The template in `source`; `partials` are other templates that it can name, `autoescape` is for HTML.

    >>> parse("Dear {{ name | default: 'neighbour' }}").render({"name": ""})
    'Dear neighbour'

    Raises:
        TemplateError: it does not parse, or nobody knows the dialect.
    """
    if dialect not in DIALECTS:
        raise TemplateError(f"there is no template dialect {dialect!r}", hint=did_you_mean(dialect, DIALECTS))
    return DIALECTS[dialect](source, partials=partials, autoescape=autoescape)
