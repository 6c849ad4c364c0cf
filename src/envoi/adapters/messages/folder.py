"""A mailer that writes each message to a file in a folder, for people and mail programs to open."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from envoi.errors import Unreachable
from envoi.messages.ledger import Receipt, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from envoi.messages.port import Outgoing


class FolderMailer:
    """Writes `<message id>.eml`, whole or not at all; the file of a second send with one id is the first one.

    It is a sandbox: a file is complete after a crash of the process, and may be lost with the power.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
        """See `Mailer.send`; a folder that cannot be written is `Unreachable`."""
        path = self._folder / file_name(outgoing.message_id)
        draft = path.with_name(f".{path.name}.draft")
        with ExitStack() as cleaning:
            cleaning.callback(_remove, draft)
            self._write(draft, outgoing.data)
            before_dot()
            try:
                if not path.exists():
                    draft.replace(path)
            except OSError as error:
                return Receipt(state=State.DEFERRED, reason=f"the file was not made: {error.strerror}")
        return Receipt(state=State.ACCEPTED)

    def close(self) -> None:
        """There is no connection to end."""

    def _write(self, draft: Path, data: bytes) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(data)
        except OSError as error:
            hint = "make room on the disk, or allow writing to the folder"
            raise Unreachable(f"no mail can be written to {self._folder}: {error.strerror}", hint=hint) from error


def file_name(message_id: str) -> str:
    """The name of the file that holds the message, whatever the id holds.

    >>> file_name("4f1c"), file_name("../a b")
    ('4f1c.eml', '..%2Fa%20b.eml')
    """
    return quote(message_id, safe="") + ".eml"


def delivered(folder: Path) -> set[str]:
    """The ids of the messages in a folder; none if there is no folder."""
    return {unquote(path.name.removesuffix(".eml")) for path in folder.glob("*.eml")}


def _remove(draft: Path) -> None:
    """Takes away what is left of a draft, if anything is."""
    with suppress(OSError):
        draft.unlink()
