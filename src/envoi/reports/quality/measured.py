"""What is counted of a field, and what stands in the columns of history where it is held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.events.catalogue import Kind
from envoi.events.event import CONSENT, IMPUTED, MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.clock import Instant
    from envoi.events.catalogue import Catalogue
    from envoi.people.quality.drift import Drift
    from envoi.people.quality.onset import FilledDay

#: Fields of a profile that nobody tells us: what Envoi keeps there has audits of its own.
_NOT_TOLD = (CONSENT, MODEL, IMPUTED)
#: The column of each kind; of all others it is text.
_HELD = {Kind.NUMBER: "num", Kind.TIME: "num", Kind.BOOLEAN: "bool"}
#: A field with more values than this has no categories that could shift.
MOST_CATEGORIES = 200
HELD = ("num", "bool", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A field of people, or of the events of one name, as one source told it, or all did (an empty source)."""

    event: str
    path: str
    kind: Kind
    source: str
    #: Of people, those whom the source told of; of events, those of both windows.
    total: int
    filled: int
    #: Values of another kind than the field's: conditions and templates do not see them.
    misfits: int = 0
    distinct: int = 0
    newest: Instant | None = None
    drift: Drift | None = None
    #: Where all sources are meant: by the day on which a person was first seen, or an event happened.
    days: Sequence[FilledDay] = field(default=())


def held(kind: Kind) -> str:
    """The kind of column that holds values of this kind."""
    return _HELD.get(kind, "text")


def traits(catalogue: Catalogue) -> dict[str, Kind]:
    """The fields of people that somebody tells us, with their kinds."""
    return {
        name: prop.kind
        for name, prop in sorted(catalogue.traits.items())
        if not name.startswith(_NOT_TOLD) and prop.kind is not Kind.ITEMS
    }
