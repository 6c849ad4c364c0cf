"""What a gate answers for one entry: it may go, it is skipped for a reason, or it waits until a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envoi.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """It may be sent now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """It is not sent at all."""

    #: In words; never empty.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """It is not sent before `until`; then the gate is asked again."""

    until: Instant
    reason: str


Verdict = Go | Skip | Wait

GO = Go()
