"""A mailer that hands messages to a server by SMTP (RFC 5321), over several connections that are kept, in one thread.

It knows on which side of the final dot a connection stopped: before it the server cannot have taken the message, after
it, it may have. What is lost before the dot on a connection that had worked goes out again on another.
"""

from __future__ import annotations

import selectors
import socket
from collections import deque
from typing import TYPE_CHECKING

from envoi.adapters.messages.pace import Pace
from envoi.adapters.messages.smtp_connection import Connection, Heard, Lost
from envoi.adapters.messages.smtp_envelope import refusal
from envoi.adapters.messages.smtp_patience import Patience
from envoi.adapters.messages.smtp_reply import DONE, LATER, NEVER, Reply
from envoi.adapters.messages.smtp_wire import own_name
from envoi.clock import steady_s
from envoi.errors import EnvoiError, MailerBusy, ProjectError, Unreachable
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Ready, Settled, Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.adapters.messages.smtp_connect import Server
    from envoi.adapters.messages.smtp_wire import Address
    from envoi.messages.port import Notice, Outgoing

_STATES = {DONE: State.ACCEPTED, LATER: State.DEFERRED, NEVER: State.REJECTED}
_ACCEPTED = Receipt(state=State.ACCEPTED)
#: For each connection: one message that leaves, one that is offered, and one to be offered when the first has left.
_EACH = 3
#: After so many messages in a row of which it never heard whether they were taken, it goes on no more by itself.
_MOST_UNHEARD = 10
#: How long it does not dial after a server refused a connection while it keeps others.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0


