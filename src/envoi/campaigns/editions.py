"""A campaign's mail in its editions: as its author wrote it, with a pixel, and with links that lead by way of us.

Which of them a person gets is theirs to say: who did not agree to be counted gets the plain one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from envoi.people.consent import permits
from envoi.people.purposes import CLICKS, OPENS
from envoi.templates.links import MARK, TAIL, led, pixel, tailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.messages.track import Targets
    from envoi.people.profile import Profile
    from envoi.settings import Tracking
    from envoi.templates.mail import MailTemplate
    from envoi.templates.program import Program

_NOTHING: Mapping[str, object] = {}


class Editions:
    """The editions of one mail; those that are not plain are compiled when somebody is to get them."""

    def __init__(self, template: MailTemplate, targets: Targets, tracking: Tracking) -> None:
        """Takes the mail as its author wrote it, be it prepared for many."""
        self.plain = template
        self.targets = targets
        self._tracking = tracking

    def of(self, profile: Profile, decision: str) -> tuple[MailTemplate, Mapping[str, object]]:
        """The edition that this person gets, and what it prints besides in the mail made of the decision of this id."""
        follows = permits(profile, CLICKS, self._tracking.clicks)
        is_seen = permits(profile, OPENS, self._tracking.opens)
        if not follows and not is_seen:
            return self.plain, _NOTHING
        mark = self.targets.mark(decision)
        traces = {MARK: mark, TAIL: pixel(self.targets.pixel + mark) if is_seen else ""}
        return self.with_links if follows else self.with_pixel, traces

    @cached_property
    def with_pixel(self) -> MailTemplate:
        """The mail with a place for a pixel."""
        return _changed(self.plain, tailed)

    @cached_property
    def with_links(self) -> MailTemplate:
        """The same with its links led, too."""
        return _changed(self.with_pixel, partial(led, lead=self.targets.lead))


def _changed(mail: MailTemplate, how: Callable[[Program], Program]) -> MailTemplate:
    """The mail with its HTML, and that of its fallback, put through `how`."""
    html = replace(mail.html, template=how(mail.html.template))
    return replace(mail, html=html, fallback=_changed(mail.fallback, how) if mail.fallback else None)
