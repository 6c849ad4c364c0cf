"""The victim of test_identity_kill.py: people come, turn out to be one, and two again, until it is killed."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.sqlite import SqliteProfileStore
from envoi.adapters.people.sqlite_identity import SqliteIdentityStore
from envoi.adapters.segments.sqlite import SqliteMemberships, SqliteStateStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Event, Name, PersonId
from envoi.events.port import Batch, Mark
from envoi.flow import fold_profiles, keep_up, on_event
from envoi.people.identity import resolve
from envoi.people.regroup import Merged, Separated, as_event
from envoi.people.resolver import Resolver
from envoi.people.story import given_back
from envoi.segments.live import LiveJudge
from envoi.segments.plan import take_up
from envoi.segments.watch import Watch
from envoi.settings import Identity
from tests.faults.append_batches import Fuse

MARK = "steps"
START = 1_700_000_000_000_000
STEP = 1_000_000
PLAN = Definitions(
    catalogue=Catalogue(events={"Seen": EventPlan(name="Seen")}, traits={"size": Property(kind=Kind.NUMBER)})
)
BOUND = {
    name: bind(parse(text), PLAN)
    for name, text in {
        "regulars": 'did "Seen" at least 4 times',
        "recent": 'did "Seen" in the last 20 seconds',
        "small": "size < 5",
    }.items()
}
USERS, VISITORS, TABLETS = 6, 8, 2

Happening = tuple[PersonId, Event]


@dataclass
class Shop:
    """Its stores, level with each other."""

    identity: SqliteIdentityStore
    log: SqliteEventLog
    people: SqliteProfileStore
    tables: DuckTables
    watch: Watch

    def follow(self) -> None:
        """Profiles and history take in what the log has."""
        fold_profiles(self.people, list(self.log.read(after=self.people.position())), self.log)
        stored = list(self.log.read(after=self.tables.head()))
        self.tables.write(stored, given_back(self.log, stored))


@contextmanager
def opened(folder: Path, fuse: Fuse | None = None) -> Iterator[Shop]:
    """The shop in a folder, as the next process finds it."""
    connection, cache = open_database(folder / "envoi.sqlite"), open_database(folder / "people.sqlite")
    identity = SqliteIdentityStore(connection)
    log = SqliteEventLog(connection, whose=Resolver(identity, Identity))
    tables = DuckTables(folder / "history.duckdb", PLAN.catalogue)
    states, memberships = SqliteStateStore(connection), SqliteMemberships(connection)
    now = Instant(START + log.position(MARK) * STEP)
    watch = take_up(LiveJudge(BOUND), states, memberships, log, head=log.position(), now=now)
    while keep_up(log, watch):
        pass
    watch.tell_of_definitions()
    shop = Shop(identity, log, SqliteProfileStore(cache), tables, watch)
    shop.follow()
    if fuse:
        for each in (connection, cache):
            each.set_trace_callback(fuse)
    try:
        yield shop
    finally:
        for each in (connection, cache):
            each.close()
        tables.close()


def step(shop: Shop, number: int) -> list[Happening]:
    """What happens next; the same whenever asked, as long as the log is the same."""
    chance, at = random.Random(number), Instant(START + number * STEP)  # noqa: S311
    user, other = (PersonId(f"u{each}") for each in chance.sample(range(USERS), 2))
    if number < USERS:
        return [seen(number, at, {"user_id": f"u{number}"})]
    match chance.randrange(12):
        case 0:
            change = Merged(into=user, gone=other, nodes=(), because="told", by="ada")
            return [(user, as_event(change, cause=str(number), at=at, seen_at=at))]
        case 1 | 2:
            person = shop.identity.people_of([user]).get(user, user)
            given = [node for node in shop.identity.nodes_of(person) if node != person and chance.random() < 0.6]
            if not given:
                return []
            parted = Separated(person=person, nodes=tuple(given), to=PersonId(""), because="told", by="ada")
            return [(person, as_event(parted, cause=str(number), at=at, seen_at=at))]
    keys = {"anonymous_id": f"v{chance.randrange(VISITORS)}"}
    if chance.random() < 0.4:
        keys["user_id"] = str(user)
    if chance.random() < 0.2:
        keys["device"] = f"tablet {chance.randrange(TABLETS)}"
    return [seen(number, at, keys)]


def seen(number: int, at: Instant, keys: dict[str, str]) -> Happening:
    """Somebody comes; now and then they say something of themselves."""
    name = Name.PROFILE_UPDATED if number % 5 == 0 else "Seen"
    event = Event(id=str(number), source="web", name=name, keys=keys, at=at, seen_at=at, props={"size": number % 10})
    return resolve(keys) or PersonId(""), event


def main(folder: Path, statements: int) -> None:
    """Goes on where the mark is; says on standard output what was acknowledged."""
    with opened(folder, Fuse(statements)) as shop:
        os.write(1, b"level\n")
        for number in count(shop.log.position(MARK)):
            batch = Batch(events=step(shop, number), mark=Mark(name=MARK, position=number + 1))
            on_event(shop.log, shop.watch, batch, Instant(START + number * STEP + 1))
            os.write(1, b"%d\n" % (number + 1))
            shop.watch.note_told()
            if number % 3 == 0:
                shop.watch.save(all_of_them=number % 2 == 0)
            if number % 7 == 0:
                shop.follow()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
