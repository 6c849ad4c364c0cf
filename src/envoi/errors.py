"""Every way Envoi can refuse, in one tree; each says what, where, what to do, and if a retry can help.

    EnvoiError
    ├── ProjectError            a project's files are wrong
    │   ├── InvalidProject      all mistakes of a project at once
    │   ├── ConditionError      a condition does not parse or does not fit the tracking plan
    │   └── TemplateError       a template does not parse, or failed for one person
    │       ├── LimitExceeded   a template used up a budget: loops, bytes, nesting
    │       └── Withheld        a template decided that this person gets no mail
    ├── DataError               a file of data cannot be read as it says it is
    ├── NotFound                a name that is not there: person, segment, campaign, message
    ├── Conflict                what was asked contradicts what is stored
    │   └── Restored            a store was put back from a backup: mail may have gone out that it does not know of
    ├── StoreBusy               another process holds the store (retry)
    ├── StoreFailed             the disk or the database refused
    │   ├── StoreFull           the disk has no room left
    │   └── StoreLost           the disk may have lost what it was told to keep
    ├── Unreachable             a server did not answer (retry)
    └── MailerBusy              the mail server asked us to slow down (retry)

Bad *data* inside a good file is not an error: it is set aside with its reason, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a text something is; lines and columns count from 1, 0 means unknown."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """As editors print it.

        >>> str(Place(file="a.toml", line=3, column=7)), str(Place(line=1, column=4)), str(Place())
        ('a.toml:3:7', 'line 1, column 4', '')
        """
        if self.file:
            return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        parts = [f"line {self.line}"] if self.line else []
        return ", ".join([*parts, f"column {self.column}"] if self.column else parts)


class EnvoiError(Exception):
    """What went wrong, where, and what to do about it."""

    #: True if the same call may succeed later without anyone changing anything.
    retry: ClassVar[bool] = False
    #: What the command line exits with; DESIGN's contract: 1 failed, 3 invalid project or data, 5 unreachable.
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, hint: str = "", at: Place | None = None) -> None:
        """Takes the cause as one sentence, what to do as another, and the place if there is one."""
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.at = at or Place()

    def in_file(self, file: str) -> Self:
        """The same error, placed in `file`; an error that already names a file keeps it."""
        if not self.at.file:
            self.at = Place(file=file, line=self.at.line, column=self.at.column)
        return self

    def __str__(self) -> str:
        """One line: where, what, what to do.

        >>> str(EnvoiError("no field 'ag'", hint="did you mean 'age'?", at=Place(file="vip.toml", line=2)))
        "vip.toml:2: no field 'ag'; did you mean 'age'?"
        """
        where = str(self.at)
        return (f"{where}: " if where else "") + self.what + (f"; {self.hint}" if self.hint else "")


class ProjectError(EnvoiError):
    """A project's files are wrong."""

    exit_code = 3


class InvalidProject(ProjectError):
    """All mistakes of a project at once."""

    def __init__(self, mistakes: Sequence[ProjectError]) -> None:
        """Takes the mistakes, at least one, in the order of the files."""
        more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        super().__init__(mistakes[0].what + more, hint=mistakes[0].hint, at=mistakes[0].at)
        self.mistakes = tuple(mistakes)


class ConditionError(ProjectError):
    """A condition does not parse, or does not fit the tracking plan."""


class TemplateError(ProjectError):
    """A template does not parse, or failed for one person."""


class LimitExceeded(TemplateError):
    """A template used up one of its budgets."""


class Withheld(TemplateError):
    """A template decided that this person gets no mail."""


class DataError(EnvoiError):
    """A file of data cannot be read as what it says it is."""

    exit_code = 3


class NotFound(EnvoiError):
    """A name that is not there."""


class Conflict(EnvoiError):
    """What was asked contradicts what is stored."""


class Restored(Conflict):
    """A store was put back from a backup: mail may have gone out that it does not know of."""


class StoreBusy(EnvoiError):
    """Another process holds the store."""

    retry = True
    exit_code = 5


class StoreFailed(EnvoiError):
    """The disk or the database refused; nothing after the last acknowledgement is stored."""


class StoreFull(StoreFailed):
    """The disk has no room left; when there is some, the store goes on."""


class StoreLost(StoreFailed):
    """The disk may have lost what it was told to keep: a process that writes must end; the next reads what is there."""


class Unreachable(EnvoiError):
    """A server did not answer."""

    retry = True
    exit_code = 5


class MailerBusy(EnvoiError):
    """The mail server asked us to slow down."""

    retry = True
    exit_code = 5


#: So many names can be listed whole.
_FEW = 12


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known words nearest to `word`, or all of them if they are few; empty if none are known.

    >>> did_you_mean("loyalty_teir", ["loyalty_tier", "age"])
    "did you mean 'loyalty_tier'?"
    >>> did_you_mean("zzz", ["age", "country"])
    "known: 'age', 'country'"
    >>> did_you_mean("zzz", [])
    ''
    """
    names = sorted(set(known))
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"did you mean {by_lower[close[0]]!r}?"
    if len(names) <= _FEW:
        return "known: " + ", ".join(repr(name) for name in names) if names else ""
    return ""
