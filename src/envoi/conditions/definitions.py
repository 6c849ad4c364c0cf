"""Everything a condition may speak of by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from envoi.conditions.tree import Condition, Scope, Span, Test

if TYPE_CHECKING:
    from decimal import Decimal

    from envoi.events.catalogue import Catalogue

#: A field that is worked out from others: the condition its test stands for (features/rfm.py has some).
Derived = Callable[[Test], Condition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """The tracking plan, and what the project names besides."""

    catalogue: Catalogue
    segments: Mapping[str, Condition] = field(default_factory=dict)
    #: By name: how many points for each of which events.
    points: Mapping[str, tuple[tuple[Decimal, Scope], ...]] = field(default_factory=dict)
    #: By the name of a points scheme: after how long points are worth half; without, they keep their worth.
    half_lives: Mapping[str, Span] = field(default_factory=dict)
    derived: Mapping[str, Derived] = field(default_factory=dict)
    #: What people can agree to; none: whatever a condition says.
    purposes: tuple[str, ...] = ()
    #: Where a date without a time begins.
    zone: tzinfo = UTC
