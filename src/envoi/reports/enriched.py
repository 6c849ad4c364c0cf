"""What `envoi enrich` answers; its fields are a contract."""

from __future__ import annotations

from envoi.reports.answers import Answer


class Enriched(Answer, frozen=True, kw_only=True):
    """What came of asking one provider."""

    provider: str
    #: People about whom there is something to ask, who agreed to it.
    wanted: int
    #: Who lacks something, and did not agree.
    without_consent: int
    asked: int
    #: Of whom an answer was known from before.
    cached: int
    #: People about whom something new is known, and how many values that are.
    people: int
    values: int
    #: Answers of which a value could not be taken in; they are set aside with the reason.
    set_aside: int
    failed: int
    #: The last failure in words, and whether the provider was left alone after it.
    why: str
    gave_up: bool


class Enrichment(Answer, frozen=True, kw_only=True):
    """What one run did, or, on a dry run, would do."""

    at: str
    dry_run: bool
    providers: list[Enriched]
