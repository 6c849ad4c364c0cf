"""A live host with a million people: how soon it is back after a kill, and how exact time is with as many waiting.

50 conditions with windows of an hour to ninety days, so that nearly everybody has a deadline to come.
"""

from __future__ import annotations

import gc
import json
import os
import random
import re
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from _measure import machine, report
from _shop import CATEGORIES, EVENTS, KEY, conditions, make
from live_http import AUTHORIZATION, HERE, running

from envoi.adapters.database import open_database
from envoi.adapters.segments.sqlite import SqliteMemberships
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import load, plan_of
from envoi.clock import MICROS_PER_SECOND, SystemClock
from envoi.conditions import bind
from envoi.events.event import Event, PersonId
from envoi.events.port import Batch
from envoi.flow import on_event
from envoi.hosts.folder import read_files, state_folder
from envoi.hosts.live.moments import Moments
from envoi.hosts.live.opening import Definition, opened
from envoi.segments import watch
from envoi.segments.live import LiveJudge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.conditions.bound import Bound

PEOPLE = int(os.environ.get("ENVOI_BENCH_PEOPLE", "1_000_000"))
#: Events that are judged again: those of so many people as wait to be saved, and then some.
AGAIN = 200_000
PROBES = 40
#: How often it is looked whether somebody is out.
LOOK_S = 0.0005
#: A window of the load generator's is so many times as long in a shop.
SLOWER = 720


def shop(root: Path) -> Mapping[str, Bound]:
    """Writes the project, with the segment of the probes."""
    make(root, 0)
    texts = [re.sub(r"(\d+) seconds", lambda found: f"{int(found[1]) * SLOWER} seconds", one) for one in conditions(50)]
    for place, text in enumerate([*texts, 'did "Search" where category = "probe" in the last 1 second']):
        path = root / "segments" / f"s{place}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"name = 'S{place}'\ncondition = '''{text}'''\n", encoding="utf-8")
    project = load(read_files(root))
    return {name: bind(one.condition, project.definitions) for name, one in project.segments.items()}


def happenings(count: int, moments: Moments, *, everybody: bool) -> Iterator[tuple[PersonId, Event]]:
    """Events of everybody in turn, or of whoever comes."""
    chance = random.Random(count)
    names = chance.choices(list(EVENTS), list(EVENTS.values()), k=count)
    for number, name in enumerate(names):
        person = number if everybody else chance.randrange(PEOPLE)
        at = moments.next()
        yield (
            PersonId(f"u{person:07}"),
            Event(
                id=f"{everybody}-{number}",
                source="http",
                name=name,
                keys={"user_id": f"u{person:07}"},
                at=at,
                seen_at=at,
                props={"category": chance.choice(CATEGORIES), "price": round(chance.gammavariate(2, 25), 2)},
            ),
        )


def lived(path: Path, definition: Definition, count: int, *, everybody: bool) -> None:
    """Takes in so many events, of which what the judge knows is saved if they are everybody's."""
    moments = Moments(SystemClock())
    with opened(path, definition, moments) as found:
        batch: list[tuple[PersonId, Event]] = []
        for each in happenings(count, moments, everybody=everybody):
            batch.append(each)
            if len(batch) == 1_000:
                on_event(found.log, found.watch, Batch(events=batch), moments.next())
                found.after_commit()
                batch = []
        if everybody:
            found.save_all()


def open_s(path: Path, definition: Definition) -> tuple[float, int]:
    """How long it takes to open, and how many deadlines are to come then."""
    # As the host does it.
    gc.collect()
    gc.disable()
    begun = time.perf_counter()
    with opened(path, definition, Moments(SystemClock())) as found:
        gc.enable()
        return time.perf_counter() - begun, len(found.watch.judge._alarms)  # type: ignore[attr-defined]  # noqa: SLF001


def late_ms(root: Path, port: int) -> Iterator[float]:
    """How much later than the very instant another process sees that a person is out."""
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        memberships = SqliteMemberships(connection)
        for number in range(PROBES):
            person = f"probe-{number}"
            message = {"event": "Search", "userId": person, "messageId": person, "properties": {"category": "probe"}}
            body = json.dumps(message).encode()
            urlopen(Request(f"http://127.0.0.1:{port}/v1/track", body, {"Authorization": AUTHORIZATION})).read()
            since = memberships.of(PersonId(person))["S50"]
            while "S50" in memberships.of(PersonId(person)):
                # Looking without a pause would take a processor from the host.
                time.sleep(LOOK_S)
            yield (time.time() * MICROS_PER_SECOND - since - MICROS_PER_SECOND) / 1e3


def main() -> None:
    """Measures each once: it takes some minutes."""
    print(machine(), f"{PEOPLE:,} people, 51 conditions", sep=", ")
    with TemporaryDirectory(dir=os.environ.get("ENVOI_BENCH_DIR")) as name:
        root = Path(name) / "shop"
        bound = shop(root)
        path = state_folder(root) / "envoi.sqlite"
        definition = Definition(conditions=lambda: bound, judge=LiveJudge)
        lived(path, definition, PEOPLE, everybody=True)
        loaded, pending = open_s(path, definition)
        report(f"opened, with {pending:,} deadlines to come", [loaded], "s")
        # Nothing of these is saved, as when the process is killed.
        watch.WAITING = 10 * PEOPLE
        lived(path, definition, AGAIN, everybody=False)
        replayed, _ = open_s(path, definition)
        report(f"opened after a kill, {AGAIN:,} events judged again", [replayed], "s")
        print(f"  {AGAIN / (replayed - loaded) / 1e3:.0f} k events/s")
        # History is there, and behind: it is written while the probes come.
        DuckTables(state_folder(root) / "history.duckdb", plan_of(read_files(root))).close()
        envoi = [sys.executable, str(HERE / "_live_server.py"), str(root), "PORT"]
        with running("envoi", envoi, {"ENVOI_WRITE_KEY": KEY}) as server:
            report(
                "out of a segment by time alone, seen by another process", list(late_ms(root, server.port)), "ms late"
            )


if __name__ == "__main__":
    main()
