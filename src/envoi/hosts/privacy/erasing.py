"""Erases people from every store of a project, and goes on with it after whatever came between.

It is written down before anything is done, and each step can be done again: so a process that is killed on the way
leaves no more than a file that says how to go on, and the next command on the project, or start of it, does so.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from envoi.adapters.privacy.records import LIST, RECEIPTS, UNDER_WAY
from envoi.adapters.privacy.sql import text_of
from envoi.clock import SystemClock
from envoi.errors import NotFound, StoreBusy
from envoi.events.emptied import ERASURES
from envoi.events.event import ENVOI, PersonId
from envoi.events.port import Batch, Mark
from envoi.flow import as_of_now
from envoi.hosts.audit import audit_of, note
from envoi.hosts.folder import state_folder
from envoi.hosts.live.status import read_status
from envoi.hosts.privacy.reach import reached
from envoi.messages.suppression import by_hand, key_of
from envoi.people.privacy.audit import NOBODY, Deed
from envoi.people.privacy.erasure import Erasure, last_number, listed, receipt_of, to_replay
from envoi.people.privacy.names import Names, names_of
from envoi.people.privacy.pseudonym import pseudonym

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from envoi.clock import Instant
    from envoi.hosts.privacy.reach import Reach
    from envoi.people.privacy.erasure import Receipt
    from envoi.people.privacy.port import Erasable

#: How long a live host is waited for, which looks into the log five times a second and says so every second.
HEAR_S = 30.0
_PAUSE_S = 0.1
#: How often events of the person that come in meanwhile are erased with the rest.
TURNS = 10
_REPLAYED = "a backup was put back that was older than the erasure"


def erase(root: Path, people: Sequence[str], *, because: str, by: str) -> Receipt:
    """Erases these people; when it returns, nothing in the project tells who they were.

    Raises:
        NotFound: nothing is known of one of them.
        StoreBusy: another process is at something that cannot be waited for: what is left is done by the next command.
        StoreFailed: a disk is full or failed; the same.
    """
    with reached(root) as reach, reach.records.locked(waits=True):
        _finish(reach)
        asked = [PersonId(each) for each in people]
        begin(reach, asked, because=because, by=by)
        return _done(reach)


def begin(reach: Reach, people: Sequence[PersonId], *, because: str, by: str, is_replay: bool = False) -> Erasure:
    """Writes down what is to be erased; from now on it is, come what may.

    Raises:
        NotFound: nothing is known of one of them.
    """
    now = reach.kept.clock.now()
    names, about = Names(people=frozenset(), addresses=frozenset()), []
    for person in people:
        names |= _known(reach, person, now)
        about.append(pseudonym(person, reach.secret))
    ids = tuple(sorted(names.people))
    profiles = reach.kept.people.get(ids).values()
    mails = tuple(sorted({each.message_id for each in reach.ledger(b"", now).entries(ids)}))
    stores = reach.stores(salt=b"", now=now, message_ids=mails)
    erasure = Erasure(
        id=secrets.token_hex(8),
        number=last_number(reach.records.erased()) + (0 if is_replay else 1),
        people=ids,
        addresses=tuple(sorted(names.addresses)),
        about=tuple(about),
        message_ids=mails,
        said_no=any(not said.granted for profile in profiles for said in profile.consent.values()),
        because=because,
        by=by,
        at=SystemClock().now(),
        salt=secrets.token_hex(16),
        found={name: each.find(ids, sorted(names.addresses)) for name, each in stores.items()},
        is_replay=is_replay,
    )
    reach.records.begin(erasure)
    return erasure


def settle(root: Path) -> None:
    """Finishes an erasure that was interrupted, and does those again that a backup, put back, knows nothing of.

    To be called before a project is opened for anything else. What cannot be done now is left to the next who calls.
    """
    state = state_folder(root)
    # The list may lie elsewhere, as the settings say; where nothing was ever erased, they need not be read.
    if not any((state / each).exists() for each in (UNDER_WAY, LIST, RECEIPTS)):
        return
    with suppress(StoreBusy), reached(root) as reach:
        if not reach.records.has_begun and not _is_behind(reach):
            return
        with reach.records.locked(waits=False):
            _finish(reach)
            if _is_behind(reach):
                replay(reach)


def replay(reach: Reach) -> Receipt | None:
    """Erases whom the list names and the database still has; None if there is nobody."""
    erased, done = reach.records.erased(), reach.kept.log.position(ERASURES)
    held = {
        PersonId(text_of(person))
        for sql, table in ((reach.main, "events"), (reach.main, "ledger"), (reach.profiles, "people"))
        for (person,) in sql.rows(f"SELECT DISTINCT person FROM {table}")
    }
    if people := to_replay(erased, done, held, reach.secret):
        begin(reach, people, because=_REPLAYED, by="Envoi", is_replay=True)
        return _done(reach)
    reach.kept.log.append(Batch(mark=Mark(name=ERASURES, position=last_number(erased))))
    return None


def _is_behind(reach: Reach) -> bool:
    """Whether the database has gone through fewer erasures than there were: it was put back from a backup."""
    return reach.kept.log.position(ERASURES) < last_number(reach.records.erased())


def _finish(reach: Reach) -> None:
    if reach.records.under_way() is not None:
        _done(reach)


def _done(reach: Reach) -> Receipt:
    """Does what was written down, from wherever it was."""
    erasure = reach.records.under_way()
    assert erasure is not None, "it was begun"  # noqa: S101 - the callers see to it
    reach.records.add(listed(erasure, reach.secret))
    until = _told(reach, erasure)
    for name, store in _stores(reach, erasure, until).items():
        if store.erase(erasure.people, erasure.addresses) + erasure.found[name] and name == "mentions":
            # History holds those events too, and is made anew from the log.
            reach.history.clear()
    _suppress(reach, erasure)
    reach.compact()
    receipt = receipt_of(erasure, reach.secret, audit=_noted(reach, erasure))
    reach.records.finish(receipt)
    return receipt


def _stores(reach: Reach, erasure: Erasure, until: int) -> dict[str, Erasable]:
    return reach.stores(
        salt=bytes.fromhex(erasure.salt), now=reach.kept.clock.now(), message_ids=erasure.message_ids, until=until
    )


def _told(reach: Reach, erasure: Erasure) -> int:
    """Tells all that follow the log, and returns the position up to which it is to be erased.

    Nothing is sent to them from here on: what was planned is cancelled. What comes in of them until all have heard is
    told of once more, and goes too.
    """
    log, position = reach.kept.log, 0
    for turn in range(TURNS):
        now = reach.kept.clock.now()
        markers = erasure.markers(turn, now)
        reach.ledger(b"", now).cancel(erasure.people)
        log.append(Batch(events=markers, mark=Mark(name=ERASURES, position=erasure.number)))
        position = max(one.seq for one in log.find(ENVOI, [event.id for _, event in markers]))
        _wait_until_heard(reach.root, position)
        if not any(one.seq > position for person in erasure.people for one in log.of(person, after=position)):
            break
    return position


def _wait_until_heard(root: Path, position: int) -> None:
    """Returns when the live host, if one runs, has forgotten them.

    Raises:
        StoreBusy: it does not come to it.
    """
    end = time.monotonic() + HEAR_S
    while (status := read_status(root)) is not None and status.position < position:
        if time.monotonic() > end:
            what = f"the live host has not heard of it yet{f': {status.fault}' if status.fault else ''}"
            raise StoreBusy(what, hint="the erasure goes on by itself with the next command on this project")
        time.sleep(_PAUSE_S)


def _suppress(reach: Reach, erasure: Erasure) -> None:
    """Who had said no gets no mail from whoever has their address next: that outlives them, as a key."""
    if erasure.said_no:
        keys = [key_of(address, reach.secret) for address in erasure.addresses if "@" in address]
        why = "its owner had said no before they were erased"
        reach.kept.suppressions.add([by_hand(key, at=erasure.at, who="Envoi", why=why) for key in keys])


def _noted(reach: Reach, erasure: Erasure) -> str:
    """The entry of the audit log that says so: one, however often this is done."""
    for entry in audit_of(reach.root).read():
        if entry.done.detail.get("erasure") == erasure.id:
            return f"{entry.number}:{entry.digest}"
    what = Deed.REPLAYED if erasure.is_replay else Deed.ERASED
    detail: dict[str, str | int] = {"erasure": erasure.id, "people": len(erasure.about), **erasure.found}
    entry = note(
        reach.root, what, by=erasure.by, about=erasure.about[0] if len(erasure.about) == 1 else NOBODY, detail=detail
    )
    return f"{entry.number}:{entry.digest}"


def _known(reach: Reach, person: PersonId, now: Instant) -> Names:
    """All names of a person.

    Raises:
        NotFound: nothing is known of them.
    """
    known = as_of_now(reach.kept.log, reach.kept.people, person)
    # A key that was found to be shared is nobody's any more; what it told of them before goes all the same.
    nodes = sorted({*reach.kept.identity.nodes_of(person), *(known.once if known else ())})
    events, entries = reach.log().events(nodes), reach.ledger(b"", now).entries(nodes)
    if not (events or entries or reach.kept.people.get(nodes)):
        raise NotFound("nothing is known of this person", hint="name them by their id, as 'envoi who' prints it")
    return names_of(nodes, events, [each.address for each in entries])
