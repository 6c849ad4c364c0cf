"""Finding people, and what is told of one."""

from __future__ import annotations

import pytest

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import Project, load
from envoi.clock import Instant, parse_instant
from envoi.errors import NotFound
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import Stores, on_events
from envoi.messages.ledger import Entry, State
from envoi.reports.paging import Page
from envoi.reports.person import find, mails, memberships, page_of, timeline

NOW = parse_instant("2024-05-01T09:00:00Z")
DAY = 86_400_000_000
FILES = {
    "envoi.toml": """
name = "Corner"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
""",
    "events/plan.toml": """
events."Order Completed".properties.total = "number"
traits = { first_name = "text", last_name = "text", email = "text" }
""",
    "segments/recent.toml": """
name = "Recent"
condition = 'did "Order Completed" in the last 30 days'
""",
    "segments/often.toml": """
name = "Often"
condition = 'did "Order Completed" at least 3 times'
""",
}


def event(person: str, name: str, at: int, **props: Value) -> tuple[PersonId, Event]:
    when, identity = Instant(at), f"{person}/{name}/{at}"
    made = Event(id=identity, source="t", name=name, keys={"user_id": person}, at=when, seen_at=when, props=props)
    return PersonId(person), made


@pytest.fixture(scope="module")
def project() -> Project:
    return load(FILES)


@pytest.fixture(scope="module")
def stores(project: Project) -> Stores:
    ledger, log = MemoryLedger(), MemoryEventLog()
    tables = DuckTables(None, project.definitions.catalogue)
    made = Stores(log=log, archive=log, people=MemoryProfileStore(), tables=tables, ledger=ledger, statement=ledger)
    people = {"2": ("Ada", "Lovelace"), "10": ("Alan", "Turing"), "a": ("Grace", "Hopper"), "late": ("Ada", "Later")}
    events = [
        event(
            who, Name.PROFILE_UPDATED, NOW + DAY if who == "late" else NOW - 40 * DAY, first_name=first, last_name=last
        )
        for who, (first, last) in people.items()
    ]
    # Grace was called Mary before, and a search does not find her by that.
    events += [event("a", Name.PROFILE_UPDATED, NOW - 90 * DAY, first_name="Mary", email="Hopper@Example.org")]
    events += [event("2", "Order Completed", NOW - day * DAY, total=day) for day in (1, 2, 45)]
    events += [
        event("2", "Order Completed", NOW + DAY, total=1),
        event("10", "Order Completed", NOW - 50 * DAY, total=1),
    ]
    list(on_events(made, [Batch(events=events)]))
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["2", "a", "10"]),
        ("ada", ["2"]),
        ("LOVE ad", ["2"]),
        ("a", ["2", "a", "10"]),
        ("10", ["10"]),
        ("hopper@ex", ["a"]),
        ("grace", ["a"]),
        ("mary", []),
        ("ovelace", []),
        ("ada turing", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ("x " * 99, []),
    ],
)
def test_each_word_begins_an_id_an_address_or_a_name(stores: Stores, text: str, found: list[str]) -> None:
    people = find(stores, text, at=NOW, page=Page())
    assert ([one.person for one in people.shown], people.total) == (found, len(found))


def test_people_come_in_pages(stores: Stores) -> None:
    pages = [find(stores, "", at=NOW, page=Page(number, size=2)) for number in (1, 2, 3)]
    assert [[one.person for one in page.shown] for page in pages] == [["2", "a"], ["10"], []]
    assert {page.total for page in pages} == {3}


def test_a_line_tells_what_was_known_by_then(stores: Stores) -> None:
    (ada,) = find(stores, "lovelace", at=NOW, page=Page()).shown
    assert (ada.name, ada.email) == ("Ada Lovelace", "")
    assert (ada.first_seen, ada.last_seen, ada.events) == (NOW - 45 * DAY, NOW - DAY, 4)


def test_the_timeline_goes_back_from_the_present(stores: Stores) -> None:
    whole = timeline(stores, PersonId("2"), at=NOW, page=Page())
    assert [one.event.at for one in whole.shown] == [NOW - day * DAY for day in (1, 2, 40, 45)]
    assert whole.names == {"Order Completed": 3, "Profile Updated": 1}
    orders = timeline(stores, PersonId("2"), at=NOW, name="Order Completed", page=Page(2, size=2))
    assert ([one.event.at for one in orders.shown], orders.total) == ([NOW - 45 * DAY], 3)


def test_an_event_is_on_its_page(stores: Stores) -> None:
    for size in (1, 2, 3):
        for stored in timeline(stores, PersonId("2"), at=NOW, name="Order Completed", page=Page()).shown:
            page = page_of(stores, PersonId("2"), stored, at=NOW, size=size)
            assert stored in timeline(stores, PersonId("2"), at=NOW, name="Order Completed", page=page).shown


@pytest.mark.parametrize("person", ["nobody", "late"])
def test_who_has_not_been_seen_has_no_timeline(stores: Stores, project: Project, person: str) -> None:
    with pytest.raises(NotFound):
        timeline(stores, PersonId(person), at=NOW, page=Page())
    with pytest.raises(NotFound):
        memberships(project, stores, PersonId(person), at=NOW)


def test_memberships_say_why_those_that_hold_first(stores: Stores, project: Project) -> None:
    ada = memberships(project, stores, PersonId("2"), at=NOW)
    assert [(why.segment, why.holds, why.why.value) for why in ada] == [("Often", True, 3), ("Recent", True, 2)]
    alan = memberships(project, stores, PersonId("10"), at=NOW)
    assert [(why.segment, why.holds) for why in alan] == [("Often", False), ("Recent", False)]


def test_mails_come_newest_first(stores: Stores) -> None:
    for campaign, at in (("old", NOW - DAY), ("new", NOW)):
        entry = Entry(campaign=campaign, person=PersonId("2"), address="", decision=0, state=State.SKIPPED, reason="x")
        stores.ledger.plan(campaign, [entry], at=Instant(at))
    assert [mail.entry.campaign for mail in mails(stores, PersonId("2"), page=Page(1, size=9)).shown] == ["new", "old"]
    assert mails(stores, PersonId("10"), page=Page(1, size=9)).total == 0
