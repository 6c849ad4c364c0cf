"""What is wrong with a mail template before anyone gets it: what it prints, to whom, and what readers will miss."""

from __future__ import annotations

import re
from dataclasses import replace
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
from envoi.templates.names import named, sets
from envoi.templates.place import place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from envoi.templates import tree
    from envoi.templates.mail import MailTemplate
    from envoi.templates.tags import Tags
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
    """The problems of a mail for which the data bring the paths in `known`; in the order of the file, then of partials.

    A known path stands for all below it, unless some of those are known too: `content` allows `content.headline`, but
    `person.first_name` alone does not allow `person.age`. With what was `seen` in an audience's data, also what many
    lack and which branches nobody reaches; with the `support` of mail programs, also what some do not show.
    """
    whole = template.whole
    partials = whole.reached()
    found = [
        *unknown(whole.variables(), (whole.body, *partials.values()), known),
        *faint(veiled(template.html.source, template.language.tags), whole.source),
        *_as_a_mail(template, seen),
    ]
    told = {problem.at for problem in found if problem.severity == "error"}
    given = named(whole.body, partials)
    for file, body in {"": whole.body, **partials}.items():
        text = template.language.partials.get(file, "") if file else whole.source
        veil = veiled(text, template.language.tags)
        inside = [*_of_text(veil, support), *_of_tree(body, seen, template.language.tags, own=given[""] | given[file])]
        found += [one for each in inside if (one := _in_file(each, file)).at not in told]
    return sorted(found, key=lambda problem: (problem.at.file, problem.at.line, problem.at.column))


def _of_text(veil: str, support: Support | None) -> Iterator[Problem]:
    yield from links(veil)
    yield from pictures(veil)
    yield from _hamburgers(veil)
    if support:
        yield from unsupported(veil, support)


def _of_tree(body: tree.Body, seen: Seen | None, tags: Tags, *, own: frozenset[str]) -> Iterator[Problem]:
    yield from unreached(body, seen, own | sets(body))
    if seen:
        yield from lacking(body, seen, tags, own)


def _in_file(problem: Problem, file: str) -> Problem:
    return replace(problem, at=replace(problem.at, file=problem.at.file or file)) if file else problem


def _as_a_mail(template: MailTemplate, seen: Seen | None) -> Iterator[Problem]:
    if UNSUBSCRIBE not in variables(template.html):
        hint = f"add a link to {template.language.tags.example(UNSUBSCRIBE)}"
        yield Problem(severity="warning", what="there is no way to unsubscribe", hint=hint)
    yield from clipped(template.html.template, seen.longest if seen else _NOTHING)


def _hamburgers(veil: str) -> Iterator[Problem]:
    """The one thing that our MJML leaves out without a word."""
    for found in re.finditer(r"<mj-navbar\b[^>]*\shamburger\s*=", veil):
        what, hint = "a navigation without its hamburger menu", "remove hamburger: all links are shown on phones too"
        yield Problem(severity="note", what=what, hint=hint, at=place(veil, found.start()))
