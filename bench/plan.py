"""Plans a campaign for a million people: who gets what, each mail tried, each decision in the log, the ledger frozen.

Say how many people with the first argument. There is no rival: open-source senders decide nothing before they send.
"""

from __future__ import annotations

import resource
import shutil
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from _measure import machine

from envoi.clock import Instant, parse_instant
from envoi.events.event import Event, Name, PersonId
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = 1_000_000
STARTER = Path(__file__).parents[1] / "examples" / "starter"
NOW = parse_instant("2026-11-02T09:00:00Z")
DAY = 86_400_000_000
TEAS = ("Assam", "Darjeeling", "Sencha", "Rooibos")


def main() -> None:
    """Fills a project, plans its campaign, and prints how long that took and how large the process grew."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    print(machine())
    with TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        shutil.copytree(STARTER, root)
        campaign = root / "campaigns" / "come-back.toml"
        text = campaign.read_text(encoding="utf-8")
        campaign.write_text(text.replace("""audience = 'in segment "Lapsing"'""", 'audience = "first_name is present"'))
        with open_project(root) as envoi:
            start = perf_counter()
            for _ in on_events(envoi.stores, batches(people)):
                pass
            print(f"{people:,} people came in within {perf_counter() - start:.1f} s, {peak_mb()} MB")
            start, cpu = perf_counter(), process_time()
            envoi.freeze("come-back")
            seconds, cpu = perf_counter() - start, process_time() - cpu
            tally = envoi.stores.statement.tally("come-back")
            print(f"planned {sum(tally.values()):,} in {seconds:.1f} s: {seconds / people * 1e6:.0f} us each")
            print(f"{cpu / people * 1e6:.0f} us of processor each; {peak_mb()} MB")
            print(Counter(str(state) for (state, _), count in tally.items() for _ in range(count)))


def batches(people: int) -> Iterator[Batch]:
    """Everyone's profile and consent, and for every third person an order."""
    for start in range(0, people, 5_000):
        yield Batch(events=[each for n in range(start, min(start + 5_000, people)) for each in events_of(n)])


def events_of(number: int) -> Iterator[tuple[PersonId, Event]]:
    """What one person did."""
    person = PersonId(f"{number:07}")
    traits = {"email": f"reader{number}@example.org", "first_name": f"Name{number % 977}"}
    consent = {"purpose": "newsletter", "granted": number % 20 != 0}
    joined = Instant(NOW - (400 - number % 300) * DAY)
    yield person, event(person, "joined", Name.PROFILE_UPDATED, joined, traits)
    yield person, event(person, "agreed", Name.CONSENT_CHANGED, joined, consent)
    if number % 3 == 0:
        tea = TEAS[number // 3 % 4]
        item = {"product_id": tea.lower(), "name": tea, "category": "tea", "price": 9, "quantity": 1}
        yield person, event(person, "order", "Order Completed", Instant(joined + DAY), {"total": 9, "products": [item]})


def event(person: str, what: str, name: str, at: Instant, props: dict[str, object]) -> Event:
    """One event, as cleaning leaves it."""
    return Event(
        id=f"{what}:{person}", source="shop", name=name, keys={"user_id": person}, at=at, seen_at=at, props=props
    )


def peak_mb() -> int:
    """The most memory the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
