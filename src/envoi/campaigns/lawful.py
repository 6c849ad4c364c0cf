"""What the law and mailbox providers ask of marketing mail, and a project does not do yet: no mistake, but a worry.

CAN-SPAM and others want a postal address in each mail; Gmail and Yahoo want one-click unsubscription over https
(RFC 8058) and a sender whose domain vouches for the mail.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.settings import MailKind
from envoi.templates.check.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.campaigns.campaign import Campaign
    from envoi.settings import Settings
    from envoi.templates.mail import MailTemplate

ADDRESS = "shop.address"
#: Domains of mailboxes that people have: their DMARC policies refuse what others send in their names.
_MAILBOXES = frozenset(
    {
        "aol.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
        "live.com",
        "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "web.de", "yahoo.com",
        "yandex.ru",
    }
)  # fmt: skip
_HERE = re.compile(r"://(localhost|127\.|\[::1\])")
#: Nobody's street and town are shorter.
_SHORTEST = 10


def worries_of_project(settings: Settings) -> Iterator[tuple[tuple[str, ...], Problem]]:
    """What is to be looked at in `envoi.toml`, each with the key it stands at."""
    address, domain = settings.shop.address.strip(), settings.sender.email.rpartition("@")[2].lower()
    if len(address) < _SHORTEST or "@" in address or "://" in address:
        yield ("shop", "address"), _worry(f"{address!r} is no postal address", "write street and town, as the law asks")
    if domain in _MAILBOXES:
        what = f"mail in the name of {domain} is refused or taken for spam when others send it"
        yield ("sender", "email"), _worry(what, "send from a domain of your own")
    if settings.mail_url.startswith("folder:"):
        return
    if _HERE.search(settings.link_base):
        what = "the links in mails lead to this machine, where readers cannot follow"
        yield (
            ("mail", "link_base"),
            _worry(what, 'set link_base to where readers reach it, as "https://mail.example.org"'),
        )
    elif not settings.link_base.startswith("https://"):
        what = "one-click unsubscription needs https (RFC 8058)"
        yield (
            ("mail", "link_base"),
            _worry(what, "have a proxy answer with a certificate, and begin link_base with https"),
        )


def worries_of_mail(campaign: Campaign, mail: MailTemplate, settings: Settings) -> Iterator[Problem]:
    """What a campaign's mail does not say and should."""
    if campaign.kind is not MailKind.MARKETING:
        return
    printed = {each.path for each in mail.html.variables()}
    if not printed & {"shop", ADDRESS} and settings.shop.address not in mail.html.source:
        hint = f"add {mail.language.tags.example(ADDRESS)} to {campaign.template}"
        yield _worry("the mail does not say where its sender is to be found, as the law asks of marketing", hint)


def _worry(what: str, hint: str) -> Problem:
    return Problem(severity="warning", what=what, hint=hint)
