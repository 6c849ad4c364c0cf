"""What people need from outside: where the latest profile of each is found by id, and which keys are one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from envoi.events.event import PersonId
from envoi.people.identity import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.people.profile import Profile


class ProfileStore(Protocol):
    """The profiles folded so far: a cache of the log, which can be thrown away and folded again."""

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one."""
        ...

    def put(self, profiles: Sequence[Profile], *, upto: int = 0) -> None:
        """Stores these profiles in one commit, each in place of the person's earlier one.

        `upto`: the position in the log up to which all that says something of a person has been folded.

        One that is behind what is stored changes nothing: another process has folded further.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
        """
        ...

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Profile]:
        """Up to `limit` profiles with an id >= `start`, ordered by id; of those who turned out to be others, none."""
        ...

    def position(self) -> int:
        """The highest `seq` among the profiles stored, or `upto` if that is higher; 0 if there are none."""
        ...


class Node(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One key, and the person it belongs to."""

    node: PersonId
    person: PersonId
    #: Whether people who are not one have it together: from then on it names nobody but itself.
    is_shared: bool = False
    #: Nodes that it was separated from by somebody's word: no rule joins them again.
    apart: tuple[PersonId, ...] = ()

    @property
    def is_renamed_user(self) -> bool:
        """Whether it is a user id of somebody who is called otherwise."""
        return self.node != self.person and kind_of(self.node) == "user_id"


class Stamp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How an IdentityStore is, in a word: as long as it is the same, so is everything in the store."""

    number: int = 0
    #: Whether there is, or was, a user id that is not a person's own name.
    has_users: bool = False


class IdentityStore(Protocol):
    """Which keys are one person, beside the log and changed in its commits only.

    A user id that is a person by itself need not be in it; every other key that was ever seen is.
    """

    def stamp(self) -> Stamp:
        """What changes with every change; quickly told."""
        ...

    def around(self, nodes: Sequence[PersonId]) -> list[Node]:
        """All nodes of the people to whom these nodes belong, or whose names they are, as far as they are known."""
        ...

    def people_of(self, nodes: Sequence[PersonId]) -> dict[PersonId, PersonId]:
        """The person of each of these nodes that is known."""
        ...

    def nodes_of(self, person: PersonId) -> list[PersonId]:
        """The nodes of a person, in order; of an id that is not a person's name, nothing but itself."""
        ...

    def write(self, nodes: Sequence[Node]) -> None:
        """Puts these in place of what was known of them, within the log's commit.

        Raises:
            StoreFailed: the disk is full or failed.
        """
        ...
