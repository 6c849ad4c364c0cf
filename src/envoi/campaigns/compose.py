"""From a decision to the mail: the one function behind preview, sending and showing what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.campaigns.editions import Editions
from envoi.clock import moment
from envoi.events.event import IMPUTED
from envoi.messages.address import Mailbox, check_address
from envoi.messages.message import Message
from envoi.messages.track import Targets
from envoi.messages.unsubscribe_mail import address_to_leave
from envoi.people.consent import is_open
from envoi.people.purposes import SCORING
from envoi.settings import MailKind

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from envoi.campaigns.campaign import Campaign
    from envoi.clock import Instant
    from envoi.decisions.decision import Decision
    from envoi.events.event import PersonId
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
    "view_url",
    "why",
    "now",
)
#: What templates call the pages that a mail leads its reader to, and what the pages are called.
PAGES = {"unsubscribe_url": "unsubscribe", "preferences_url": "preferences", "view_url": "v"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """All that composing works with, beside the decision and the person."""

    campaign: Campaign
    template: MailTemplate
    settings: Settings
    links: Links
    #: The mail for those who agreed to be counted, and where its links lead.
    editions: Editions = field(init=False, repr=False, compare=False)
    #: What is the same in all mails of the campaign.
    shared: Mapping[str, object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Makes the editions of this very template; none is compiled before somebody is to get it."""
        object.__setattr__(self, "shared", _for_all(self.campaign, self.settings))
        targets = Targets(self.links, self.campaign.name)
        object.__setattr__(self, "editions", Editions(self.template, targets, self.settings.tracking))


def for_many(press: Press) -> Press:
    """The same press for trying many mails: what is the same in all of them is worked out beforehand."""
    return replace(press, template=press.template.given(press.shared))


def prepared(press: Press) -> Press:
    """The same press for sending many mails: what is the same in all of them is worked out and encoded beforehand.

    A mail says the same as without; its HTML and text are `Quoted` texts, which only `to_bytes` can read.
    """
    many = for_many(press)
    return replace(many, template=many.template.quoted())


def compose(press: Press, decision: Decision, profile: Profile, message_id: str) -> Message:
    """The mail for one decision; the same decision and profile give the same mail, to the byte.

    Raises:
        TemplateError: the template fails on this person's data.
        DataError: an address is not valid.
    """
    template, traces = press.editions.of(profile, decision.id)
    data = data_for(press, decision, profile)
    rendered = template.render({**data, **traces} if traces else data)
    settings, campaign = press.settings, press.campaign
    is_marketing = campaign.kind is MailKind.MARKETING
    sender = _ours(settings.sender.name, settings.sender.email)
    return Message(
        id=message_id,
        campaign=campaign.name,
        person=decision.person,
        sender=sender,
        to=Mailbox(name=_full_name(profile), address=check_address(str(profile.value("email") or ""))),
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=_there(decision.send_at, settings.zone),
        unsubscribe_url=str(data["unsubscribe_url"]) if is_marketing else "",
        list_id=f"{_word(campaign.purpose)}.{sender.domain}",
        reply_to=_ours("", settings.sender.reply_to) if settings.sender.reply_to else None,
        unsubscribe_mailto=_mailto(press, message_id) if is_marketing else "",
        feedback_id=_feedback_id(campaign.name, campaign.purpose, campaign.kind, sender.domain),
    )


def data_for(
    press: Press, decision: Decision, profile: Profile, *, pages: Mapping[str, str] | None = None
) -> Mapping[str, object]:
    """What the template sees: plain values only, with the project's fallbacks for what the person lacks.

    The campaign's subject and preview, which differ from person to person, are the template's to add. `pages`: other
    addresses of pages than the person's own.
    """
    settings, campaign = press.settings, press.campaign
    return {
        **press.shared,
        **_filled(own_data(campaign, decision, profile, settings), settings.fallbacks),
        "products": decision.products,
        **(pages or pages_for(press, decision.person)),
        "now": _there(decision.send_at, settings.zone),
    }


