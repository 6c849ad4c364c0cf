"""What `envoi impute` answers; its fields are a contract."""

from __future__ import annotations

from envoi.reports.answers import Answer


class ImputedField(Answer, frozen=True, kw_only=True):
    """A field, and how good its estimates are."""

    field: str
    #: "bayesian ridge", "median" or "most frequent"; empty where too few told it to estimate anything.
    method: str
    #: How many told it themselves, and of how many it is estimated.
    known: int
    estimated: int
    #: Where the truth was known and hidden: the mean distance from it; of categories, the share that is wrong.
    error: float | None
    #: The same for the median, where another method was better; null where none was.
    plain_error: float | None


class Imputation(Answer, frozen=True, kw_only=True):
    """What one run of estimating did, or, on a dry run, would do."""

    at: str
    dry_run: bool
    people: int
    #: Who did not allow it: of them nothing is estimated, and nothing is learned.
    without_consent: int
    purpose: str
    #: People of whom an estimate is new, or was taken back.
    changed: int
    fields: list[ImputedField]
