"""The live host: one process that takes events in, keeps the segments true, and shows the project's pages."""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envoi.clock import SystemClock
from envoi.conditions import bind
from envoi.errors import NotFound
from envoi.events.clean import Cleaner
from envoi.hosts.folder import secret, state_folder
from envoi.hosts.live.api import PREFIX, Ingest
from envoi.hosts.live.desk import Desk
from envoi.hosts.live.keeper import Keeper
from envoi.hosts.live.key import Lock, write_key
from envoi.hosts.live.moments import Moments
from envoi.hosts.live.opening import Definition, opened
from envoi.hosts.live.writer import Writer
from envoi.hosts.local import open_project
from envoi.hosts.standards import standardiser
from envoi.settings import Identity

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from envoi.campaigns.project import Project
    from envoi.clock import Clock
    from envoi.conditions.bound import Bound
    from envoi.hosts.live.api import Message, Receive, Send
    from envoi.hosts.live.dispatch import Dispatch
    from envoi.hosts.live.opening import Opened
    from envoi.hosts.live.status import Task
    from envoi.hosts.local import Envoi
    from envoi.segments.base import Judge

    App = Callable[[Message, Receive, Send], Awaitable[None]]

#: How seldom Python looks for garbage in circles, of which the live path makes none.
SELDOM = (50_000, 50, 50)
#: What an application says at its end.
_ENDS = {"lifespan.startup.failed", "lifespan.shutdown.complete", "lifespan.shutdown.failed"}


class LiveHost:
    """An ASGI application: /v1/ takes events in, everything else is the pages'."""

    def __init__(
        self, root: Path, pages: App, *, judge: Callable[[Mapping[str, Bound]], Judge], clock: Clock | None = None
    ) -> None:
        #: Sends campaigns; None for a host that does not.
        self.dispatch: Dispatch | None = None
        self._root = root
        self._pages = pages
        self._judge = judge
        self._identity = Identity()
        self._clock = clock
        self._moments = Moments(clock or SystemClock())
        self._writer = Writer(self._open)
        self._keeper = Keeper(root, self._redefine, self._writer.status)
        self.desk = Desk(self._moments, self._writer.take)
        self.ingest = Ingest(self.desk, Lock(write_key(root)))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a request, or lives through the server's life."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self.ingest(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _live(self, scope: Message, receive: Receive, send: Send) -> None:
        """Writes from the server's start to its end, which is not said before all is saved."""

        async def say(message: Message) -> None:
            if message["type"] in _ENDS:
                if self.dispatch:
                    await asyncio.to_thread(self.dispatch.stop)
                await asyncio.to_thread(self._keeper.stop)
                await asyncio.to_thread(self._writer.stop)
            await send(message)

        self._writer.start(self.desk.settle)
        self._keeper.start()
        if self.dispatch:
            self.dispatch.start()
        await self._pages(scope, receive, say)

    @contextmanager
    def _open(self) -> Iterator[Opened]:
        definition = Definition(
            conditions=self._conditions,
            judge=self._judge,
            key=secret(self._root),
            identity=lambda: self._identity,
            progress=self._note,
        )
        # Millions of small objects live as long as the process: to look through them makes clients wait 0.2 s, and to
        # do so again and again while they are made takes minutes.
        usual = gc.get_threshold()
        gc.disable()
        try:
            with opened(state_folder(self._root) / "envoi.sqlite", definition, self._moments) as found:
                gc.collect()
                gc.freeze()
                gc.set_threshold(*SELDOM)
                gc.enable()
                yield found
        finally:
            gc.set_threshold(*usual)
            gc.enable()
            gc.unfreeze()

    def _note(self, task: Task) -> None:
        self._writer.opening = task

    def _conditions(self) -> Mapping[str, Bound]:
        """The segments as the project's files have them now; what comes in is cleaned as they say from now on."""
        try:
            # History may be behind the log, which matters to nobody here, and is seen to later.
            with open_project(self._root, read_only=True) as envoi:
                return self._begin(envoi)
        except NotFound:
            # There is no history yet.
            with open_project(self._root) as envoi:
                return self._begin(envoi)

    def _begin(self, envoi: Envoi) -> Mapping[str, Bound]:
        # A project that lives in the past has its events arrive there.
        self._moments.clock = self._clock or envoi.clock
        return self._read(envoi.project)

    def _redefine(self, project: Project) -> None:
        self._writer.redefine(self._judge(self._read(project)))

    def _read(self, project: Project) -> Mapping[str, Bound]:
        definitions = project.definitions
        self._identity = project.settings.identity
        self.ingest.signals.closes = project.settings.consent.privacy_control
        self.ingest.clean = Cleaner(definitions.catalogue, standardiser(project.rules))
        return {name: bind(one.condition, definitions) for name, one in project.segments.items()}
