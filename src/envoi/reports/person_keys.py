"""By what a person is known: the keys their events brought, and which people turned out to be them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.events.event import WHO_IS_WHO, PersonId
from envoi.people.identity import node_of
from envoi.people.regroup import Merged, Separated, change_of
from envoi.settings import TRUST
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.clock import Instant
    from envoi.events.event import Stored
    from envoi.reports.kept import Kept

#: So many of a person's first events are looked at, and of the last.
LOOKED = 500

_OF = "FROM events AS e JOIN people AS p ON p.number = e.person WHERE p.id = ? AND e.at <= ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a person, and the first event of those looked at that brought it."""

    kind: str
    value: str
    #: What it is called among the keys of who is who.
    node: PersonId
    since: Instant
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Two people turned out to be one, or one to be two."""

    stored: Stored
    change: Merged | Separated


def keys_of(kept: Kept, person: PersonId, *, at: Instant) -> list[Key]:
    """The person's keys, the most trusted first."""
    found: dict[tuple[str, str], Key] = {}
    for stored in _some(kept, person, at):
        event = stored.event
        for kind, value in event.keys.items():
            if kind in TRUST and event.name not in WHO_IS_WHO:
                key = Key(kind=kind, value=value, node=node_of(kind, value), since=event.at, source=event.source)
                found.setdefault((kind, key.node), key)
    return sorted(found.values(), key=lambda key: (TRUST.index(key.kind), key.since, key.value))


def turns_of(kept: Kept, person: PersonId, *, at: Instant) -> list[Turn]:
    """What was said of who this is, the newest first."""
    names = sorted(WHO_IS_WHO)
    sql = f"SELECT e.seq AS seq {_OF} AND e.name IN ({', '.join('?' * len(names))}) ORDER BY e.seq DESC"
    seqs = kept.tables.query(Query(sql, (person, at, *names))).column("seq").to_pylist()
    told = [(stored, change_of(stored.event)) for stored in kept.archive.fetch(seqs)]
    return [Turn(stored=stored, change=change) for stored, change in told if change is not None]


def _some(kept: Kept, person: PersonId, at: Instant) -> Sequence[Stored]:
    seqs: dict[int, None] = {}
    for order in ("e.at, e.seq", "e.at DESC, e.seq DESC"):
        rows = kept.tables.query(Query(f"SELECT e.seq AS seq {_OF} ORDER BY {order} LIMIT ?", (person, at, LOOKED)))
        seqs |= dict.fromkeys(rows.column("seq").to_pylist())
    return sorted(kept.archive.fetch(list(seqs)), key=lambda stored: (stored.event.at, stored.seq))
