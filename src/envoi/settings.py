"""Everything a project may set that is not a segment, a campaign or another object: read once, by hosts only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who the mail is from, as its foot says."""

    name: str
    #: The postal address, which the law of most countries wants in the mail.
    address: str
    url: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The From of every mail."""

    name: str
    email: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values of `envoi.toml` and of the environment."""

    name: str
    shop: Shop
    sender: Sender
    zone: tzinfo = UTC
    #: The moment this project lives at; None: now. For projects whose data lie in the past.
    as_of: Instant | None = None
    #: Where mail goes: `smtp://host:port`, `smtps://...`, or `folder:DIR`, relative to the project.
    mail_url: str = "folder:.envoi/mail"
    #: What public links (unsubscribe, preferences) begin with.
    link_base: str = "http://localhost:8025"
    #: From a name that templates use to a path of the data: {"FNAME": "person.first_name"}.
    names: Mapping[str, str] = field(default_factory=dict)
    #: What templates get where a person lacks a value, by its path: {"person.first_name": "there"}.
    fallbacks: Mapping[str, str | int | float] = field(default_factory=dict)
    #: The folder for what machines make: log, history, mail, rejects; relative to the project.
    state: Path = field(default=Path(".envoi"))
