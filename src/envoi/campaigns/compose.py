"""From a decision to the mail: the one function behind preview, sending and showing what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.clock import moment
from envoi.messages.address import Mailbox, check_address
from envoi.messages.message import Message

if TYPE_CHECKING:
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
    "person.id",
    "campaign.name",
    "campaign.subject",
    "campaign.preview",
    "shop.name",
    "shop.address",
    "shop.url",
    "shop.email",
    "shop.phone",
    "sender.name",
    "sender.email",
    "unsubscribe_url",
    "preferences_url",
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


def prepared(press: Press) -> Press:
    """The same press for many mails, with what is the same in all of them worked out beforehand."""
    return replace(press, template=press.template.given(_for_all(press)))


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
    """What the template sees: plain values only, with the project's fallbacks for what the person lacks.

    The campaign's subject and preview, which differ from person to person, are the template's to add.
    """
    settings, campaign = press.settings, press.campaign
    unsubscribe_url = press.links.unsubscribe(decision.person, purpose=campaign.purpose, campaign=campaign.name)
    return {
        **_for_all(press),
        **_filled(_of_person(campaign, decision, profile), settings.fallbacks),
        "products": decision.products,
        "campaign": {"name": campaign.name, "subject": campaign.subject, "preview": campaign.preview},
        "unsubscribe_url": unsubscribe_url,
        # The page behind the link is where a person says what they want to get.
        "preferences_url": unsubscribe_url,
        "now": moment(decision.send_at).astimezone(settings.zone),
    }


def lacks(data: Mapping[str, object], path: str) -> bool:
    """Whether a person has nothing under a path like `person.first_name`; blanks are nothing.

    >>> lacks({"person": {"first_name": " "}}, "person.first_name"), lacks({"person": {"age": 0}}, "person.age")
    (True, False)
    """
    root, _, name = path.partition(".")
    values = data.get(root)
    value = values.get(name) if isinstance(values, Mapping) else None
    return value is None or (isinstance(value, str) and not value.strip())


def _of_person(campaign: Campaign, decision: Decision, profile: Profile) -> dict[str, dict[str, object]]:
    traits = {name: trait.value for name, trait in profile.traits.items()}
    return {"person": {"id": decision.person, **traits}, "content": dict(campaign.content(decision.content))}


def _filled(data: dict[str, dict[str, object]], fallbacks: Mapping[str, object]) -> dict[str, dict[str, object]]:
    for path, value in fallbacks.items():
        if lacks(data, path):
            root, _, name = path.partition(".")
            data[root][name] = value
    return data


def _for_all(press: Press) -> dict[str, object]:
    """What is the same in all mails of a campaign."""
    shop, sender = press.settings.shop, press.settings.sender
    answers = sender.reply_to or sender.email
    return {
        "shop": {"name": shop.name, "address": shop.address, "url": shop.url, "email": answers, "phone": shop.phone},
        "sender": {"name": sender.name, "email": sender.email},
        "why": f"You get this mail because you agreed to our {press.campaign.purpose}.",
    }


def _full_name(profile: Profile) -> str:
    names = (profile.value("first_name"), profile.value("last_name"))
    return " ".join(name for name in names if isinstance(name, str) and name)
