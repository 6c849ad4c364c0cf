"""A campaign as its file has it: to whom, what, under which consent, and whom to leave out to measure its effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.decisions.rules import FALLBACK
from envoi.messages.timing import When
from envoi.settings import MailKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.conditions.tree import Condition
    from envoi.decisions.recommend.base import Recommender
    from envoi.decisions.rules import Rule
    from envoi.events.event import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """Which recommendations the mail shows."""

    recommender: Recommender
    count: int
    #: What each has besides its id, name and reason.
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign."""

    name: str
    audience: Condition
    #: The audience as it was written, for reasons.
    audience_text: str
    #: What the person must have consented to.
    purpose: str
    #: The template's file name within `templates/`.
    template: str
    description: str = ""
    #: In the template's dialect: the subject instead of its own, and what it prints as `campaign.preview`.
    subject: str = ""
    preview: str = ""
    #: The template of whoever's data break the first one; empty: they get nothing.
    fallback_template: str = ""
    #: The share of the audience that gets nothing, so that the effect can be measured; in [0, 1).
    holdout: float = 0.0
    rules: tuple[Rule, ...] = ()
    #: What the template gets when no rule holds.
    fallback: Mapping[str, Value] = field(default_factory=dict)
    products: Products | None = None
    kind: MailKind = MailKind.MARKETING
    when: When = field(default_factory=When)

    def contents(self) -> list[str]:
        """What a decision can choose: the rules, the first to be asked first, and then the fallback."""
        return [*(rule.name for rule in sorted(self.rules, key=lambda rule: rule.priority)), FALLBACK]

    def content(self, rule: str) -> Mapping[str, Value]:
        """The values that the named rule, or the fallback, gives to the template.

        A field that a rule leaves out is taken from the fallback.
        """
        fields = next((each.fields for each in self.rules if each.name == rule), {})
        return {**self.fallback, **fields}
