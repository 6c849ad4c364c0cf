"""Appending to the log: encoded, unique per (source, id), and on the disk when it returns.

The rival writes the same rows with sqlite3's executemany, equally durable, and does not care what it has already.
"""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from _measure import machine, report, seconds

from envoi.adapters.database import create, open_database, transaction
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.clock import Instant
from envoi.events.event import Event, PersonId
from envoi.events.port import Batch

BATCH = 10_000
BATCHES = 50

RIVAL = "CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY, source TEXT, id TEXT, person TEXT, body BLOB)"


def batch(number: int, *, at_random: bool) -> list[tuple[PersonId, Event]]:
    """Orders with six plain properties; their ids count up, or come in no order."""
    chance = random.Random(number)
    return [order(place, chance, at_random=at_random) for place in range(number * BATCH, (number + 1) * BATCH)]


def order(place: int, chance: random.Random, *, at_random: bool) -> tuple[PersonId, Event]:
    """One order."""
    name = str(UUID(int=chance.getrandbits(128))) if at_random else f"order-{place:09d}"
    person = str(chance.randrange(500_000))
    props = {
        "order_id": name,
        "total": round(chance.random() * 100, 2),
        "currency": "EUR",
        "store": str(chance.randrange(300)),
        "items": chance.randrange(20),
        "coupon": False,
    }
    at = Instant(1_500_000_000_000_000 + place * 1_000_000)
    event = Event(
        id=name, source="tills", name="Order Completed", keys={"user_id": person}, at=at, seen_at=at, props=props
    )
    return PersonId(person), event


def append(folder: Path, *, at_random: bool) -> list[float]:
    """Microseconds an event, batch by batch."""
    with closing(open_database(folder / f"log-{at_random}.sqlite")) as connection:
        log = SqliteEventLog(connection)
        samples = []
        for number in range(BATCHES):
            events = batch(number, at_random=at_random)
            samples.append(seconds(lambda events=events: log.append(Batch(events=events))) / BATCH * 1e6)
        assert log.position() == BATCH * BATCHES
    return samples


def append_again(folder: Path) -> list[float]:
    """The same for batches that are all known."""
    with closing(open_database(folder / "log-False.sqlite")) as connection:
        log = SqliteEventLog(connection)
        samples = []
        for number in range(0, BATCHES, 5):
            events = batch(number, at_random=False)
            samples.append(seconds(lambda events=events: log.append(Batch(events=events))) / BATCH * 1e6)
        assert log.position() == BATCH * BATCHES
    return samples


def rival(folder: Path) -> list[float]:
    """The same rows without a look at what is there."""
    encode = msgspec.json.Encoder().encode
    with closing(open_database(folder / "rival.sqlite")) as connection:
        create(connection, RIVAL)

        def write(events: list[tuple[PersonId, Event]]) -> None:
            with transaction(connection):
                rows = [(event.source, event.id, who, encode(event)) for who, event in events]
                connection.executemany("INSERT INTO rows (source, id, person, body) VALUES (?, ?, ?, ?)", rows)

        samples = []
        for number in range(BATCHES):
            events = batch(number, at_random=False)
            samples.append(seconds(lambda events=events: write(events)) / BATCH * 1e6)
        return samples


def main() -> None:
    """Prints microseconds an event."""
    print(machine())
    with TemporaryDirectory() as folder:
        report(f"append, ids count up, batches of {BATCH:,}", append(Path(folder), at_random=False), "us/event")
        report("append, all known already", append_again(Path(folder)), "us/event")
        report("append, ids in no order (UUID 4)", append(Path(folder), at_random=True), "us/event")
        report("rival: executemany, no question asked", rival(Path(folder)), "us/event")


if __name__ == "__main__":
    main()
