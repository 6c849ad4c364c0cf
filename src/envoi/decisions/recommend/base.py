"""The contract of every recommender: a few picks a person, best first, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec.structs import force_setattr

from envoi.events.event import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant
    from envoi.conditions.bound import BoundFilter
    from envoi.events.event import PersonId
    from envoi.tables import Tables


class Pick(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One recommended product."""

    product: str
    #: What the mail says beside it: "You bought this 6 times".
    reason: str
    #: The fields of its latest line item before the moment: name, category, price...
    item: dict[str, str | float | None] = {}
    #: All of it, as decisions and templates have it; one for all who get this pick, so nobody changes it.
    shown: dict[str, Value] = {}

    def __post_init__(self) -> None:
        """Makes what is shown."""
        force_setattr(self, "shown", {"product": self.product, "reason": self.reason, **self.item})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Which products there are to recommend: the line items of an event, and which of their fields mean what."""

    event: str
    #: The list property that holds the line items.
    items: str
    product: str
    #: Two products of the same name are not shown together.
    name: str
    #: Further fields that the template shows, as "text" or "num".
    fields: Mapping[str, str]
    #: Only line items that pass may be recommended; None: all.
    where: BoundFilter | None = None


#: Up to so many picks for each of these people; everyone gets an entry. Equal picks are one object, whoever gets them.
Picker = Callable[[Sequence["PersonId"]], dict["PersonId", list[Pick]]]


class Recommender(Protocol):
    """Something that recommends."""

    def picker(self, tables: Tables, *, at: Instant, count: int) -> Picker:
        """What gives people up to `count` picks each, from history up to `at` only; ties are broken by product id.

        History is read once, however often the picker is asked. Someone's picks are short or empty only if the whole
        shelf is.
        """
        ...
