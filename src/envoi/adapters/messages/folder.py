"""A mailer that writes each message to a file in a folder, for people and mail programs to open."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from envoi.errors import Unreachable
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Ready, Settled, Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from envoi.messages.port import Notice, Outgoing

ENDING = ".eml"
#: How many messages wait at a time.
_PLACES = 100


class FolderMailer:
    """Writes `<message id>.eml`, whole or not at all; the file of a second send with one id is the first one.

    It is a sandbox: a file is complete after a crash of the process, and may be lost with the power.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: The finished drafts of what waits for its release.
        self._drafts: dict[str, Path] = {}
        self._notices: list[Notice] = []

    def room(self) -> int:
        """See `Mailer.room`."""
        return _PLACES - len(self._drafts)

    def offer(self, outgoing: Outgoing) -> None:
        """See `Mailer.offer`; a folder that cannot be written is `Unreachable`."""
        path = self._folder / f".{file_name(outgoing.message_id)}.draft"
        self._drafts[outgoing.message_id] = path
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(outgoing.data)
        except OSError as error:
            self._stop(error)
        else:
            self._notices.append(Ready(outgoing.message_id))

    def poll(self, wait_s: float) -> Sequence[Notice]:  # noqa: ARG002 - nothing happens here while one waits
        """See `Mailer.poll`."""
        found, self._notices = self._notices, []
        return found

    def release(self, message_id: str, *, go: bool) -> None:
        """See `Mailer.release`; the file appears whole."""
        draft, receipt = self._drafts.pop(message_id), Receipt(state=State.ACCEPTED)
        path = self._folder / file_name(message_id)
        try:
            if go and not path.exists():
                draft.replace(path)
        except OSError as error:
            receipt = Receipt(state=State.DEFERRED, reason=f"the file was not made: {error.strerror}")
        _remove(draft)
        if go:
            self._notices.append(Settled(message_id, receipt))

    def close(self) -> None:
        """Takes away the drafts of what was not released."""
        for draft in self._drafts.values():
            _remove(draft)
        self._drafts.clear()
        self._notices.clear()

    def _stop(self, error: OSError) -> None:
        what = f"no mail can be written to {self._folder}: {error.strerror}"
        deferred = Receipt(state=State.DEFERRED, reason=what)
        heard = [notice for notice in self._notices if isinstance(notice, Settled)]
        hint = "make room on the disk, or allow writing to the folder"
        stopped = Stopped(Unreachable(what, hint=hint))
        offered = list(self._drafts)
        self.close()
        self._notices = [*heard, *(Settled(each, deferred) for each in offered), stopped]


def file_name(message_id: str) -> str:
    """The name of the file that holds the message, whatever the id holds.

    >>> file_name("4f1c"), file_name("../a b")
    ('4f1c.eml', '..%2Fa%20b.eml')
    """
    return quote(message_id, safe="") + ENDING


def delivered(folder: Path) -> set[str]:
    """The ids of the messages in a folder; none if there is no folder."""
    return {unquote(path.name.removesuffix(ENDING)) for path in folder.glob(f"*{ENDING}")}


def _remove(draft: Path) -> None:
    """Takes away what is left of a draft, if anything is."""
    with suppress(OSError):
        draft.unlink()
