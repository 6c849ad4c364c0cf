"""Something in a mail template to mend or to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from envoi.errors import Place

_NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What it is, where, and what to do."""

    #: An error prints the wrong thing or nothing; a warning may be meant; a note tells of what some readers miss.
    severity: Literal["error", "warning", "note"]
    what: str
    hint: str = ""
    at: Place = _NOWHERE

    def __str__(self) -> str:
        """One line, as errors print."""
        return ": ".join(part for part in (str(self.at), self.what) if part) + (f"; {self.hint}" if self.hint else "")
