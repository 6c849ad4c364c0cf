"""Notices that a campaign's mails cannot be made, and not just some person's: then it is better paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.messages.ledger import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.messages.ledger import Entry

#: How the reason of a mail begins that could not be made.
NOT_RENDERED = "could not be rendered"
#: Fewer are some people's own data.
_AT_LEAST = 20
#: A larger share of what was tried is the template's fault.
_SHARE = 0.1


class Alarm:
    """Counts what one sender tried, and tells once."""

    def __init__(self) -> None:
        self._failed = 0
        self._tried = 0
        self._has_told = False

    def hear(self, settled: Sequence[Entry]) -> str:
        """Why the campaign should be paused, when that is first so; empty otherwise."""
        self._failed += sum(entry.reason.startswith(NOT_RENDERED) for entry in settled)
        # Who was skipped for another reason says nothing about the mail.
        self._tried += sum(entry.state is not State.SKIPPED for entry in settled)
        total = self._failed + self._tried
        if self._has_told or self._failed < _AT_LEAST or self._failed <= _SHARE * total:
            return ""
        self._has_told = True
        return f"{self._failed} of {total} mails could not be rendered"
