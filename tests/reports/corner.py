"""A corner shop whose people came at known times, kept in memory; segments are questions about their visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import Project, load
from envoi.clock import Instant, parse_instant
from envoi.events.event import Event, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import Stores, on_events

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = parse_instant("2024-05-01T09:00:00Z")
HOUR = 3_600_000_000
DAY = 24 * HOUR

ENVOI = """
name = "Corner"
time_zone = "Europe/Lisbon"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
"""
PLAN = """
[events.Visit.properties]
door = "text"
spent = "number"
[events.Visit.properties.items]
kind = "items"
fields = { name = "text", fresh = "boolean" }
[traits]
tier = "text"
age = "number"
"""


def project(**segments: str) -> Project:
    """The shop with these segments."""
    files = {f"segments/{name}.toml": f"condition = '''{text}'''" for name, text in segments.items()}
    return load({"envoi.toml": ENVOI, "events/plan.toml": PLAN, **files})


def stores(events: Iterable[tuple[PersonId, Event]]) -> Stores:
    """What happened, taken in."""
    ledger, log = MemoryLedger(), MemoryEventLog()
    tables = DuckTables(None, project().definitions.catalogue)
    made = Stores(log=log, archive=log, people=MemoryProfileStore(), tables=tables, ledger=ledger, statement=ledger)
    list(on_events(made, [Batch(events=list(events))]))
    return made


def visit(person: int, at: int, **props: Value) -> tuple[PersonId, Event]:
    """Somebody came by."""
    return happened(person, "Visit", at, props)


def happened(person: int, name: str, at: int, props: dict[str, Value]) -> tuple[PersonId, Event]:
    """Something happened to somebody."""
    when, keys = Instant(at), {"user_id": str(person)}
    made = Event(id=f"{person}/{name}/{at}", source="door", name=name, keys=keys, at=when, seen_at=when, props=props)
    return PersonId(str(person)), made
