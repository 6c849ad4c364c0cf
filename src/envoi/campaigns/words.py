"""The words that a template of a project can use: what the data bring, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.campaigns.compose import KNOWN
from envoi.campaigns.plan import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.project import Project

_SAYS = {
    "person.id": "your own id of the person",
    "campaign.name": "the campaign's name",
    "campaign.subject": "the mail's subject",
    "campaign.preview": "what inboxes show beside the subject",
    "shop.name": "the shop's name",
    "shop.address": "the shop's postal address",
    "shop.url": "the shop's web address",
    "shop.email": "the shop's e-mail address",
    "shop.phone": "the shop's telephone number",
    "sender.name": "who the mail is from",
    "sender.email": "the address that the mail is from",
    "unsubscribe_url": "a link that ends these mails for this person",
    "preferences_url": "the page on which this person says which mails to get",
    "view_url": "a page that shows this mail in the browser",
    "why": "why this person gets the mail, in a sentence",
    "now": "when the mail is sent",
    "products": "what is recommended to this person, best first",
}
_OF_EVERY_PRODUCT = {"product": "its id", "name": "what it is called", "reason": "why it is recommended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A value that templates can use."""

    #: As the data is nested: `person.first_name`.
    path: str
    says: str


def words(project: Project, template: str) -> list[Word]:
    """What a template can use: people's traits, what the campaigns with it give, products, and the rest."""
    used_by = [each for each in project.campaigns.values() if each.template == template]
    found = [*_traits(project), *_contents(used_by), *_products(used_by)]
    found += [Word(path=path, says=says) for path, says in _SAYS.items()]
    found += [Word(path=name, says=f"the same as {path}") for name, path in project.languages.names.items()]
    return list({word.path: word for word in reversed(found)}.values())[::-1]


def known_paths(project: Project) -> list[str]:
    """The paths that `check` may take for granted."""
    traits = (ADDRESS, *project.definitions.catalogue.traits)
    return [*KNOWN, *(f"person.{trait}" for trait in traits)]


def _traits(project: Project) -> Iterator[Word]:
    # A name with a dot is no trait of a profile: it is how conditions ask for consent.
    traits = {name: trait for name, trait in project.definitions.catalogue.traits.items() if "." not in name}
    for name, trait in sorted(traits.items()):
        says = trait.description or (f"one of {', '.join(trait.one_of)}" if trait.one_of else f"a {trait.kind}")
        yield Word(path=f"person.{name}", says=says)


def _contents(campaigns: list[Campaign]) -> Iterator[Word]:
    for campaign in campaigns:
        for name in campaign.contents():
            yield from _fields("content", campaign.content(name), campaign.name)


def _fields(path: str, fields: Mapping[str, object], campaign: str) -> Iterator[Word]:
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _fields(f"{path}.{key}", value, campaign)
        else:
            yield Word(path=f"{path}.{key}", says=f"from {campaign}: {value}")


def _products(campaigns: list[Campaign]) -> Iterator[Word]:
    """The fields of a product go by the name that the examples give it in their loops."""
    for campaign in campaigns:
        if campaign.products:
            for field, says in _OF_EVERY_PRODUCT.items():
                yield Word(path=f"p.{field}", says=f"of each product p: {says}")
            for field in campaign.products.fields:
                yield Word(path=f"p.{field}", says="of each product p")
