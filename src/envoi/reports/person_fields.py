"""What is known of a person, field by field: the value, what it was before a rule changed it, and estimates apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.events.event import IMPUTED, Name
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.clock import Instant
    from envoi.events.event import PersonId, Stored, Value
    from envoi.people.profile import Profile
    from envoi.reports.kept import Kept

#: So many of a person's latest updates are looked at for what a value was before.
LOOKED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One field."""

    name: str
    value: Value
    since: Instant
    source: str = ""
    #: What came in, and the rule that made the value of it; empty where no rule changed it.
    raw: Value = None
    rule: str = ""
    #: It was computed from what others told, and not told by the person.
    is_estimate: bool = False


def fields_of(kept: Kept, profile: Profile) -> list[Known]:
    """The person's fields by name, told ones before estimates."""
    told = list(_updates(kept, profile.person))
    return sorted(
        (_known(name, trait.value, trait.at, told) for name, trait in profile.traits.items()),
        key=lambda one: (one.is_estimate, one.name),
    )


def _known(name: str, value: Value, since: Instant, told: list[Stored]) -> Known:
    bare, is_estimate = name.removeprefix(IMPUTED), name.startswith(IMPUTED)
    for event in (stored.event for stored in told):
        if event.at == since and bare in event.props and (event.name == Name.TRAIT_IMPUTED) is is_estimate:
            raw, rule = event.raw.get(bare, (None, ""))
            return Known(
                name=bare, value=value, since=since, source=event.source, raw=raw, rule=rule, is_estimate=is_estimate
            )
    return Known(name=bare, value=value, since=since, is_estimate=is_estimate)


def _updates(kept: Kept, person: PersonId) -> Iterator[Stored]:
    sql = (
        "SELECT e.seq AS seq FROM events AS e JOIN people AS p ON p.number = e.person"
        " WHERE p.id = ? AND e.name IN (?, ?) ORDER BY e.seq DESC LIMIT ?"
    )
    names = (Name.PROFILE_UPDATED.value, Name.TRAIT_IMPUTED.value)
    yield from kept.archive.fetch(kept.tables.query(Query(sql, (person, *names, LOOKED))).column("seq").to_pylist())
