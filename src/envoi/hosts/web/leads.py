"""Where public links lead: what of it is asked again and again is remembered, since strangers may ask as they like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.hosts.folder import secrets_of
from envoi.hosts.local import open_letterbox
from envoi.hosts.surroundings import links_of, settings_alone

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.messages.links import Link, Links

#: Links remembered, so that following a link that many follow asks no database.
MOST_LINKS = 20_000


class Leads:
    """Reads the links and tokens of a project; any thread may ask."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._links: dict[str, Link] = {}
        self._reader: tuple[tuple[bytes, ...], Links] | None = None

    def link(self, name: str) -> Link | None:
        """The link with this id."""
        found = self._links.get(name)
        if found is None:
            with open_letterbox(self._root) as box:
                found = box.targets.find(name)
            if found is not None:
                if len(self._links) >= MOST_LINKS:
                    self._links.clear()
                # It never changes.
                self._links[name] = found
        return found

    def reader(self) -> Links:
        """Reads tokens with the secrets as they are now."""
        secrets = secrets_of(self._root)
        if self._reader is None or self._reader[0] != secrets:
            self._reader = secrets, links_of(self._root, settings_alone(self._root))
        return self._reader[1]
