"""Where links lead, in memory: for tests and previews; it is forgotten when the process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.messages.links import Link


class MemoryLinkTable:
    """A LinkTable in memory."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}

    def add(self, links: Sequence[Link]) -> None:
        """Stores these; one that is there already stays as it is."""
        for link in links:
            self._links.setdefault(link.id, link)

    def find(self, name: str) -> Link | None:
        """The link with this id."""
        return self._links.get(name)
