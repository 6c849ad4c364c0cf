"""Estimates what people did not tell, of those who allow it, and writes what is new of that into the log."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from envoi.adapters.people.bayesian_ridge import filler
from envoi.clock import iso
from envoi.errors import ProjectError
from envoi.events.port import Batch
from envoi.flow import BATCH, on_events
from envoi.people.consent import is_open
from envoi.people.impute.events import as_event, changed
from envoi.people.impute.fill import fill
from envoi.people.purposes import SCORING
from envoi.reports.imputed import Imputation, ImputedField

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envoi.events.event import Event, PersonId, Value
    from envoi.hosts.local import Envoi
    from envoi.people.impute.allowed import Impute
    from envoi.people.impute.fill import Filled
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile

#: Nothing is read past the last id of a page.
_AFTER = "\0"
_PAGE = 1_000


def impute(envoi: Envoi, *, dry_run: bool = False) -> Imputation:
    """Estimates the fields of `[impute]`; with `dry_run` nothing is stored.

    Who does not allow scores is neither learned from nor estimated, and what was estimated of them is taken back.

    Raises:
        ProjectError: the project has no `[impute]`, or scikit-learn is wanted and not installed.
    """
    plan = envoi.project.impute
    if plan is None:
        hint = 'write under [impute] in envoi.toml which: fields = ["age"]'
        raise ProjectError("the project does not say which fields to estimate", hint=hint)
    found, rows = _table(plan, envoi)
    filled = fill(rows, plan.fields, using=plan.using, filler=filler(plan.method))
    news = list(_news(envoi, filled))
    written = 0
    if not dry_run:
        batches = (Batch(events=news[start : start + BATCH]) for start in range(0, len(news), BATCH))
        written = sum(len(stored) for stored in on_events(envoi.stores, batches))
    return Imputation(
        at=iso(envoi.clock.now()),
        dry_run=dry_run,
        people=found,
        without_consent=found - len(rows),
        purpose=SCORING,
        changed=len(news) if dry_run else written,
        fields=[_told(each) for each in filled],
    )


def _table(plan: Impute, envoi: Envoi) -> tuple[int, dict[str, dict[str, Value]]]:
    """How many people there are; of those who allow it, what they told."""
    wanted = (*plan.fields, *plan.using)
    count = 0
    rows: dict[str, dict[str, Value]] = {}
    for profile in profiles(envoi.stores.people):
        count += 1
        if is_open(profile, SCORING, envoi.project.settings):
            rows[profile.person] = {name: profile.value(name) for name in wanted}
    return count, rows


def _news(envoi: Envoi, filled: Sequence[Filled]) -> Iterator[tuple[PersonId, Event]]:
    """The events of those whose estimates are others than before; of who lacks nothing now, what is taken back."""
    methods: Mapping[str, str] = {each.field: each.method for each in filled}
    for profile in profiles(envoi.stores.people):
        own = {each.field: each.estimates[profile.person] for each in filled if profile.person in each.estimates}
        if news := changed(profile, own):
            yield profile.person, as_event(profile, news, methods, envoi.clock.now())


def profiles(people: ProfileStore) -> Iterator[Profile]:
    """Every profile, a page at a time."""
    start = ""
    while page := list(islice(people.scan(start, _PAGE), _PAGE)):
        yield from page
        start = f"{page[-1].person}{_AFTER}"


def _told(filled: Filled) -> ImputedField:
    return ImputedField(
        field=filled.field,
        method=filled.method,
        known=filled.known,
        estimated=len(filled.estimates),
        error=filled.error,
        plain_error=filled.plain_error,
    )
