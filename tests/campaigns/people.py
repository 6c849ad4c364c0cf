"""Customers of the corner shop, drawn at random, and the stores that know them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from hypothesis import strategies as st

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.plan import Known
from envoi.campaigns.project import Project, load
from envoi.clock import Instant, parse_instant
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import Stores, on_events
from tests.campaigns.corner import FILES

NOW = parse_instant("2024-05-01T09:00:00Z")
DAY = 86_400_000_000


@dataclass(frozen=True)
class Customer:
    """What happened to one person: consent, an address, the days before NOW on which orders were paid."""

    consent: bool | None = True
    email: str | None = "x@example.org"
    tier: str | None = None
    orders: tuple[int, ...] = (3,)
    product: str = "tea"


customers = st.lists(
    st.builds(
        Customer,
        consent=st.sampled_from([True, True, False, None]),
        email=st.sampled_from(["a@example.org", "b@Example.org", "no address", "", None]),
        tier=st.sampled_from(["gold", "silver", None]),
        orders=st.lists(st.integers(0, 400), max_size=5).map(tuple),
        product=st.sampled_from(["tea", "jam", "rye"]),
    ),
    max_size=12,
)


@contextmanager
def shop(people: Sequence[Customer], files: dict[str, str] = FILES) -> Iterator[tuple[Project, Stores]]:
    """The project, and stores that took in these people as 1, 2, 3..."""
    project = _loaded(tuple(files.items()))
    tables = DuckTables(None, project.definitions.catalogue)
    log, ledger = MemoryEventLog(), MemoryLedger()
    stores = Stores(log=log, archive=log, people=MemoryProfileStore(), tables=tables, ledger=ledger, statement=ledger)
    try:
        events = [event for number, one in enumerate(people, 1) for event in _events(PersonId(str(number)), one)]
        for _ in on_events(stores, [Batch(events=events)]):
            pass
        yield project, stores
    finally:
        tables.close()


@lru_cache
def _loaded(files: tuple[tuple[str, str], ...]) -> Project:
    return load(dict(files))


def known(project: Project, stores: Stores) -> Known:
    """What planning may ask."""
    return Known(definitions=project.definitions, tables=stores.tables, people=stores.people)


def _events(person: PersonId, one: Customer) -> Iterator[tuple[PersonId, Event]]:
    traits: dict[str, Value] = {"first_name": f"N{person}", "email": one.email, "tier": one.tier}
    yield person, _event(person, "profile", Name.PROFILE_UPDATED, 500, traits)
    if one.consent is not None:
        said: dict[str, Value] = {"purpose": "newsletter", "granted": one.consent}
        yield person, _event(person, "consent", Name.CONSENT_CHANGED, 450, said)
    for number, days in enumerate(one.orders):
        items: list[Value] = [{"product_id": one.product, "name": one.product.title(), "price": 2.5}]
        yield person, _event(person, f"order {number}", "Order Completed", days, {"total": 2.5, "products": items})


def _event(person: PersonId, what: str, name: str, days: int, props: dict[str, Value]) -> Event:
    at = Instant(NOW - days * DAY)
    return Event(
        id=f"{person} {what}", source="till", name=name, keys={"user_id": person}, at=at, seen_at=NOW, props=props
    )
