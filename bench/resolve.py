"""Whose each event is, of a shop whose visitors browse, log in and share tablets, on one core: 20,000 a second or more.

The rivals: `resolve`, which takes the most trusted key and knows nothing of any other; and a plain store of keys that
is asked for each key of each event, without limits, merges told in the log, or a way back.
"""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING

from _measure import machine, report

from envoi.adapters.database import open_database, transaction
from envoi.adapters.people.sqlite_identity import SqliteIdentityStore
from envoi.clock import Instant
from envoi.events.event import Event, PersonId
from envoi.people.identity import node_of, resolve
from envoi.people.resolver import Resolver
from envoi.settings import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Happening = tuple[PersonId, Event]

#: Events a commit, as the live host and an import have them.
LIVE, IMPORT = 30, 10_000
EVENTS, CUSTOMERS, TABLETS = 60_000, 8_000, 50


def keys(chance: random.Random) -> dict[str, str]:
    """A visitor of whom nothing else is known, one who is logged in, or one who gives an address; some at a tablet."""
    customer, draw = chance.randrange(CUSTOMERS), chance.random()
    made = {"anonymous_id": f"a{customer}-{chance.randrange(2)}"}
    if draw > 0.5:
        made = {"user_id": str(customer), **made}
    if draw > 0.95:
        made["email"] = f"p{customer}@example.org"
    if chance.random() < 0.02:
        made["device"] = f"tablet-{chance.randrange(TABLETS)}"
    return made


def events(seed: int) -> list[Happening]:
    """A shop's events."""
    chance = random.Random(seed)
    made = []
    for number in range(EVENTS):
        at = Instant(1_700_000_000_000_000 + number)
        event = Event(id=f"{seed}-{number}", source="web", name="Product Viewed", keys=keys(chance), at=at, seen_at=at)
        made.append((resolve(event.keys) or PersonId(""), event))
    return made


def in_groups(work: Callable[[Sequence[Happening]], object], all_of_them: Sequence[Happening], size: int) -> float:
    """Thousands of events a second of processor time."""
    begun = process_time()
    for start in range(0, len(all_of_them), size):
        work(all_of_them[start : start + size])
    return len(all_of_them) / (process_time() - begun) / 1_000


def resolved(folder: Path, seed: int, size: int) -> tuple[float, float]:
    """The same events in a shop that knows nobody, and again, when it knows everybody."""
    some = events(seed)
    with closing(open_database(folder / f"identity-{seed}-{size}.sqlite")) as connection:
        decide = Resolver(SqliteIdentityStore(connection), Identity)

        def work(group: Sequence[Happening]) -> None:
            with transaction(connection):
                decide(group)

        return in_groups(work, some, size), in_groups(work, some, size)


def plainly(folder: Path, seed: int) -> float:
    """A row a key, asked for and written one by one."""
    with closing(open_database(folder / f"plain-{seed}.sqlite")) as connection:
        connection.execute("CREATE TABLE keys (node TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID")

        def work(group: Sequence[Happening]) -> None:
            with transaction(connection):
                for person, event in group:
                    for kind, value in event.keys.items():
                        node = node_of(kind, value)
                        row = connection.execute("SELECT person FROM keys WHERE node = ?", (node,)).fetchone()
                        if row is None or row[0] != person:
                            connection.execute("INSERT OR REPLACE INTO keys VALUES (?, ?)", (node, person))

        return in_groups(work, events(seed), IMPORT)


def main() -> None:
    """Three rounds of each."""
    print(machine())
    found: dict[str, list[float]] = {}
    with TemporaryDirectory() as name:
        for seed in range(3):
            for what, size in (("an import", IMPORT), ("the live host", LIVE)):
                new, known = resolved(Path(name), seed, size)
                found.setdefault(f"whose, nobody known, commits of {what}", []).append(new)
                found.setdefault(f"whose, everybody known, commits of {what}", []).append(known)
            found.setdefault("rival: a statement a key", []).append(plainly(Path(name), seed))
            some = events(seed)
            plain = in_groups(lambda group: [resolve(event.keys) for _, event in group], some, IMPORT)
            found.setdefault("rival: the most trusted key alone", []).append(plain)
    for what, samples in found.items():
        report(what, samples, "k/s")


if __name__ == "__main__":
    main()
