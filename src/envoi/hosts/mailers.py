"""Which mailer a URL means."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import FolderMailer
from envoi.adapters.messages.providers.over_smtp import NamingMailer, field_of
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.errors import ProjectError
from envoi.hosts.providers import SCHEMES, is_provider, provider_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from envoi.messages.port import Mailer

FOLDER = "folder:"


def mail_folder(url: str, root: Path) -> Path | None:
    """The folder a `folder:DIR` URL means, within the project unless it is absolute; None for other URLs."""
    return root / url.removeprefix(FOLDER) if url.startswith(FOLDER) else None


def mailer_for(url: str, root: Path, *, rates: Mapping[str, float] | None = None) -> Mailer:
    """The mailer for `folder:DIR`, `smtp://[user:password@]host[:port]`, `smtps://...` or a provider.

    Nothing is opened yet.

    `rates` are the most messages a minute by domain; a folder takes them as they come.

    Raises:
        ProjectError: the URL is none of these.
    """
    folder = mail_folder(url, root)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return FolderMailer(folder)
    if url.startswith(("smtp://", "smtps://")):
        server = parse_server(url)
        mailer, field = SmtpMailer(server, rates=rates), field_of(server.host)
        return NamingMailer(mailer, field) if field else mailer
    if is_provider(url):
        return provider_for(url, os.environ)
    others = ", ".join(f"{scheme}://" for scheme in SCHEMES)
    raise ProjectError(
        f"{url!r} is no place for mail", hint=f"write folder:DIR, smtp://host:port, smtps://host, {others}"
    )
