"""What a project calls good data: the stretches that are compared, and from where on something is worth a word."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.people.quality.repair import Dependency


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`[quality]`, as far as it says what is good."""

    #: The present window ends at the moment of the report, the reference window where the present one begins.
    present: timedelta = timedelta(days=7)
    reference: timedelta = timedelta(days=28)
    #: The share of people who should have a field that something uses.
    complete: float = 0.95
    #: The share of a field's values that should be valid.
    valid: float = 0.99
    #: Half of the band in which a day's count is expected, in standard deviations.
    band: float = 4.0
    #: Fields of which no two people should have the same value, besides the mail address.
    unique: tuple[str, ...] = ()
    #: "zip decides city": what people with the same zip have in common.
    decides: tuple[Dependency, ...] = ()
    #: By source: how long it may be silent.
    fresh: Mapping[str, timedelta] = field(default_factory=dict)
