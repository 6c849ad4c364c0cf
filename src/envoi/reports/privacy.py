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


class Verification(Answer, frozen=True, kw_only=True):
    """Whether an erasure holds."""

    ok: bool
    erasure: str
    at: str
    #: How many records of these people there are, by store, that were there before the erasure: none.
    left: dict[str, int]
    #: Whether one of them has come back since: what is known of them is of a new person.
    came_back: bool
    #: What is wrong with the audit log; empty if nothing is.
    audit: str = ""


class Exported(Answer, frozen=True, kw_only=True):
    """An archive that was written."""

    person: str
    file: str
    size_bytes: int


class ErasureDone(Answer, frozen=True, kw_only=True):
    """What an erasure did; `receipt` is the file that proves it."""

    receipt: str
    erased: dict[str, int]
    kept: dict[str, str]
    audit: str


class Restriction(Answer, frozen=True, kw_only=True):
    """Whether a person's data are used."""

    person: str
    restricted: bool


class ErasedPeople(Answer, frozen=True, kw_only=True):
    """The list of erasures, as it is kept with the backups."""

    file: str
    erasures: int
    people: int
    #: The receipts of those done again with this command.
    replayed: list[str]


class Retained(Answer, frozen=True, kw_only=True):
    """What was removed because it was kept as long as `[retention]` says."""

    #: True if nothing was removed yet.
    dry_run: bool
    #: By name.
    events: dict[str, int]
    set_aside: int
    rejects_files: int
    sandbox_mails: int
    #: People who were erased, since nothing was heard of them for so long.
    people: int

    @property
    def anything(self) -> bool:
        """Whether there is anything to remove."""
        return bool(self.events or self.set_aside or self.rejects_files or self.sandbox_mails or self.people)
