"""Content by prioritised rules: of those that hold for a person the first wins; if none does, the fallback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.decisions.decision import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from envoi.conditions.tree import Condition
    from envoi.events.event import PersonId, Value

FALLBACK = "fallback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: for whom, how urgent, and the values it gives to the template."""

    name: str
    #: Smaller goes first; no two rules of a campaign have the same.
    priority: int
    when: Condition
    #: As the condition was written, for reasons.
    text: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    #: What people must allow for it to hold.
    needs: frozenset[str] = frozenset()


def choose(rules: Sequence[Rule], holds: Mapping[str, Set[PersonId]], person: PersonId) -> tuple[str, list[Reason]]:
    """The name of the rule that wins for `person`, or FALLBACK, and why; `holds` has the people of each rule.

    The reasons name the winner and the rules that held too but lost to it.
    """
    fitting = sorted((rule for rule in rules if person in holds[rule.name]), key=lambda rule: rule.priority)
    if not fitting:
        return FALLBACK, [Reason(step="content", because=f"none of {len(rules)} rules held, so the fallback")]
    winner, *losers = fitting
    reasons = [Reason(step="content", because=f"rule {winner.name!r} (priority {winner.priority}) held: {winner.text}")]
    lost = [
        Reason(step="content", because=f"rule {loser.name!r} held too, with lower priority {loser.priority}")
        for loser in losers
    ]
    return winner.name, reasons + lost
