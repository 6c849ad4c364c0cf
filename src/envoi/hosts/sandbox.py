"""Sandbox mode: until the sender's domain is confirmed, no mail leaves this machine, whatever the mail URL says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp_connect import parse_server
from envoi.errors import ProjectError
from envoi.hosts.mailers import FOLDER
from envoi.hosts.providers import is_provider, provider_elsewhere
from envoi.hosts.surroundings import mail_url_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from envoi.settings import Settings

#: Where mail goes that may not leave.
SANDBOX = "folder:.envoi/mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a project's mail goes."""

    url: str
    #: The domain that it is from.
    domain: str
    #: The server by which it would leave this machine, were its domain confirmed; empty if nothing is held back.
    withheld: str = ""

    @property
    def todo(self) -> str:
        """What a person does to let it leave."""
        return f'write confirmed = ["{self.domain}"] under [mail] in envoi.toml'


def way_of(settings: Settings) -> Way:
    """Where mail goes: to the mail URL, or to the sandbox if it would leave this machine and is not confirmed."""
    url, domain = mail_url_of(settings), domain_of(settings)
    try:
        withheld = withheld_from(url, domain, settings.confirmed)
    except ProjectError:
        # Whoever comes to send hears what is wrong with it.
        withheld = ""
    return Way(url=SANDBOX if withheld else url, domain=domain, withheld=withheld)


def domain_of(settings: Settings) -> str:
    """The domain that mail is from."""
    return settings.sender.email.rpartition("@")[2].lower()


def withheld_from(url: str, domain: str, confirmed: Collection[str]) -> str:
    """The server outside of this machine that may not have mail from this domain; empty if it may go to the URL.

    Raises:
        ProjectError: the mail URL names no place for mail.
    """
    return "" if domain in confirmed else server_elsewhere(url)


def server_elsewhere(url: str) -> str:
    """The server through which mail leaves this machine; empty for a folder, or a server that runs here.

    >>> server_elsewhere("folder:mail"), server_elsewhere("smtp://localhost:2525"), server_elsewhere("ses://eu-west-1")
    ('', '', 'ses://eu-west-1')

    Raises:
        ProjectError: the mail URL names no place for mail.
    """
    if url.startswith(FOLDER):
        return ""
    if is_provider(url):
        return provider_elsewhere(url)
    server = parse_server(url)
    return "" if server.is_here else str(server)
