"""A condition with a name that people and other conditions can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envoi.conditions.tree import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment as its file has it."""

    name: str
    condition: Condition
    description: str = ""
