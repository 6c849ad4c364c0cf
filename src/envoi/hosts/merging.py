"""Who makes two people of a project one, and two of one again: what matching and its pages hand their pairs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from envoi.events.event import PersonId
    from envoi.people.match.port import Merge, Separate

    #: Makes it ready for the project in a folder.
    Merger = Callable[[Path], "Merging"]

_HINT = "'envoi match --people --dry-run' tells who is one person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """Merging and its way back."""

    merge: Merge
    separate: Separate


def merging_of(_: Path) -> Merging:
    """What merges the people of a project."""
    return Merging(merge=_merge, separate=_separate)


def _merge(one: PersonId, other: PersonId, *, because: str, by: str, score: float) -> PersonId:  # noqa: ARG001 - as in `Merge`
    raise Conflict(f"{one!r} and {other!r} cannot be merged in this project", hint=_HINT)


def _separate(one: PersonId, other: PersonId, *, because: str, by: str) -> None:  # noqa: ARG001 - as in `Separate`
    raise Conflict(f"{one!r} and {other!r} cannot be separated in this project", hint=_HINT)
