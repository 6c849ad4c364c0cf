"""A mail server on this machine for the demo: takes everything it is sent and delivers none of it."""

from __future__ import annotations

import asyncio
import re
import threading
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Self

from envoi.adapters.messages.folder import file_name

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from aiosmtpd.smtp import SMTP, Envelope, Session

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^@>\s]+)", re.IGNORECASE | re.MULTILINE)


class Sink:
    """While the block runs, a server listens on the loopback and writes each message to `<its Message-ID>.eml`.

    A second message with the same id gets a file of its own, `<id>.2.eml`, so that it is seen.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder and binds a free port."""
        # Loads only when a demo is run: it is an extra, and slow.
        from aiosmtpd.smtp import SMTP

        folder.mkdir(parents=True, exist_ok=True)
        self._shelf = _Shelf(folder)
        self._loop = asyncio.new_event_loop()
        # The name is given since looking up one's own can take seconds.
        protocol = partial(SMTP, self._shelf, enable_SMTPUTF8=True, hostname="localhost", loop=self._loop)
        self._server = self._loop.run_until_complete(self._loop.create_server(protocol, "127.0.0.1", 0))
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink", daemon=True)

    @property
    def url(self) -> str:
        """Where mail for it goes, as `ENVOI_MAIL_URL` has it."""
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def accepted(self) -> int:
        """How many messages it said yes to."""
        return self._shelf.accepted

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        """Stops listening, and hangs up on whoever is still connected."""
        self._server.close()
        talking = asyncio.all_tasks() - {asyncio.current_task()}
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)


class _Shelf:
    """What aiosmtpd calls for each message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.accepted = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Stores the message before it says yes."""
        data = bytes(envelope.original_content or b"")
        try:
            self._store(data)
        except OSError as error:
            return f"452 4.3.1 cannot be stored: {error.strerror}"
        self.accepted += 1
        return "250 2.0.0 taken, and going nowhere"

    def _store(self, data: bytes) -> None:
        head = data.partition(b"\r\n\r\n")[0]
        named = _MESSAGE_ID.search(head)
        message_id = named[1].decode("utf-8", "replace") if named else "no-message-id"
        ids = (message_id if n == 1 else f"{message_id}.{n}" for n in count(1))
        path = next(path for path in (self._folder / file_name(each) for each in ids) if not path.exists())
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(data)
        draft.replace(path)
