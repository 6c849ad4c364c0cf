"""What the commands and pages of privacy answer; as in answers.py, the fields are a contract."""

from __future__ import annotations

from envoi.reports.answers import Answer


class AuditHead(Answer, frozen=True, kw_only=True):
    """The last entry of the audit log: `NUMBER:HASH`."""

    entries: int
    head: str


class AuditChecked(Answer, frozen=True, kw_only=True):
    """Whether the audit log is whole."""

    ok: bool
    #: How many entries, from the first on, are as they were written.
    entries: int
    head: str
    #: The first entry that is not right; 0 if all are.
    bad: int
    fault: str


class AuditEntry(Answer, frozen=True, kw_only=True):
    """One thing that was done."""

    number: int
    at: str
    who: str
    what: str
    #: The pseudonym of the person or address that it was done to; empty where there is none.
    about: str
    detail: dict[str, str | int]
    digest: str


class AuditEntries(Answer, frozen=True, kw_only=True):
    """The audit log, the newest entry first."""

    entries: list[AuditEntry]
