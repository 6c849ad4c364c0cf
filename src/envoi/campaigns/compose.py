"""From a decision to the mail: the one function behind preview, sending and showing what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.clock import moment
from envoi.messages.address import Mailbox, check_address
from envoi.messages.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.campaign import Campaign
    from envoi.decisions.decision import Decision
    from envoi.messages.links import Links
    from envoi.people.profile import Profile
    from envoi.settings import Settings
    from envoi.templates.mail import MailTemplate

#: What a template of a campaign may use; below `person` every trait, below `content` every field of a rule.
KNOWN = (
    "person",
    "content",
    "products",
    "campaign.name",
    "shop.name",
    "shop.address",
    "shop.url",
    "unsubscribe_url",
    "why",
    "now",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """All that composing works with, beside the decision and the person."""

    campaign: Campaign
    template: MailTemplate
    settings: Settings
    links: Links


def compose(press: Press, decision: Decision, profile: Profile, message_id: str) -> Message:
    """The mail for one decision; the same decision and profile give the same mail, to the byte.

    Raises:
        TemplateError: the template fails on this person's data.
        DataError: an address is not valid.
    """
    data = data_for(press, decision, profile)
    rendered = press.template.render(data)
    settings, campaign = press.settings, press.campaign
    sender = Mailbox(name=settings.sender.name, address=check_address(settings.sender.email))
    return Message(
        id=message_id,
        campaign=campaign.name,
        person=decision.person,
        sender=sender,
        to=Mailbox(name=_full_name(profile), address=check_address(str(profile.value("email") or ""))),
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=moment(decision.send_at).astimezone(settings.zone),
        unsubscribe_url=str(data["unsubscribe_url"]),
        list_id=f"{campaign.purpose}.{sender.domain}",
        reply_to=Mailbox(address=check_address(settings.sender.reply_to)) if settings.sender.reply_to else None,
    )


def data_for(press: Press, decision: Decision, profile: Profile) -> Mapping[str, object]:
    """What the template sees: plain values only."""
    settings, campaign = press.settings, press.campaign
    return {
        "person": {name: trait.value for name, trait in profile.traits.items()},
        "content": campaign.content(decision.content),
        "products": decision.products,
        "campaign": {"name": campaign.name},
        "shop": {"name": settings.shop.name, "address": settings.shop.address, "url": settings.shop.url},
        "unsubscribe_url": press.links.unsubscribe(decision.person, purpose=campaign.purpose, campaign=campaign.name),
        "why": f"You get this mail because you agreed to our {campaign.purpose}.",
        "now": moment(decision.send_at).astimezone(settings.zone),
    }


def _full_name(profile: Profile) -> str:
    names = (profile.value("first_name"), profile.value("last_name"))
    return " ".join(name for name in names if isinstance(name, str) and name)