class SmtpMailer:
    """Keeps up to `server.connections` connections, opened when there is something to send."""

    def __init__(
        self, server: Server, *, patience: Patience | None = None, rates: Mapping[str, float] | None = None
    ) -> None:
        """Takes how long each step may take, and the most messages a minute by domain (see `Pace`)."""
        self._server = server
        self._patience = patience or Patience()
        self._pace = Pace(rates)
        self._selector = selectors.DefaultSelector()
        #: Each with what its socket is watched for.
        self._connections: dict[Connection, int] = {}
        self._queue: deque[Outgoing] = deque()
        #: All that is not settled, and on which connection it is offered or leaving.
        self._open: dict[str, Connection | None] = {}
        #: Those that were taken back from a connection that was lost: once is an accident.
        self._again: set[str] = set()
        self._notices: list[Notice] = []
        #: Where the server may be reached; an address where nobody answers is taken out.
        self._addresses: list[Address] = []
        self._name = ""
        self._pause_s, self._dials_at = _FIRST_PAUSE_S, 0.0
        #: Messages in a row whose dot was sent and whose verdict never came.
        self._unheard = 0

    def room(self) -> int:
        """See `Mailer.room`."""
        return _EACH * self._server.connections - len(self._open)

    def offer(self, outgoing: Outgoing) -> None:
        """See `Mailer.offer`; what has to wait for its destination comes back as `planned`, with how long."""
        self._open[outgoing.message_id] = None
        if wait_s := self._pace.wait_s(outgoing.domain, steady_s()):
            reason = f"mail to {outgoing.domain} goes no faster"
            self._settle(outgoing, Receipt(state=State.PLANNED, reason=reason, again_s=wait_s))
        else:
            self._queue.append(outgoing)

    def poll(self, wait_s: float) -> Sequence[Notice]:
        """See `Mailer.poll`."""
        now = steady_s()
        until = now + wait_s
        while True:
            self._assign(now)
            self._dial(now)
            next_s = 0.0 if self._notices else min(until, self._next_due()) - now
            for key, mask in self._selector.select(max(next_s, 0.0)):
                # One before it may have stopped all.
                if key.data in self._connections:
                    self._advance(key.data, mask)
            now = steady_s()
            self._end_silences(now)
            if self._notices or now >= until:
                found, self._notices = self._notices, []
                return found

    def release(self, message_id: str, *, go: bool) -> None:
        """See `Mailer.release`; what was settled meanwhile is let be."""
        connection = self._open.get(message_id)
        if connection is None or not connection.waits_for(message_id):
            return
        if not go:
            # A server that waits for a message takes whatever comes next for one.
            del self._open[message_id]
            self._drop(connection)
            return
        try:
            then = self._next_for(connection) if connection.is_pipelining else None
            connection.release(steady_s(), then=then)
        except OSError as error:
            self._ended(connection, error)
        else:
            self._watch(connection)

    def close(self) -> None:
        """See `Mailer.close`."""
        for connection in list(self._connections):
            self._drop(connection)
        for kept in (self._queue, self._open, self._again, self._notices):
            kept.clear()
        self._may_dial()

    def _assign(self, now: float) -> None:
        """Offers what waits on connections that have nothing to do, or no envelope after what they have."""
        for connection in list(self._connections) if self._queue else ():
            if connection.takes_envelope and (outgoing := self._next_for(connection)):
                try:
                    connection.offer(outgoing, now)
                except OSError as error:
                    self._ended(connection, error)
                else:
                    self._watch(connection)

    def _next_for(self, connection: Connection) -> Outgoing | None:
        """The next message; those that its server cannot take are rejected."""
        while self._queue:
            outgoing = self._queue.popleft()
            if not (why := refusal(outgoing, connection.offers)):
                self._open[outgoing.message_id] = connection
                return outgoing
            self._settle(outgoing, Receipt(state=State.REJECTED, reason=why))
        return None

    def _dial(self, now: float) -> None:
        """Opens connections, no more at a time than there are messages without one."""
        dialing = sum(not each.is_greeted for each in self._connections) if self._queue else 0
        while (
            dialing < len(self._queue) and len(self._connections) < self._server.connections and now >= self._dials_at
        ):
            dialing += 1
            try:
                connection = self._dialled(now)
            except OSError as error:
                self._refused(error, next(iter(self._addresses), None))
                return
            self._connections[connection] = connection.wire.wants
            self._selector.register(connection.wire.fileno, connection.wire.wants, connection)

    def _dialled(self, now: float) -> Connection:
        if not self._addresses:
            self._addresses += socket.getaddrinfo(self._server.host, self._server.port, type=socket.SOCK_STREAM)
        self._name = self._name or own_name()
        return Connection(self._server, self._addresses[0], self._name, patience=self._patience, now=now)

    def _advance(self, connection: Connection, mask: int) -> None:
        ended: OSError | EnvoiError | None = None
        try:
            connection.advance(mask, steady_s())
        except (OSError, EnvoiError) as error:
            ended = error
        # What it said before it went counts.
        for heard, outgoing, reply in connection.events:
            self._hear(connection, heard, outgoing, reply)
        connection.events.clear()
        if ended:
            self._ended(connection, ended)
        elif connection in self._connections:
            self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        wants = connection.wire.wants
        if self._connections[connection] != wants:
            self._connections[connection] = wants
            self._selector.modify(connection.wire.fileno, wants, connection)

    def _hear(self, connection: Connection, heard: Heard, outgoing: Outgoing, reply: Reply) -> None:
        if self._open.get(outgoing.message_id) is not connection:
            # Settled when all stopped; a server that waits for it must not get anything else.
            self._drop(connection)
        elif heard is Heard.READY:
            # A server may greet everyone and take nothing.
            self._may_dial()
            self._notices.append(Ready(outgoing.message_id))
        elif heard is Heard.BANNED:
            # It would be said to everyone alike, so it is not what becomes of this one.
            self._again.discard(outgoing.message_id)
            self._queue.appendleft(outgoing)
            what = f"the mail server takes nothing from {outgoing.sender}: {reply}"
            self._stop(ProjectError(what, hint="check the sender's address, user and password"))
        else:
            self._answered(outgoing, reply, is_verdict=heard is Heard.JUDGED)

    def _answered(self, outgoing: Outgoing, reply: Reply, *, is_verdict: bool) -> None:
        """Settles by the server's answer; one that makes no sense before the dot is no reason to give up."""
        self._unheard = 0 if is_verdict else self._unheard
        state = _STATES[reply.kind] if is_verdict or reply.kind == NEVER else State.DEFERRED
        if state is State.ACCEPTED:
            self._pace.accepted(outgoing.domain)
        elif state is State.DEFERRED:
            self._pace.refused(outgoing.domain, steady_s())
        self._settle(outgoing, _ACCEPTED if state is State.ACCEPTED else Receipt(state=state, reason=str(reply)))

    def _settle(self, outgoing: Outgoing, receipt: Receipt) -> None:
        del self._open[outgoing.message_id]
        self._again.discard(outgoing.message_id)
        self._notices.append(Settled(outgoing.message_id, receipt))

    def _end_silences(self, now: float) -> None:
        for connection in [each for each in self._connections if now > each.due]:
            try:
                connection.check(now)
            except Lost as error:
                self._ended(connection, error)

    def _next_due(self) -> float:
        """When the next silence is too long, or it may dial again."""
        dues = [each.due for each in self._connections]
        if self._queue and len(self._connections) < self._server.connections:
            dues.append(self._dials_at)
        return min(dues, default=steady_s() + _LONGEST_PAUSE_S)

    def _ended(self, connection: Connection, error: OSError | EnvoiError) -> None:
        """A connection is lost: what was on it is settled, or goes out again."""
        leaving, offered, is_dot_sent = connection.leaving, connection.offered, connection.is_dot_sent
        self._drop(connection)
        if not connection.is_greeted:
            self._refused(error, connection.address)
            return
        if leaving and self._open.get(leaving.message_id) is connection:
            what = "after the message was sent" if is_dot_sent else "while the message was sent"
            state = State.UNKNOWN if is_dot_sent else State.DEFERRED
            self._settle(leaving, Receipt(state=state, reason=f"the connection was lost {what}: {error}"))
            self._unheard += is_dot_sent
        if offered and self._open.get(offered.message_id) is connection:
            self._take_back(offered, connection, error)
        if self._unheard >= _MOST_UNHEARD:
            self._unheard = 0
            what = f"{self._server} said nothing to the last {_MOST_UNHEARD} messages, which it may have taken"
            self._stop(Unreachable(what, hint="find out why, before more of them are unknown"))

    def _take_back(self, offered: Outgoing, connection: Connection, error: OSError | EnvoiError) -> None:
        """A message that was offered goes out again, unless there is more to it than a connection that has ended."""
        is_busy, is_silence = isinstance(error, Lost) and error.is_busy, isinstance(error, Lost) and error.is_silence
        # Idle for too long, or whatever it was: once is an accident.
        is_accident = connection.judged and not is_silence and offered.message_id not in self._again
        if connection.is_ready or not (is_busy or is_accident):
            reason = f"the connection was lost before the message was sent: {error}"
            self._settle(offered, Receipt(state=State.DEFERRED, reason=reason))
            return
        self._open[offered.message_id] = None
        self._queue.appendleft(offered)
        if not is_busy:
            self._again.add(offered.message_id)
        elif not connection.judged:
            # Not just enough messages on one connection.
            busy = MailerBusy(f"{self._server} is busy: {error}", hint="send again later")
            self._refused(busy, connection.address)

    def _refused(self, error: OSError | EnvoiError, address: Address | None = None) -> None:
        """A new connection came to nothing: with others it goes on more slowly, without any it stops."""
        if address in self._addresses:
            self._addresses.remove(address)
        if not isinstance(error, EnvoiError):
            what = f"{self._server} does not answer as a mail server: {error}"
            error = Unreachable(what, hint="check host, port and network")
        if isinstance(error, ProjectError) or not (self._connections or self._addresses):
            self._stop(error)
        elif self._connections:
            self._dials_at = steady_s() + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _stop(self, error: EnvoiError) -> None:
        """Gives back all that was not let go; what was is still waited for."""
        deferred = Receipt(state=State.DEFERRED, reason=error.what)
        for outgoing in self._queue:
            self._settle(outgoing, deferred)
        self._queue.clear()
        for connection in list(self._connections):
            if connection.offered and self._open.get(connection.offered.message_id) is connection:
                self._settle(connection.offered, deferred)
            if not connection.leaving:
                self._drop(connection)
        self._notices.append(Stopped(error))
        self._may_dial()

    def _may_dial(self) -> None:
        self._pause_s, self._dials_at = _FIRST_PAUSE_S, 0.0

    def _drop(self, connection: Connection) -> None:
        if self._connections.pop(connection, None) is not None:
            self._selector.unregister(connection.wire.fileno)
            connection.close()
