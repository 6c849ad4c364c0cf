"""Which keys are one person, in memory: for tests and trials; a log's commit that fails does not take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.identity import node_of
from envoi.people.port import Node, Stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import PersonId


class MemoryIdentityStore:
    """An IdentityStore in memory."""

    def __init__(self) -> None:
        self._nodes: dict[PersonId, Node] = {}
        self._number, self._has_users = 0, False

    def stamp(self) -> Stamp:
        """What changes with every change."""
        return Stamp(number=self._number, has_users=self._has_users)

    def around(self, nodes: Sequence[PersonId]) -> list[Node]:
        """All nodes of the people to whom these nodes belong, or whose names they are, as far as they are known."""
        people = {*nodes, *self.people_of(nodes).values()}
        return [one for _, one in sorted(self._nodes.items()) if one.person in people]

    def people_of(self, nodes: Sequence[PersonId]) -> dict[PersonId, PersonId]:
        """The person of each of these nodes that is known."""
        return {node: self._nodes[node].person for node in nodes if node in self._nodes}

    def nodes_of(self, person: PersonId) -> list[PersonId]:
        """The nodes of a person, in order; of an id that is not a person's name, nothing but itself."""
        return sorted({person, *(one.node for one in self._nodes.values() if one.person == person)})

    def write(self, nodes: Sequence[Node]) -> None:
        """Puts these in place of what was known of them."""
        self._nodes |= {one.node: one for one in nodes}
        self._has_users = self._has_users or any(one.is_renamed_user for one in nodes)
        self._number += 1

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """Forgets these people's keys, and these addresses; returns how many keys that were."""
        found = self._of(people, addresses)
        for node in found:
            del self._nodes[node]
        self._number += 1
        return len(found)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """How many keys it has of them."""
        return len(self._of(people, addresses))

    def _of(self, people: Sequence[PersonId], addresses: Sequence[str]) -> list[PersonId]:
        gone = {*people, *(node_of("email", address) for address in addresses)}
        return [node for node, one in self._nodes.items() if node in gone or one.person in gone]
