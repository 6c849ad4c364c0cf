"""Consent over HTTP: reported words are held against what people said, and a browser's wish for privacy is heeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.privacy_signal import refusals
from envoi.people.reported import heard
from envoi.people.words import Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import PersonId
    from envoi.hosts.live.posted import Posted
    from envoi.people.reported import Latest

#: People remembered whose browser said so; of one that is forgotten the log remembers it.
MOST_NOTED = 100_000


class Signals:
    """Makes `Sec-GPC: 1` the person's no, once."""

    def __init__(self) -> None:
        #: The purposes that it closes; the project says so.
        self.closes: Sequence[str] = ()
        self._noted: set[PersonId] = set()

    def heed(self, made: Posted) -> None:
        """Adds what the browsers of a request said, unless that is in the log already."""
        for person, keys in made.signalled.items():
            if person not in self._noted:
                made.events += [
                    (person, event) for event in refusals(person, keys, self.closes, made.at, proof={"by": "Sec-GPC"})
                ]

    def note(self, made: Posted) -> None:
        """What a request brought is kept by now."""
        if made.signalled:
            if len(self._noted) > MOST_NOTED:
                self._noted.clear()
            self._noted.update(made.signalled)


def hear(made: Posted, latest: Latest) -> None:
    """Takes out of a request the words that may not be stored, each with its reason."""
    kept, aside = heard(made.events, Method.API, latest)
    if kept is not made.events:
        made.events = list(kept)
        made.rejected += aside
