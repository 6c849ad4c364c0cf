"""What is wrong with a mail template before anyone gets it: what it prints, to whom, and what readers will miss."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.templates.check.branches import unreached
from envoi.templates.check.clients import Support, read_support, unsupported
from envoi.templates.check.contrast import faint
from envoi.templates.check.links import links, pictures
from envoi.templates.check.markup import veiled
from envoi.templates.check.names import lacking, unknown
from envoi.templates.check.problem import Problem
from envoi.templates.check.seen import Seen, count
from envoi.templates.check.size import CLIPPED_BYTES, clipped
from envoi.templates.place import place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from envoi.templates.mail import MailTemplate
    from envoi.templates.template import Template

__all__ = [
    "CLIPPED_BYTES",
    "UNSUBSCRIBE",
    "Problem",
    "Seen",
    "Support",
    "check",
    "count",
    "read_support",
    "variables",
]

UNSUBSCRIBE = "unsubscribe_url"
_NOTHING: dict[str, int] = {}


def variables(template: Template) -> set[str]:
    """The dotted paths of the values that the data must bring.

    >>> from envoi.templates.liquid import parse
    >>> sorted(variables(parse("{{ person.first_name }}{% for p in products %}{{ p.name }}{% endfor %}")))
    ['person.first_name', 'products']
    """
    return {each.path for each in template.variables()}


def check(
    template: MailTemplate, known: Collection[str], *, seen: Seen | None = None, support: Support | None = None
) -> list[Problem]:
    """The problems of a mail for which the data bring the paths in `known`; in the order of the file.

    A known path stands for all below it, unless some of those are known too: `content` allows `content.headline`, but
    `person.first_name` alone does not allow `person.age`. With what was `seen` in an audience's data, also what many
    lack and which branches nobody reaches; with the `support` of mail programs, also what some do not show.
    """
    veil = veiled(template.whole.source, template.language.tags)
    nowhere = list(unknown(template.whole.variables(), template.whole.body, known))
    found = [
        *nowhere,
        *unreached(template.whole.body, seen),
        *links(veil),
        *pictures(veil),
        *faint(veiled(template.html.source, template.language.tags), template.whole.source),
        *_hamburgers(veil),
        *_as_a_mail(template, seen),
    ]
    if seen:
        told = {problem.at for problem in nowhere}
        found += (one for one in lacking(template.whole.body, seen, template.language.tags) if one.at not in told)
    if support:
        found += unsupported(veil, support)
    return sorted(found, key=lambda problem: (problem.at.line, problem.at.column))


def _as_a_mail(template: MailTemplate, seen: Seen | None) -> Iterator[Problem]:
    if UNSUBSCRIBE not in variables(template.html):
        hint = f"add a link to {template.language.tags.example(UNSUBSCRIBE)}"
        yield Problem(severity="warning", what="there is no way to unsubscribe", hint=hint)
    yield from clipped(template.html.body, seen.longest if seen else _NOTHING)


def _hamburgers(veil: str) -> Iterator[Problem]:
    """The one thing that our MJML leaves out without a word."""
    for found in re.finditer(r"<mj-navbar\b[^>]*\shamburger\s*=", veil):
        what, hint = "a navigation without its hamburger menu", "remove hamburger: all links are shown on phones too"
        yield Problem(severity="note", what=what, hint=hint, at=place(veil, found.start()))
