"""Small groups are not told in what is shared: neither as a number, nor as what is missing from a sum.

A number of people below the smallest group is hidden. If it alone were hidden, the sum would give it away: then the
smallest of the others is hidden too, until what is hidden could be anyone's (complementary suppression).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = TypeVar("Key")

#: Stands for a number that is not told.
HIDDEN = None


def shared(parts: Mapping[Key, int], smallest: int) -> dict[Key, int | None]:
    """The parts of a sum that is told too, as they may be shared; None for those that are hidden.

    A part of 0 is told only where nothing is hidden beside it: it may be the cover that another needs.

    >>> shared({"gold": 120, "silver": 31, "lost": 2}, 5)
    {'gold': 120, 'silver': None, 'lost': None}
    >>> shared({"gold": 120, "silver": 31, "lost": 0}, 5)
    {'gold': 120, 'silver': 31, 'lost': 0}
    """
    hidden = {key for key, count in parts.items() if 0 < count < smallest}
    covers = sorted((key for key in parts if key not in hidden), key=lambda key: (parts[key] == 0, parts[key]))
    # Who knows the sum knows what the hidden ones are together: that must be a group too, of more than one.
    while hidden and covers and (len(hidden) < _FEWEST or sum(parts[key] for key in hidden) < smallest):
        hidden.add(covers.pop(0))
    return {key: HIDDEN if key in hidden else count for key, count in parts.items()}


def alone(count: int, smallest: int) -> int | None:
    """A number that is no part of a sum.

    >>> alone(0, 5), alone(4, 5), alone(5, 5)
    (0, None, 5)
    """
    return HIDDEN if 0 < count < smallest else count


def in_words(count: int | None, smallest: int) -> str:
    """As people read it.

    >>> in_words(1200, 5), in_words(None, 5)
    ('1,200', 'fewer than 5, or hidden')
    """
    return f"{count:,}" if count is not None else f"fewer than {smallest}, or hidden"


#: One hidden number is what is missing from the sum.
_FEWEST = 2


class SharedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in a report that may be shared: its states add up to its audience, those told and those hidden."""

    campaign: str
    planned_at: str
    audience: int | None
    states: dict[str, int | None]
    skipped: dict[str, int | None]
    #: Whether anybody was counted who opened a mail or followed a link.
    has_read: bool
    opened_by: int | None = None
    clicked_by: int | None = None


class SharedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report without groups of fewer people than the smallest; None is a number that is hidden."""

    project: str
    at: str
    smallest_group: int
    people: int | None
    segments: dict[str, int | None]
    campaigns: list[SharedCampaign]
