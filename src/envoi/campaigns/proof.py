"""Tries each planned mail before anything is recorded, so that what breaks on a person's data is known beforehand.

What somebody gets instead of a part that broke is a reason of their decision, and who gets no mail is skipped with the
template's reason. Should the person's data change before the mail is sent, then it is made of what they are by then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from envoi.campaigns.compose import data_for, lacks
from envoi.decisions.decision import Reason
from envoi.errors import TemplateError, Withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envoi.campaigns.compose import Press
    from envoi.campaigns.plan import Planned
    from envoi.decisions.decision import Decision
    from envoi.people.profile import Profile

#: The step of a decision at which its template is tried.
STEP = "template"


def proofed(press: Press, planned: Sequence[Planned]) -> list[Planned]:
    """The same plan: with the reasons why a mail is not as its template has it, and without those that cannot be."""
    fallbacks = _used_fallbacks(press)
    return [
        each
        if each.skip or each.decision is None or each.profile is None
        else _tried(press, each, each.decision, each.profile, fallbacks)
        for each in planned
    ]


def _tried(
    press: Press, planned: Planned, decision: Decision, profile: Profile, fallbacks: Mapping[str, object]
) -> Planned:
    because = list(_missing(press, decision, profile, fallbacks))
    skip = ""
    try:
        rendered = press.template.render(data_for(press, decision, profile))
        because += [f"fell back{f' at {each.at}' if each.at.line else ''}: {each.reason}" for each in rendered.setbacks]
    except Withheld as held:
        skip = held.what
    except TemplateError as fault:
        skip = f"could not be rendered: {fault}"
    reasons = [Reason(step=STEP, because=each) for each in [*because, *([skip] if skip else [])]]
    if not reasons:
        return planned
    return replace(planned, decision=changed(decision, reasons=[*decision.reasons, *reasons]), skip=skip)


def _missing(press: Press, decision: Decision, profile: Profile, fallbacks: Mapping[str, object]) -> Iterator[str]:
    if fallbacks:
        data = data_for(replace(press, settings=replace(press.settings, fallbacks={})), decision, profile)
        for path, value in fallbacks.items():
            if lacks(data, path):
                yield f"{path} is missing: it says {value!r}"


def _used_fallbacks(press: Press) -> Mapping[str, object]:
    """Those of the project's fallbacks that this template can print."""
    used = {each.path for each in press.template.whole.variables()}
    return {path: value for path, value in press.settings.fallbacks.items() if path in used}
