"""What reports read from; the stores of the flow are one such thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from envoi.events.port import Archive
    from envoi.messages.port import Statement
    from envoi.people.port import ProfileStore
    from envoi.tables import Tables


class Kept(Protocol):
    """Everything that is kept, for reading."""

    @property
    def archive(self) -> Archive:
        """The log by what its events are known by."""
        ...

    @property
    def people(self) -> ProfileStore:
        """The latest profile of each person."""
        ...

    @property
    def tables(self) -> Tables:
        """History."""
        ...

    @property
    def statement(self) -> Statement:
        """The ledger."""
        ...
