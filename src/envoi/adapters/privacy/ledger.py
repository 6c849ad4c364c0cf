"""The ledger lets go of people: what was planned is cancelled, and the rows stay, so that its sums do, of nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.privacy.sql import places, some, text_of
from envoi.clock import Instant
from envoi.errors import StoreBusy
from envoi.events.event import PersonId
from envoi.messages.ledger import UNHEARD, Entry, State, anonymous
from envoi.people.privacy.names import Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.privacy.sql import Sql

_WHY = "erased"
_STOPPED = (State.PLANNED, State.DEFERRED, State.CLAIMED)
_COLUMNS = "campaign, person, address, decision, state, reason, at, due"


class ErasableLedger:
    """The table `ledger`; a row gets a name that `salt`, which is thrown away, made of the person's."""

    def __init__(self, sql: Sql, salt: bytes, *, now: Instant) -> None:
        self._sql = sql
        self._salt = salt
        self._now = now

    def entries(self, people: Sequence[PersonId]) -> list[Entry]:
        """Their places in campaigns."""
        found: list[Entry] = []
        for few in some(list(people)):
            sql = f"SELECT {_COLUMNS} FROM ledger WHERE person IN {places(few)} ORDER BY campaign, person"
            found += map(_entry, self._sql.rows(sql, [*map(self._sql.held, few)]))
        return found

    def cancel(self, people: Sequence[PersonId]) -> int:
        """Nothing more is begun for them; who holds an entry of theirs loses it."""
        count = 0
        for few in some(list(people)):
            sql = f"""UPDATE ledger SET state = ?, reason = ?, at = ?, due = 0, attempts = 0, fence = fence + 1
                WHERE person IN {places(few)} AND state IN {places(_STOPPED)}"""
            values = (State.CANCELLED.value, _WHY, self._now, *map(self._sql.held, few), *_STOPPED)
            count += self._sql.change(sql, values)
        return count

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`.

        Raises:
            StoreBusy: a mail to them is just being handed over; how that ends is heard first.
        """
        names = Names(people=frozenset(people), addresses=frozenset(addresses))
        with self._sql.together():
            self.cancel(people)
            entries = self.entries(people)
            for one in entries:
                self._rename(one, names)
        return len(entries)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`; somebody else's row may have the address of a household."""
        return len(self.entries(people))

    def _rename(self, one: Entry, names: Names) -> None:
        state, reason = one.state, names.out_of(one.reason)
        if state is State.SUBMITTING:
            if one.due > self._now:
                what = "a mail to the person is just being handed to its server"
                raise StoreBusy(what, hint="do it again in a minute: all else goes on from where it is")
            state, reason = State.UNKNOWN, UNHEARD
        name = anonymous(one, self._salt)
        values = (
            self._sql.held(name), name if one.address else "", state.value, reason, one.campaign,
            self._sql.held(one.person),
        )  # fmt: skip
        sql = """UPDATE ledger SET person = ?, address = ?, decision = 0, state = ?, reason = ?, worker = ''
            WHERE campaign = ? AND person = ?"""
        self._sql.rows(sql, values)


def _entry(row: tuple[object, ...]) -> Entry:
    campaign, person, address, decision, state, reason, at, due = row
    return Entry(
        campaign=str(campaign),
        person=PersonId(text_of(person)),
        address=str(address),
        decision=int(str(decision)),
        state=State(str(state)),
        reason=str(reason),
        at=Instant(int(str(at))),
        due=Instant(int(str(due))),
    )
