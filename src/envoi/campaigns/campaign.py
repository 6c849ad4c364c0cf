"""A campaign as its file has it: to whom, what, under which consent, and whom to leave out to measure its effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.decisions.rules import FALLBACK
from envoi.messages.timing import When
from envoi.people.purposes import PROFILING
from envoi.settings import Asked, MailKind

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
    #: Whose own history they are made from; the others see what is popular.
    profiling: Asked = Asked.OPT_OUT
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
    #: What people must allow, beside the mail itself, to be in its audience (gates.py).
    needs: frozenset[str] = frozenset()

    def needs_for(self, content: str) -> frozenset[str]:
        """What a person must allow to get this content: of the named rule, or the fallback."""
        of_rule = next((rule.needs for rule in self.rules if rule.name == content), frozenset())
        return self.needs | of_rule | ({PROFILING} if self.products else frozenset())

    def contents(self) -> list[str]:
        """What a decision can choose: the rules, the first to be asked first, and then the fallback."""
        return [*(rule.name for rule in sorted(self.rules, key=lambda rule: rule.priority)), FALLBACK]

    def content(self, rule: str) -> Mapping[str, Value]:
        """The values that the named rule, or the fallback, gives to the template.

        A field that a rule leaves out is taken from the fallback.
        """
        fields = next((each.fields for each in self.rules if each.name == rule), {})
        return {**self.fallback, **fields}
