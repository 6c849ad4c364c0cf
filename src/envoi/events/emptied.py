"""What is left of an event after an erasure: its place in the log, and an id by which a repeated delivery is known."""

from __future__ import annotations

import hmac

from envoi.clock import Instant
from envoi.events.event import Event, Name

#: Before the ids of events that were erased.
ERASED = "erased:"
#: The mark in the log that says how many erasures it has gone through; a backup that is put back has fewer.
ERASURES = "erasures"
_ANY_TIME = Instant(0)


def emptied_id(source: str, name: str, key: bytes) -> str:
    """The id of an event after its erasure: the same (source, id) gives the same, and it tells nobody which it was.

    >>> emptied_id("web", "m-1", b"k") == emptied_id("web", "m-1", b"k") != emptied_id("app", "m-1", b"k")
    True
    """
    return ERASED + hmac.digest(key, f"event\0{source}\0{name}".encode("utf-8", "replace"), "sha256").hex()[:32]


def emptied(source: str, name: str, key: bytes) -> Event:
    """What is written in place of the event."""
    return Event(
        id=emptied_id(source, name, key), source=source, name=Name.ERASED, keys={}, at=_ANY_TIME, seen_at=_ANY_TIME
    )
