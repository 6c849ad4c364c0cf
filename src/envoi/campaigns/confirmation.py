"""The mail that asks an address to confirm: in the shop's name, with one link, made like every other mail."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.clock import moment
from envoi.messages.address import Mailbox, check_address
from envoi.messages.message import Message
from envoi.people.purposes import title_of
from envoi.templates.mail import parse_mail

if TYPE_CHECKING:
    from envoi.events.event import Stored
    from envoi.settings import Settings
    from envoi.templates.mail import MailTemplate

#: What its events call it; no campaign of a file has a name with a blank.
CAMPAIGN = "sign up"
_LETTER = """<mjml><mj-head><mj-title>Please confirm: {{ titles }}</mj-title>
<mj-preview>One click, and it is settled.</mj-preview></mj-head>
<mj-body><mj-section><mj-column>
<mj-text font-size="18px">Was this you?</mj-text>
<mj-text>Somebody, most likely you, asked {{ shop.name }} to write to this address:</mj-text>
<mj-text font-weight="700">{{ titles }}</mj-text>
<mj-text>{{ wording }}</mj-text>
<mj-button href="{{ confirm_url }}" background-color="#1f4d3d">Confirm</mj-button>
<mj-text>The link counts for {{ hours }} hours. If it was not you, do nothing: nothing more comes.</mj-text>
<mj-text font-size="12px" color="#555555">{{ shop.name }}, {{ shop.address }}</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


def confirmation(question: Stored, settings: Settings, url: str) -> Message:
    """The mail; the same question gives the same mail.

    Raises:
        DataError: an address is not valid.
    """
    event, form, sender = question.event, settings.sign_up, settings.sender
    wanted = event.props["purposes"]
    names = [str(one) for one in wanted] if isinstance(wanted, list) else []
    made = _template().render(
        {
            "titles": ", ".join(title_of(name, settings.purposes) for name in names),
            "shop": {"name": settings.shop.name, "address": settings.shop.address},
            "wording": str(event.props["wording"]),
            "confirm_url": url,
            "hours": form.hours if form else 0,
        }
    )
    return Message(
        id=event.id.replace(":", "-"),
        campaign=CAMPAIGN,
        person=question.person,
        sender=Mailbox(name=sender.name, address=check_address(sender.email)),
        to=Mailbox(address=check_address(event.keys["email"])),
        subject=made.subject,
        html=made.html,
        text=made.text,
        date=moment(event.at).astimezone(settings.zone),
        unsubscribe_url="",
        list_id="",
        reply_to=Mailbox(address=check_address(sender.reply_to)) if sender.reply_to else None,
    )


@lru_cache(maxsize=1)
def _template() -> MailTemplate:
    return parse_mail(_LETTER)
