"""Which providers may tell us of our mails: those whose key the environment holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.brevo_webhook import BrevoWebhook
from envoi.adapters.messages.providers.fetch import fetch
from envoi.adapters.messages.providers.mailgun_webhook import MailgunWebhook
from envoi.adapters.messages.providers.mailjet_webhook import MailjetWebhook
from envoi.adapters.messages.providers.mandrill_webhook import MandrillWebhook
from envoi.adapters.messages.providers.postmark_webhook import PostmarkWebhook
from envoi.adapters.messages.providers.sendgrid_webhook import SendgridWebhook
from envoi.adapters.messages.providers.ses_webhook import SesWebhook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.adapters.messages.providers.webhook import Webhook

#: What the name of each variable begins with; the provider's follows.
PREFIX = "ENVOI_WEBHOOK_"


def _ses(topics: str, environment: Mapping[str, str]) -> Webhook:
    confirms = environment.get(f"{PREFIX}SES_CONFIRM", "").lower() in {"1", "yes", "true"}
    return SesWebhook(topics.replace(",", " ").split(), fetch, confirms=confirms)


#: By the name of the provider, which is in the address and, in capitals, in the variable's name.
PROVIDERS: Mapping[str, Callable[[str, Mapping[str, str]], Webhook]] = {
    "brevo": lambda credentials, _: BrevoWebhook(credentials),
    "mailgun": lambda key, _: MailgunWebhook(key),
    "mailjet": lambda credentials, _: MailjetWebhook(credentials),
    "mandrill": lambda key, _: MandrillWebhook(key),
    "postmark": lambda credentials, _: PostmarkWebhook(credentials),
    "sendgrid": lambda key, _: SendgridWebhook(key),
    "ses": _ses,
}


def webhook_of(provider: str, environment: Mapping[str, str]) -> Webhook | None:
    """What reads this provider's posts; None if there is no such provider, or it has no key.

    Raises:
        ProjectError: its key is none.
    """
    key = environment.get(PREFIX + provider.upper(), "").strip() if provider in PROVIDERS else ""
    return PROVIDERS[provider](key, environment) if key else None
