"""Estimates in the log: an event of Envoi's own, which sets `imputed.FIELD` and never FIELD itself.

They are events and not a table beside the log, because a mail or a segment may have gone by them: so it is known what
was estimated when, conditions see it as it was at any moment, and erasing a person erases it too. They are no word of
the person: a client cannot post one, and no "Profile Updated" sets a field of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.clean import digest
from envoi.events.event import ENVOI, IMPUTED, Event, Name
from envoi.people.identity import keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant
    from envoi.events.event import Value
    from envoi.people.profile import Profile


def changed(profile: Profile, estimates: Mapping[str, Value]) -> dict[str, Value]:
    """What of a person's estimates is new: by field, and None for one that holds no longer, as they told it since."""
    before = {
        name.removeprefix(IMPUTED): trait.value
        for name, trait in profile.traits.items()
        if name.startswith(IMPUTED) and trait.value is not None
    }
    gone = dict.fromkeys(name for name in before if name not in estimates)
    return {name: value for name, value in (gone | dict(estimates)).items() if before.get(name) != value}


def as_event(profile: Profile, news: Mapping[str, Value], methods: Mapping[str, str], at: Instant) -> Event:
    """The event that says so; the same news of the same profile make the same event."""
    return Event(
        id=f"impute/{profile.person}/{profile.seq}/{digest(dict(news))}",
        source=ENVOI,
        name=Name.TRAIT_IMPUTED,
        keys=keys_of(profile.person),
        at=at,
        seen_at=at,
        props={
            "imputed": dict(news),
            "method": {name: methods[name] for name, value in news.items() if value is not None},
        },
    )
