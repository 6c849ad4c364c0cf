"""What an import found, counted: what was taken in, what was set aside and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.events.changes import Changes

if TYPE_CHECKING:
    from envoi.events.event import PersonId, Rejected
    from envoi.events.port import Batch

#: People are told apart up to about here, for each takes memory.
MOST_PEOPLE = 1_000_000


@dataclass(slots=True)
class Tally:
    """The batches of an import so far."""

    #: Events by name.
    events: Counter[str] = field(default_factory=Counter)
    #: Records set aside, by reason; reasons that differ only in the value they show count as one.
    rejected: Counter[str] = field(default_factory=Counter)
    #: The first record of each reason.
    examples: dict[str, Rejected] = field(default_factory=dict)
    people: set[PersonId] = field(default_factory=set)
    #: What the project's rules put in standard form.
    changes: Changes = field(default_factory=Changes)

    def add(self, batch: Batch) -> None:
        """Counts one more batch."""
        self.events.update([event.name for _, event in batch.events])
        if len(self.people) < MOST_PEOPLE:
            self.people.update([person for person, _ in batch.events])
        for _, event in batch.events:
            if event.raw:
                self.changes.add(event)
        for rejected in batch.rejected:
            reason = kind(rejected.reason)
            self.rejected[reason] += 1
            self.examples.setdefault(reason, rejected)


def kind(reason: str) -> str:
    """The reason without the value it shows.

    >>> kind("'total' should be a number: 'n/a'"), kind("'total' is required, and it is missing")
    ("'total' should be a number", "'total' is required, and it is missing")
    """
    return reason.partition(": ")[0]
