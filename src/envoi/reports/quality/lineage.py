"""Which segments, campaigns and templates use a field: what its faults touch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.campaigns.plan import ADDRESS
from envoi.conditions.parse import ONCE
from envoi.conditions.tree import All, Anniversary, AnyOf, Condition, Did, Member, Not, Points, Trait
from envoi.reports.fields import Field, used

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.project import Project
    from envoi.conditions.definitions import Definitions

#: What a use weighs: a mail that goes out matters more than a segment that is only looked at.
WEIGHTS = {"campaign": 3, "template": 2, "segment": 1}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Use:
    """One thing that uses a field."""

    #: "campaign", "template" or "segment".
    kind: str
    name: str
    #: "its audience", "content rule 'gold'".
    how: str = ""


def lineage(project: Project) -> dict[Field, list[Use]]:
    """Every field that anything uses, with what uses it, each use once."""
    found: dict[Field, dict[Use, None]] = defaultdict(dict)
    for use, field in _uses(project):
        found[field][use] = None
    return {field: sorted(uses) for field, uses in found.items()}


def weight(uses: list[Use]) -> int:
    """How much depends on a field: each campaign, template and segment counts once.

    >>> weight([Use(kind="campaign", name="a", how="its audience"), Use(kind="campaign", name="a"),
    ...         Use(kind="segment", name="b")])
    4
    """
    return sum(WEIGHTS[kind] for kind, _ in {(use.kind, use.name) for use in uses})


def _uses(project: Project) -> Iterator[tuple[Use, Field]]:
    definitions = project.definitions
    for name, segment in project.segments.items():
        for field in asked(segment.condition, definitions):
            yield Use(kind="segment", name=name), field
    printed = {name: _printed(project, name) for name in project.templates}
    for name, fields in printed.items():
        for field in fields:
            yield Use(kind="template", name=name), field
    for name, campaign in project.campaigns.items():
        for how, field in _of_campaign(campaign, project, printed):
            yield Use(kind="campaign", name=name, how=how), field


def _of_campaign(
    campaign: Campaign, project: Project, printed: Mapping[str, list[Field]]
) -> Iterator[tuple[str, Field]]:
    yield "it is sent there", Field(event="", path=ADDRESS)
    for field in asked(campaign.audience, project.definitions):
        yield "its audience", field
    for rule in campaign.rules:
        for field in asked(rule.when, project.definitions):
            yield f"content rule {rule.name!r}", field
    for template in (campaign.template, campaign.fallback_template):
        for field in printed.get(template, ()):
            yield f"{template} prints it", field
    mail = project.mail(campaign)
    lines = [mail.subject if campaign.subject else None, mail.preview]
    for line in lines:
        for field in _of_people(each.path for each in line.variables()) if line else ():
            yield "its subject or preview", field
    if campaign.when.schedule and campaign.when.schedule.is_personal:
        yield "its time", Field(event="", path=project.settings.delivery.time_zone_trait)


def _printed(project: Project, template: str) -> list[Field]:
    return list(dict.fromkeys(_of_people(each.path for each in project.templates[template].whole.variables())))


def _of_people(paths: Iterator[str]) -> Iterator[Field]:
    for path in paths:
        root, _, trait = path.partition(".")
        if root == "person" and trait and trait != "id":
            yield Field(event="", path=trait)


def asked(condition: Condition, definitions: Definitions) -> list[Field]:
    """The fields that a condition comes down to, through segments, points schemes and derived fields, each once."""
    return list(dict.fromkeys(_asked(condition, definitions, frozenset())))


def _asked(condition: Condition, definitions: Definitions, seen: frozenset[str]) -> Iterator[Field]:
    match condition:
        case All() | AnyOf():
            for part in condition.parts:
                yield from _asked(part, definitions, seen)
        case Not():
            yield from _asked(condition.part, definitions, seen)
        case Member() if condition.segment in definitions.segments and condition.segment not in seen:
            yield from _asked(definitions.segments[condition.segment], definitions, seen | {condition.segment})
        case Points():
            for _, scope in definitions.points.get(condition.name, ()):
                yield from used(Did(scope, ONCE))
        case Anniversary():
            yield Field(event="", path=condition.name)
        case Trait() if condition.name in definitions.derived and f"\0{condition.name}" not in seen:
            inner = definitions.derived[condition.name](condition.test)
            yield from _asked(inner, definitions, seen | {f"\0{condition.name}"})
        case _:
            yield from used(condition)