def pages_for(press: Press, person: PersonId) -> Mapping[str, str]:
    """The addresses of the person's own pages, under their names for templates."""
    token = press.links.token(person, purpose=press.campaign.purpose, campaign=press.campaign.name)
    return {name: press.links.page(page, token) for name, page in PAGES.items()}


def own_data(
    campaign: Campaign, decision: Decision, profile: Profile, settings: Settings
) -> dict[str, dict[str, object]]:
    """What a template sees of the person and the decision alone, before the project's fallbacks."""
    traits: dict[str, object] = {name: trait.value for name, trait in profile.traits.items()}
    # A template sees an estimate only where it asks for one, person.imputed.age, and of who allows scores.
    if estimates := {name: traits.pop(name) for name in list(traits) if name.startswith(IMPUTED)}:
        is_seen = is_open(profile, SCORING, settings)
        traits[IMPUTED[:-1]] = {name.removeprefix(IMPUTED): value for name, value in estimates.items() if is_seen}
    return {"person": {"id": decision.person, **traits}, "content": dict(campaign.content(decision.content))}


@lru_cache(maxsize=256)
def _ours(name: str, address: str) -> Mailbox:
    """A mailbox of the project's settings: the same in all mails."""
    return Mailbox(name=name, address=check_address(address))


@lru_cache(maxsize=1024)
def _there(at: Instant, zone: tzinfo) -> datetime:
    """The moment in the project's zone: the same in many mails."""
    return moment(at).astimezone(zone)


def _mailto(press: Press, message_id: str) -> str:
    """Where a mail ends these mails; the subject is for mail programs that send none without."""
    mailbox = press.settings.unsubscribe_mailto
    if not mailbox:
        return ""
    return f"{address_to_leave(press.links.keys, message_id, mailbox)}?subject=unsubscribe"


@lru_cache(maxsize=256)
def _feedback_id(*parts: str) -> str:
    """The parts as Gmail takes them, the sender last.

    >>> _feedback_id("Fall: news", "newsletter", "example.org")
    'Fall-news:newsletter:example.org'
    """
    return ":".join(_word(part) for part in parts)


@lru_cache(maxsize=256)
def _word(text: str) -> str:
    """The text as one word of a header: letters and digits, and what else is there as hyphens.

    >>> _word("newsletter/wine"), _word("für Sie")
    ('newsletter-wine', 'f-r-Sie')
    """
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-.") or "-"


def lacks(data: Mapping[str, object], path: str) -> bool:
    """Whether a person has nothing under a path like `person.first_name`; blanks are nothing.

    >>> lacks({"person": {"first_name": " "}}, "person.first_name"), lacks({"person": {"age": 0}}, "person.age")
    (True, False)
    """
    root, _, name = path.partition(".")
    values = data.get(root)
    value = values.get(name) if isinstance(values, Mapping) else None
    return value is None or (isinstance(value, str) and not value.strip())


def _filled(data: dict[str, dict[str, object]], fallbacks: Mapping[str, object]) -> dict[str, dict[str, object]]:
    for path, value in fallbacks.items():
        if lacks(data, path):
            root, _, name = path.partition(".")
            data[root][name] = value
    return data


def _for_all(campaign: Campaign, settings: Settings) -> dict[str, object]:
    shop, sender = settings.shop, settings.sender
    answers = sender.reply_to or sender.email
    return {
        "shop": {"name": shop.name, "address": shop.address, "url": shop.url, "email": answers, "phone": shop.phone},
        "sender": {"name": sender.name, "email": sender.email},
        "campaign": {"name": campaign.name, "subject": campaign.subject, "preview": campaign.preview},
        "why": f"You get this mail because you agreed to our {campaign.purpose}.",
    }


def _full_name(profile: Profile) -> str:
    names = (profile.value("first_name"), profile.value("last_name"))
    return " ".join(name for name in names if isinstance(name, str) and name)
