"""How many profiles lack a field that the project uses, and which field would complete the most of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.conditions.tree import AnyOf, Op, Test, Trait
from envoi.conditions.written import written
from envoi.people.quality.complete import lacking
from envoi.reports.quality.answers import Completion, FieldUse, Incomplete, IncompleteProfile
from envoi.reports.quality.findings import in_words
from envoi.reports.quality.lineage import Use, weight
from envoi.reports.quality.measured import held, traits
from envoi.reports.quality.traits import LATEST
from envoi.reports.sample import sampled, share_of
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.clock import Instant
    from envoi.conditions.tree import Condition
    from envoi.events.catalogue import Catalogue
    from envoi.people.profile import Profile
    from envoi.reports.fields import Field
    from envoi.tables import Tables

_MISSING = Test(Op.MISSING)
EXAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacked:
    """A field that a person lacks, and what uses it."""

    field: str
    uses: Sequence[Use]

    def __str__(self) -> str:
        """As people read it.

        >>> str(Lacked(field="birthday", uses=[Use(kind="campaign", name="Birthday")]))
        'birthday; campaign "Birthday" uses it'
        """
        return f"{self.field}{in_words(self.uses)}"


def wanted(uses: Mapping[Field, Sequence[Use]], catalogue: Catalogue) -> dict[str, int]:
    """The fields of people that something uses, with their weights, the heaviest first."""
    known = traits(catalogue)
    found = {field.path: weight([*by]) for field, by in uses.items() if not field.event and field.path in known}
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def lacks(profile: Profile, catalogue: Catalogue, uses: Mapping[Field, Sequence[Use]]) -> list[Lacked]:
    """What would complete this one person's profile, what matters most first, each with what uses it."""
    by_name = {field.path: list(by) for field, by in uses.items() if not field.event}
    return [Lacked(field=name, uses=by_name[name]) for name in lacking(profile, wanted(uses, catalogue))]


def incomplete(
    tables: Tables, catalogue: Catalogue, uses: Mapping[Field, Sequence[Use]], *, at: Instant, people: int
) -> Incomplete:
    """The people seen by `at` who lack a wanted field then."""
    weights = wanted(uses, catalogue)
    kinds = traits(catalogue)
    if not weights:
        return Incomplete(people=0, of=people, fields=[], condition="", examples=[])
    names = list(weights)
    has = ", ".join(
        f'MAX(CASE WHEN "key" = ? AND {held(kinds[name])} IS NOT NULL THEN 1 ELSE 0 END) AS has{n}'
        for n, name in enumerate(names)
    )
    # By what they have in common, of which there is little: not by person.
    every = ", ".join(f"has{n}" for n in range(len(names)))
    latest = LATEST.replace('WHERE "at" <= ?', f'WHERE "at" <= ? AND "key" IN ({", ".join("?" * len(names))})')
    held_by = f"SELECT person, {has} FROM ({latest}) AS latest GROUP BY person"
    sql = f"SELECT {every}, COUNT(*) AS n FROM ({held_by}) AS held GROUP BY {every}"
    values = (*names, at, *names)
    patterns = [
        (frozenset(name for n, name in enumerate(names) if not row[f"has{n}"]), int(row["n"]))
        for row in tables.query(Query(sql, values)).to_pylist()
    ]
    # Who has none of them has no row.
    patterns.append((frozenset(names), people - sum(count for _, count in patterns)))
    lack = {name: sum(count for lacks, count in patterns if name in lacks) for name in names}
    alone = {name: sum(count for lacks, count in patterns if lacks == {name}) for name in names}
    fields = [
        Completion(
            field=name,
            weight=weights[name],
            missing=lack[name],
            only=alone[name],
            used_by=[FieldUse(kind=use.kind, name=use.name, how=use.how) for use in by],
        )
        for name in names
        if lack[name]
        for by in [next(by for field, by in uses.items() if not field.event and field.path == name)]
    ]
    return Incomplete(
        people=sum(count for lacks, count in patterns if lacks),
        of=people,
        fields=sorted(fields, key=lambda each: (-each.weight * each.missing, each.field)),
        condition=lacking_any([each.field for each in fields]),
        examples=_examples(tables, Query(held_by, values), names, at=at, people=people),
    )


def lacking_any(names: Sequence[str]) -> str:
    """The condition of those who lack one of these fields, as text.

    >>> lacking_any(["birthday", "city"])
    'birthday is missing or city is missing'
    """
    parts: tuple[Condition, ...] = tuple(Trait(name, _MISSING) for name in names)
    return written(AnyOf(parts) if len(parts) > 1 else parts[0]) if parts else ""


def _examples(
    tables: Tables, held_by: Query, names: Sequence[str], *, at: Instant, people: int
) -> list[IncompleteProfile]:
    """Those who lack most, by id; of many people, among those of a sample."""
    each = ", ".join(f"COALESCE(h.has{n}, 0) AS has{n}" for n in range(len(names)))
    number = " + ".join(f"COALESCE(h.has{n}, 0)" for n in range(len(names)))
    sql = (
        f"SELECT p.id AS id, {each} FROM people AS p LEFT JOIN ({held_by.sql}) AS h ON h.person = p.number"
        f" WHERE p.first_at <= ? AND {number} < {len(names)} ORDER BY {number}, p.id LIMIT {EXAMPLES}"
    )
    query = sampled(Query(sql, (*held_by.values, at)), share_of(people))
    return [
        IncompleteProfile(person=row["id"], lacks=[name for n, name in enumerate(names) if not row[f"has{n}"]])
        for row in tables.query(query).to_pylist()
    ]
