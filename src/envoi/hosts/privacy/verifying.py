"""Looks again at every store for people who were erased, by their receipt, which names nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.privacy.sql import text_of
from envoi.clock import Instant
from envoi.events.event import ENVOI, PersonId
from envoi.hosts.audit import audit_of
from envoi.hosts.privacy.erasing import TURNS
from envoi.hosts.privacy.reach import reached
from envoi.people.privacy.names import Names
from envoi.people.privacy.search import addresses_in, finder
from envoi.reports.privacy import Verification

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envoi.hosts.privacy.reach import Reach
    from envoi.people.privacy.erasure import Receipt

_PAGE = 10_000
#: The tables whose column `person` says whose a row is; those that a project has.
_OF_PEOPLE = ("events", "identity", "ledger", "states", "memberships", "people")


def verify(root: Path, receipt: Receipt) -> Verification:
    """Looks for the people of this receipt in every store, and for its entry in the audit log.

    Raises:
        StoreBusy: another process has history open.
    """
    with reached(root) as reach:
        is_wanted = finder(frozenset(receipt.names), reach.secret)
        people = frozenset(PersonId(each) for each in _people(reach) if is_wanted(each))
        addresses = frozenset(each for each in _addresses(reach) if is_wanted(each))
        until = _position(reach, receipt)
        came_back = any(reach.kept.log.of(person, after=until) for person in people)
        left = _left(reach, Names(people=people, addresses=addresses), until, came_back=came_back)
    audit = audit_of(root)
    fault = audit.check().fault
    if not any(f"{one.number}:{one.digest}" == receipt.audit for one in audit.read()):
        fault = fault or f"it does not hold entry {receipt.audit.partition(':')[0]} as the receipt has it"
    return Verification(
        ok=not (any(left.values()) or fault),
        erasure=receipt.erasure,
        at=receipt.at,
        left=left,
        came_back=came_back,
        audit=fault,
    )


def _left(reach: Reach, names: Names, until: int, *, came_back: bool) -> dict[str, int]:
    """By store, what there is of them from before the erasure."""
    mails = [each.message_id for each in reach.ledger(b"", Instant(0)).entries(list(names.people))]
    stores = reach.stores(salt=b"", now=Instant(0), message_ids=mails, until=until)
    if came_back:
        # What is made from the log is of the new person, as the log is.
        stores = {name: stores[name] for name in ("events", "mentions", "links")}
    return {name: each.find(list(names.people), list(names.addresses)) for name, each in stores.items()}


def _position(reach: Reach, receipt: Receipt) -> int:
    """The last position of the log that the erasure reached; of a log that has not seen it, any."""
    ids = [f"{receipt.erasure}.{turn}.{number}" for turn in range(TURNS) for number in range(len(receipt.names))]
    return max((one.seq for one in reach.kept.log.find(ENVOI, ids)), default=1 << 62)


def _people(reach: Reach) -> Iterator[str]:
    for table in _OF_PEOPLE:
        sql = reach.profiles if table == "people" else reach.main
        if table in sql.tables():
            yield from (text_of(person) for (person,) in sql.rows(f"SELECT DISTINCT person FROM {table}"))
    yield from reach.history.people()


def _addresses(reach: Reach) -> Iterator[str]:
    for body in (*_bodies(reach, "events", "seq"), *_bodies(reach, "rejected", "number")):
        yield from addresses_in(body)


def _bodies(reach: Reach, table: str, number: str) -> Iterator[str]:
    after = 0
    sql = f"SELECT {number}, body FROM {table} WHERE {number} > ? ORDER BY {number} LIMIT {_PAGE}"
    while rows := reach.main.rows(sql, (after,)):
        yield from (bytes(body).decode("utf-8", "replace") for _, body in rows)
        after = rows[-1][0]
