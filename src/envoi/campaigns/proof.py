"""Tries each planned mail before anything is recorded, so that what breaks on a person's data is known beforehand.

What somebody gets instead of a part that broke is a reason of their decision, and who gets no mail is skipped with the
template's reason. Should the person's data change before the mail is sent, then it is made of what they are by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.campaigns.compose import PAGES, data_for, for_many, lacks, own_data, pages_for
from envoi.decisions.decision import Reason
from envoi.errors import TemplateError, Withheld
from envoi.events.event import PersonId
from envoi.templates.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.campaigns.compose import Press
    from envoi.campaigns.plan import Planned
    from envoi.decisions.decision import Decision
    from envoi.people.profile import Profile

#: The step of a decision at which its template is tried.
STEP = "template"
#: The ids of nearly all people are no longer.
_LONG = 64


class Proof:
    """Tries mails of one template; what is the same in all of them is worked out once."""

    def __init__(self, press: Press) -> None:
        self._press = for_many(press)
        self._trial = Trial(self._press.template)
        self._fallbacks = _used_fallbacks(press)
        # Tokens take their time, and where they are only printed those of another do as well.
        is_alike = self._trial.prints_alone(PAGES)
        self._pages = pages_for(press, PersonId("x" * _LONG)) if is_alike else None

    def of(self, planned: Sequence[Planned]) -> list[Planned]:
        """The same plan, with the reasons why a mail is not as its template has it; without those that cannot be."""
        return [
            each
            if each.skip or each.decision is None or each.profile is None
            else self._tried(each, each.decision, each.profile)
            for each in planned
        ]

    def _tried(self, planned: Planned, decision: Decision, profile: Profile) -> Planned:
        because = self._missing(decision, profile) if self._fallbacks else []
        skip = ""
        pages = self._pages if len(decision.person) <= _LONG else None
        if not self._trial.passes(data_for(self._press, decision, profile, pages=pages)):
            setbacks, skip = self._rendered(data_for(self._press, decision, profile))
            because += [*setbacks, *([skip] if skip else [])]
        if not because:
            return planned
        reasons = [*decision.reasons, *(Reason(step=STEP, because=each) for each in because)]
        return replace(planned, decision=replace(decision, reasons=reasons), skip=skip)

    def _rendered(self, data: Mapping[str, object]) -> tuple[list[str], str]:
        """What fell back in this mail, and why it cannot be sent."""
        try:
            setbacks = self._press.template.render(data).setbacks
        except Withheld as held:
            return [], held.what
        except TemplateError as fault:
            return [], f"could not be rendered: {fault}"
        return [f"fell back{f' at {each.at}' if each.at.line else ''}: {each.reason}" for each in setbacks], ""

    def _missing(self, decision: Decision, profile: Profile) -> list[str]:
        data = own_data(self._press.campaign, decision, profile, self._press.settings)
        return [f"{path} is missing: it says {value!r}" for path, value in self._fallbacks.items() if lacks(data, path)]


def _used_fallbacks(press: Press) -> Mapping[str, object]:
    """Those of the project's fallbacks that this template can print."""
    used = {each.path for each in press.template.whole.variables()}
    return {path: value for path, value in press.settings.fallbacks.items() if path in used}
