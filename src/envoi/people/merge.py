"""Two profiles become one, when two people turn out to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.people.profile import Profile, is_seen, rank

if TYPE_CHECKING:
    from envoi.clock import Instant
    from envoi.events.event import PersonId, Stored
    from envoi.people.profile import Said, Trait


def merged(into: Profile | None, gone: Profile | None, by: Stored) -> Profile:
    """One profile of what both say; `by` is the event of the log that says that they are one.

    Of a trait the later value counts. Where one said no to a purpose and the other yes, the no stands until there is a
    yes from after they turned out to be one.
    """
    one, other = into or Profile(person=by.person), gone or Profile(person=by.person)
    seen = [each for each in (one, other) if is_seen(each)] or [one]
    return Profile(
        person=by.person,
        traits=_traits(one.traits, other.traits),
        consent=_consent(one.consent, other.consent, by.event.at),
        first_seen=min(each.first_seen for each in seen),
        last_seen=max(each.last_seen for each in seen),
        seq=by.seq,
        once=_once(one, other),
    )


def pointer(gone: PersonId, into: PersonId, seq: int) -> Profile:
    """What is left under the id of someone who turned out to be somebody else."""
    return Profile(person=gone, into=into, seq=seq)


def _traits(one: dict[str, Trait], other: dict[str, Trait]) -> dict[str, Trait]:
    return one | {key: trait for key, trait in other.items() if key not in one or one[key].at < trait.at}


def _consent(one: dict[str, Said], other: dict[str, Said], at: Instant) -> dict[str, Said]:
    return one | {purpose: _said(one[purpose], said, at) if purpose in one else said for purpose, said in other.items()}


def _said(one: Said, other: Said, at: Instant) -> Said:
    if one.granted != other.granted:
        no = other if one.granted else one
        return replace(no, stands_until=max(no.stands_until, at))
    later = other if rank(one) < rank(other) else one
    return replace(later, stands_until=max(one.stands_until, other.stands_until))


def _once(one: Profile, other: Profile) -> tuple[PersonId, ...]:
    gone = {other.person} if other.person != one.person else set()
    return tuple(sorted({*one.once, *other.once, *gone}))
