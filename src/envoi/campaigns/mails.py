"""The mail of a campaign: its template, the subject and preview of its own, and the template to fall back on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from envoi.campaigns.templates import template_names
from envoi.errors import did_you_mean
from envoi.templates.check.names import unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.files import CampaignShape
    from envoi.campaigns.mistakes import Mistakes
    from envoi.templates.check import Problem
    from envoi.templates.mail import MailTemplate

#: What Mailchimp's templates have in their title: the campaign's subject.
SUBJECT = "campaign.subject"


def mail_of(campaign: Campaign, template: MailTemplate, templates: Mapping[str, MailTemplate]) -> MailTemplate:
    """The template as this campaign uses it."""
    own = template.with_lines(subject=campaign.subject, preview=campaign.preview)
    return replace(own, fallback=templates.get(campaign.fallback_template))


def unknown_in_lines(campaign: Campaign, mail: MailTemplate, known: Collection[str]) -> Iterator[tuple[str, Problem]]:
    """The names in the campaign's own subject and preview that nothing brings, each with the key it stands at."""
    lines = {"subject": mail.subject if campaign.subject else None, "preview": mail.preview}
    for key, line in lines.items():
        if line:
            yield from ((key, problem) for problem in unknown(line.variables(), line.body, known))


def check_mail(mistakes: Mistakes, shape: CampaignShape, templates: Mapping[str, MailTemplate], file: str) -> None:
    """Notes what is wrong with the template, subject, preview and fallback that a campaign names.

    A template that did not compile is not in `templates`, and its mistakes are told already.
    """
    known = template_names(mistakes)
    for key, name in {"template": shape.template, "fallback_template": shape.fallback_template}.items():
        if name not in known and (name or key == "template"):
            mistakes.note(f"no template {name!r}", file, [key], hint=did_you_mean(name, known))
    template = templates.get(shape.template)
    if template is None:
        return
    for key, text in {"subject": shape.subject, "preview": shape.preview}.items():
        mistakes.tried(partial(template.with_lines, **{key: text}), file, [key], text)
    if not shape.subject and _has_no_subject(template):
        hint = 'add subject = "..." to the campaign'
        mistakes.note(
            f"the subject of {shape.template!r} is the campaign's, which has none", file, ["template"], hint=hint
        )
    fallback = templates.get(shape.fallback_template)
    if fallback and _has_no_subject(fallback):
        hint = "write one into its title"
        mistakes.note(f"{shape.fallback_template!r} has no subject of its own", file, ["fallback_template"], hint=hint)


def _has_no_subject(template: MailTemplate) -> bool:
    return any(each.path == SUBJECT for each in template.subject.variables())
