"""Which mailer a URL means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import FolderMailer
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.messages.port import Mailer

FOLDER = "folder:"


def mail_folder(url: str, root: Path) -> Path | None:
    """The folder a `folder:DIR` URL means, within the project unless it is absolute; None for other URLs."""
    return root / url.removeprefix(FOLDER) if url.startswith(FOLDER) else None


def mailer_for(url: str, root: Path) -> Mailer:
    """The mailer for `folder:DIR`, `smtp://[user:password@]host[:port]` or `smtps://...`; nothing is opened yet.

    Raises:
        ProjectError: the URL is none of these.
    """
    folder = mail_folder(url, root)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return FolderMailer(folder)
    if url.startswith(("smtp://", "smtps://")):
        return SmtpMailer(parse_server(url))
    raise ProjectError(f"{url!r} is no place for mail", hint="write folder:DIR, smtp://host:port or smtps://host")
