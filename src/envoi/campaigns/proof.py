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
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile

#: The step of a decision at which its template is tried.
STEP = "template"
#: How many profiles are held at a time.
_AT_ONCE = 1_000


def proofed(press: Press, planned: Sequence[Planned], people: ProfileStore) -> list[Planned]:
    """The same plan: with the reasons why a mail is not as its template has it, and without those that cannot be."""
    made: list[Planned] = []
    fallbacks = _used_fallbacks(press)
    for start in range(0, len(planned), _AT_ONCE):
        some = planned[start : start + _AT_ONCE]
        profiles = people.get([each.person for each in some if not each.skip])
        for each in some:
            profile = profiles.get(each.person)
            open_decision = None if each.skip or profile is None else each.decision
            if profile and open_decision:
                each = _tried(press, each, open_decision, profile, fallbacks)  # noqa: PLW2901 - the same person, further
            made.append(each)
    return made


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
