"""Asks providers for what people lack, one person at a time, and writes what is taken of the answers into the log.

Nothing waits for it: history stays closed to it, a failure is counted, and a provider that fails again and again is
left alone until the next run.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.outgoing import Post, post
from envoi.adapters.people.enriched import open_answers
from envoi.clock import Instant, SystemClock, duration, iso
from envoi.errors import EnvoiError, ProjectError, Unreachable
from envoi.events.clean import Cleaner, digest
from envoi.events.event import Rejected
from envoi.events.port import Batch
from envoi.flow import as_of_now, catch_up_profiles
from envoi.hosts.folder import state_folder
from envoi.hosts.imputing import profiles
from envoi.hosts.local import open_letterbox, open_project
from envoi.hosts.standards import standardiser
from envoi.people.consent import allows
from envoi.people.enrich import Kept, as_raw, question, read, taken
from envoi.people.purposes import ENRICHMENT
from envoi.people.quality.complete import is_blank
from envoi.reports.enriched import Enriched, Enrichment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from envoi.adapters.people.enriched import Answers
    from envoi.events.event import Value
    from envoi.hosts.local import Letterbox
    from envoi.people.enrich import Provider
    from envoi.people.profile import Profile

#: After so many failures in a row a provider is left alone.
_MOST_FAILURES = 5
_MINUTE_S = 60.0
_OK, _KNOWS_NOBODY = 200, 404

#: Waits so many seconds.
Wait = Callable[[float], None]


def enrich(root: Path, *, only: str = "", most: int = 0, dry_run: bool = False, wait: Wait = time.sleep) -> Enrichment:
    """Asks about everyone who agreed and lacks something; `most` people of each provider, 0 for all.

    Raises:
        ProjectError: the project names no provider, or a variable that holds a secret is not set.
    """
    with open_project(root, read_only=(state_folder(root) / "history.duckdb").exists()) as envoi:
        project = envoi.project
    chosen = [each for each in project.providers if only in ("", each.name)]
    if not chosen:
        hint = 'write one as [enrich.NAME] in envoi.toml: url, keys = ["email"], fields = { employer = "company.name" }'
        raise ProjectError(f"nobody is named to ask{f' as {only!r}' if only else ''}", hint=hint)
    cleaner = Cleaner(project.definitions.catalogue, standardiser(project.rules))
    found = []
    with open_letterbox(root) as box, open_answers(state_folder(root)) as answers:
        catch_up_profiles(box.log, box.people, box.log)
        for provider in chosen:
            asking = _Asking(
                provider=provider, box=box, answers=answers, cleaner=cleaner, headers=_headers(provider), wait=wait
            )
            found.append(asking.all(most, dry_run=dry_run))
        answers.forget(before=SystemClock().now())
        at = iso(box.clock.now())
    return Enrichment(at=at, dry_run=dry_run, providers=found)


def _headers(provider: Provider) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if not provider.header:
        return headers
    secret = os.environ.get(provider.secret, "")
    if not secret:
        hint = f"set it to what {provider.url} wants in its header {provider.header}"
        raise ProjectError(f"the variable {provider.secret} is not set", hint=hint)
    return headers | {provider.header: secret}


@dataclass(slots=True, kw_only=True)
class _Asking:
    """One provider, asked about one person after another."""

    provider: Provider
    box: Letterbox
    answers: Answers
    cleaner: Cleaner
    headers: Mapping[str, str] = field(repr=False)
    wait: Wait
    counts: Counter[str] = field(default_factory=Counter)
    why: str = ""
    #: Failures in a row.
    _failures: int = 0

    def all(self, most: int, *, dry_run: bool) -> Enriched:
        for profile in profiles(self.box.people):
            sent = question(profile, self.provider)
            if sent is None:
                self.counts["without consent"] += _lacks(profile, self.provider) and not allows(profile, ENRICHMENT)
                continue
            self.counts["wanted"] += 1
            if dry_run or (most and self.counts["asked"] + self.counts["cached"] >= most):
                continue
            self._one(profile, sent)
            if self._gave_up:
                break
        return self._told()

    @property
    def _gave_up(self) -> bool:
        return self._failures >= _MOST_FAILURES

    def _one(self, profile: Profile, sent: Mapping[str, Value]) -> None:
        asked, now = digest(sent), SystemClock().now()
        kept = self.answers.get(self.provider.name, profile.person)
        if kept is None or kept.asked != asked or kept.until <= now:
            answer = self._ask(sent)
            if answer is None:
                return
            until = Instant(now + duration(self.provider.cache))
            kept = Kept(asked=asked, answer=answer, until=until, given=kept.given if kept else {})
        else:
            self.counts["cached"] += 1
        self._take(profile, kept)

    def _ask(self, sent: Mapping[str, Value]) -> dict[str, Value] | None:
        """The fields of the answer; None if there is none now."""
        if self.counts["asked"]:
            self.wait(_MINUTE_S / self.provider.per_minute)
        self.counts["asked"] += 1
        asked = Post(
            url=self.provider.url,
            body=msgspec.json.encode(sent),
            headers=self.headers,
            timeout_s=self.provider.timeout / timedelta(seconds=1),
            private=self.provider.private,
        )
        try:
            answer = post(asked)
            if answer.status not in (_OK, _KNOWS_NOBODY):
                raise Unreachable(f"it answered {answer.status}", hint="it is asked again with the next run")
            found = read(answer.body, self.provider) if answer.status == _OK else {}
        except EnvoiError as fault:
            self.counts["failed"] += 1
            self._failures += 1
            self.why = fault.what
            return None
        self._failures = 0
        return found

    def _take(self, profile: Profile, kept: Kept) -> None:
        """Writes what is new of it; the person may have said or told something meanwhile."""
        now = as_of_now(self.box.log, self.box.people, profile.person) or profile
        news = taken(now, self.provider, kept.answer, kept.given)
        made = self.cleaner(as_raw(now, self.provider, news, self.box.clock.now()), self.box.clock.now())
        given = {} if isinstance(made, Rejected) else made.props
        # Remembered first: after a crash in between, what was taken is still known to be the provider's.
        renewed = Kept(asked=kept.asked, answer=kept.answer, until=kept.until, given={**kept.given, **given})
        if allows(now, ENRICHMENT):
            self.answers.put(self.provider.name, profile.person, renewed)
        if news and isinstance(made, Rejected):
            self.box.log.append(Batch(rejected=[made]))
            self.counts["set aside"] += 1
        elif news and not isinstance(made, Rejected):
            self.box.log.append(Batch(events=[(profile.person, made)]))
            self.counts["people"] += 1
            self.counts["values"] += len(made.props)

    def _told(self) -> Enriched:
        counts = self.counts
        return Enriched(
            provider=self.provider.name,
            wanted=counts["wanted"],
            without_consent=counts["without consent"],
            asked=counts["asked"],
            cached=counts["cached"],
            people=counts["people"],
            values=counts["values"],
            set_aside=counts["set aside"],
            failed=counts["failed"],
            why=self.why,
            gave_up=self._gave_up,
        )


def _lacks(profile: Profile, provider: Provider) -> bool:
    return any(is_blank(profile.value(name)) for name in provider.fields)
