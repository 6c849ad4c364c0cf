"""Tracking: which links of a mail lead by way of us, whether a person agreed to that, and what is kept of a hit."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name, PersonId
from envoi.messages.links import OWN, PIXEL, Link

if TYPE_CHECKING:
    from envoi.messages.links import Links
    from envoi.messages.port import LinkTable

#: A longer address is left as it is.
_LONGEST = 2_000
#: Addresses remembered for one campaign: where each person has their own, they are not all held for ever.
_HELD = 100_000


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A link or pixel that was asked for, by whomever."""

    #: New for each hit: storing it twice is storing it once.
    id: str
    #: Names the mail.
    decision: str
    link: Link
    at: Instant
    #: What was said of who asks: the User-Agent header.
    agent: str = ""
    #: Why it is no person, as far as the request itself tells; empty if it does not.
    machine: str = ""


class Targets:
    """Where the links of a campaign's mails lead: found while mails are made, to be stored before they go."""

    def __init__(self, links: Links, campaign: str) -> None:
        self._links = links
        self._campaign = campaign
        self._heads: dict[str, str] = {}
        self._new: dict[str, Link] = {}

    @cached_property
    def pixel(self) -> str:
        """The beginning of the address of a mail's pixel."""
        return self._head("o", PIXEL)

    def lead(self, url: str) -> str:
        """The beginning of the address that leads to `url` by way of us; empty if that is to stay as it is."""
        head = self._heads.get(url)
        if head is None:
            if len(self._heads) > _HELD:
                self._heads.clear()
            head = self._heads[url] = self._head("c", url.strip()) if is_tracked(url, self._links.base) else ""
        return head

    def mark(self, decision: str) -> str:
        """What ends each of these addresses in the mail that this decision led to."""
        return self._links.mark(decision, campaign=self._campaign)

    def store(self, table: LinkTable) -> None:
        """Stores what was found since the last time; when it returns, mails that hold these links may go.

        Raises:
            StoreFailed: the disk is full or failed; then they may not.
        """
        if self._new:
            table.add(list(self._new.values()))
            self._new.clear()

    def _head(self, kind: str, url: str) -> str:
        link = self._links.link(self._campaign, url)
        self._new[link.id] = link
        return f"{self._links.base}/{kind}/{link.id}/"


def is_tracked(url: str, base: str) -> bool:
    """Whether a link can lead by way of us: to a page on the web that is none of ours.

    >>> [is_tracked(url, "https://m.example") for url in ("https://shop.example/?a", "mailto:a@b.example", "#top")]
    [True, False, False]
    >>> is_tracked("https://m.example/unsubscribe/x", "https://m.example")
    False
    """
    url = url.strip()
    if len(url) > _LONGEST or not url.isprintable() or url.startswith(tuple(base + own for own in OWN)):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # A host in other letters would not survive in a Location header.
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.netloc.isascii()


def as_event(hit: Hit, person: PersonId, *, message_id: str, machine: str) -> Event:
    """What happened, as an event; `machine` says why it was no person, as far as it is known."""
    is_open = hit.link.url == PIXEL
    return Event(
        id=f"hit:{hit.id}",
        source=ENVOI,
        name=Name.EMAIL_OPENED if is_open else Name.EMAIL_CLICKED,
        keys={"user_id": person},
        at=hit.at,
        seen_at=hit.at,
        props={
            "campaign": hit.link.campaign,
            "message_id": message_id,
            **({} if is_open else {"url": hit.link.url}),
            "machine": bool(machine),
            "why_machine": machine,
        },
    )
