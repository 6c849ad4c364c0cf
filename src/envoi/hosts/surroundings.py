"""What hosts need of a project before they open any store: its settings, its clock, its public links, its mail URL."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from envoi.campaigns.project import settings_of
from envoi.clock import Clock, FixedClock, SystemClock
from envoi.hosts.folder import read_files, secrets_of
from envoi.messages.links import Links

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.settings import Settings

#: Overrides where mail goes.
MAIL_URL = "ENVOI_MAIL_URL"


def settings_alone(root: Path) -> Settings:
    """What `envoi.toml` says, whatever is wrong elsewhere.

    Raises:
        NotFound: there is no such folder.
        InvalidProject: `envoi.toml` has mistakes.
    """
    return settings_of(read_files(root))


def clock_of(settings: Settings) -> Clock:
    """The project's clock: it stands where the settings say, or is the machine's."""
    return FixedClock(settings.as_of) if settings.as_of is not None else SystemClock()


def links_of(root: Path, settings: Settings) -> Links:
    """The maker and reader of the project's public links."""
    *older, current = secrets_of(root)
    return Links(base=settings.link_base, secret=current, older=tuple(older))


def mail_url_of(settings: Settings) -> str:
    """Where mail is to go; whether it may leave this machine is another question (sandbox.py)."""
    return os.environ.get(MAIL_URL) or settings.mail_url
