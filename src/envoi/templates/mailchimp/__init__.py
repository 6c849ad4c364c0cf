"""Mailchimp's merge tags: names, conditions, groups and filters; its own tags stand for Envoi's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.templates.dialect import Dialect
from envoi.templates.mailchimp.meaning import FUNCTIONS, SIGNS, text, truthy
from envoi.templates.mailchimp.tags import Reader
from envoi.templates.program import program
from envoi.templates.values import escaping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.templates.program import Program

MAILCHIMP = Dialect(
    name="mailchimp",
    word="filter",
    functions=FUNCTIONS,
    text=text,
    markup=escaping(text),
    truthy=truthy,
    compare=SIGNS,
)


def parse(
    source: str,
    *,
    partials: Mapping[str, str] | None = None,  # noqa: ARG001 - all dialects are called alike, and this one has none
    autoescape: bool = True,
    names: Mapping[str, str] | None = None,
) -> Program:
    """The template in `source`; `names` are the project's own names for the data: {"TIER": "person.loyalty_tier"}.

    >>> parse("Dear *|TITLE:FNAME|**|IF:TIER = gold|*, thank you*|END:IF|*!").render({"FNAME": "ANNA", "TIER": "gold"})
    'Dear Anna, thank you!'

    Raises:
        TemplateError: it does not parse, or needs what only Mailchimp has.
        LimitExceeded: it is too large or nested too deep.
    """
    return program(Reader(names or {}).read(source), MAILCHIMP, source=source, escapes=autoescape)
