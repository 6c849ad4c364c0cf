"""Which profiles are incomplete, and what would complete them: the fields that the project uses and a person lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.events.event import Value
    from envoi.people.profile import Profile


def lacking(profile: Profile, wanted: Mapping[str, int]) -> list[str]:
    """The wanted fields that the person lacks, what matters most first; none for a complete profile.

    `wanted` has the weight of each field: by how much the project uses it.

    >>> from envoi.people.profile import Profile, Trait
    >>> traits = {"email": Trait(value="ada@example.org", at=0), "city": Trait(value=" ", at=0)}
    >>> ada = Profile(person="17", traits=traits)
    >>> lacking(ada, {"email": 9, "city": 1, "birthday": 3})
    ['birthday', 'city']
    """
    missing = (field for field in wanted if is_blank(profile.value(field)))
    return sorted(missing, key=lambda field: (-wanted[field], field))


def is_blank(value: Value) -> bool:
    """Whether a value is as good as none."""
    return value is None or (isinstance(value, str) and not value.strip())
