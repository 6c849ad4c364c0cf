"""The flow on memory adapters: events in, decisions recorded before mail, each mail once, outcomes back in the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from itertools import islice

import pytest
from msgspec.structs import replace

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.messages.memory import MemoryMailer
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.compose import Press
from envoi.campaigns.mailing import Mailing
from envoi.campaigns.plan import Known, plan, plan_in_lots
from envoi.campaigns.project import Project, load
from envoi.clock import FixedClock, Instant, parse_instant
from envoi.decisions.decision import as_event
from envoi.events.event import ENVOI, Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import Run, Stores, as_of_now, catch_up, in_bulk, on_events, record, send
from envoi.messages.delivery import Worker, keep_none
from envoi.messages.ledger import Entry, State, Status
from envoi.messages.links import Links
from envoi.messages.port import Outgoing
from envoi.messages.verdict import Skip
from envoi.people import latest
from envoi.people.latest import Latest

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
[events."Order Completed".properties]
total = "number"
[events."Order Completed".properties.products]
kind = "items"
fields = { product_id = "text", name = "text", price = "number" }
[traits]
first_name = "text"
email = "text"
""",
    "segments/recent.toml": """
name = "Recent"
condition = 'did "Order Completed" in the last 30 days'
""",
    "campaigns/hello.toml": """
audience = 'did "Order Completed"'
purpose = "newsletter"
template = "hello.mjml"
holdout = 0.2
[[content]]
name = "regular"
priority = 1
when = 'in segment "Recent"'
fields = { headline = "Good to see you" }
[fallback]
headline = "It has been a while"
[products]
shelf = '"Order Completed"'
fields = { price = "number" }
count = 2
""",
    "templates/hello.mjml": """<mjml><mj-head>
<mj-title>{{ content.headline }}, {{ person.first_name | default: "neighbour" }}</mj-title></mj-head>
<mj-body><mj-section><mj-column>
<mj-text>{{ content.headline }}{% for p in products %} {{ p.name }} {{ p.price | money }}{% endfor %}</mj-text>
<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ shop.address }}</mj-text>
</mj-column></mj-section></mj-body></mjml>""",
}


def event(person: str, name: str, at: int, **props: Value) -> tuple[PersonId, Event]:
    identity = f"{person}/{name}/{at}/{props.get('purpose', '')}"
    keys = {"user_id": person}
    return PersonId(person), Event(
        id=identity, source="test", name=name, keys=keys, at=Instant(at), seen_at=Instant(at), props=props
    )


def life_of(number: int) -> list[tuple[PersonId, Event]]:
    """A customer who may have withdrawn, may lack an address, and ordered some days ago."""
    person = f"p{number:03}"
    traits = {"first_name": f"Ann{number}"} | ({} if number % 11 == 0 else {"email": f"{person}@example.org"})
    product: Value = {"product_id": f"m{number % 3}", "name": f"Milk {number % 3}", "price": 1.5}
    return [
        event(person, Name.PROFILE_UPDATED, NOW - 90 * DAY, **traits),
        event(person, Name.CONSENT_CHANGED, NOW - 90 * DAY, purpose="newsletter", granted=number % 7 != 0),
        event(person, "Order Completed", NOW - (number % 60 + 1) * DAY, total=9.5, products=[product]),
    ]


@pytest.fixture
def stores() -> Stores:
    ledger, log = MemoryLedger(), MemoryEventLog()
    tables = DuckTables(None, load(FILES).definitions.catalogue)
    return Stores(log=log, archive=log, people=MemoryProfileStore(), tables=tables, ledger=ledger, statement=ledger)


@pytest.fixture
def project() -> Project:
    return load(FILES)


def press(project: Project) -> Press:
    links = Links(base="https://example.org", secret=b"test")
    template = project.templates["hello.mjml"]
    return Press(campaign=project.campaigns["hello"], template=template, settings=project.settings, links=links)


def run(mailer: MemoryMailer, on_settled: Callable[[Sequence[Entry]], None] = keep_none) -> Run:
    return Run(mailer=mailer, clock=FixedClock(NOW), on_settled=on_settled)


def take_in(stores: Stores, people: int) -> int:
    events = [one for number in range(people) for one in life_of(number)]
    return sum(len(new) for new in on_events(stores, [Batch(events=events[:50]), Batch(events=events[50:])]))


def test_events_reach_the_log_profiles_and_history_once(stores: Stores) -> None:
    assert take_in(stores, 40) == 120
    assert take_in(stores, 40) == 0
    assert stores.log.position() == stores.tables.head() == stores.people.position() == 120


def test_profiles_and_history_catch_up_with_a_log_that_is_ahead(stores: Stores) -> None:
    stores.log.append(Batch(events=life_of(1)))
    catch_up(stores)
    assert stores.tables.head() == 3
    assert stores.people.get([PersonId("p001")])[PersonId("p001")].value("first_name") == "Ann1"


def test_everyone_of_the_audience_is_in_one_state_and_decisions_come_first(stores: Stores, project: Project) -> None:
    take_in(stores, 60)
    assert in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    assert not in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    entries = list(stores.statement.entries("hello"))
    assert len(entries) == 60
    reasons = {entry.reason for entry in entries}
    assert reasons == {"", "holdout", "consent withdrawn", "no e-mail address"}
    for entry in entries:
        assert bool(entry.decision) == (entry.reason in ("", "holdout"))


def test_a_plan_in_lots_is_the_plan_at_once(stores: Stores, project: Project) -> None:
    take_in(stores, 60)
    campaign = project.campaigns["hello"]
    known = Known(definitions=project.definitions, tables=stores.tables, people=stores.people)
    lots = list(plan_in_lots(campaign, known, NOW, size=7))
    assert [len(lot) for lot in lots] == [7] * 8 + [4]
    assert [one for lot in lots for one in lot] == plan(campaign, known, NOW)


def test_a_plan_that_was_interrupted_records_the_same_decisions(stores: Stores, project: Project) -> None:
    take_in(stores, 60)
    campaign = project.campaigns["hello"]
    known = Known(definitions=project.definitions, tables=stores.tables, people=stores.people)
    # It came as far as the log, and not to the ledger.
    before = record(
        stores, [(one.person, as_event(one.decision)) for one in plan(campaign, known, NOW) if one.decision]
    )
    assert in_bulk(campaign, stores, project.definitions, NOW)
    assert stores.log.position() == before[-1].seq
    assert {entry.decision for entry in stores.statement.entries("hello")} == {0, *(one.seq for one in before)}


def test_each_mail_goes_out_once_and_its_outcome_is_an_event(stores: Stores, project: Project) -> None:
    take_in(stores, 60)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    mailer = MemoryMailer()
    send(press(project), stores, run(mailer))
    send(press(project), stores, run(mailer))
    accepted = list(stores.statement.entries("hello", state=State.ACCEPTED))
    assert len(mailer.sent) == len(accepted) == len({one.message_id for one in accepted}) > 30
    sent = stores.archive.find(ENVOI, [f"{one.message_id}:accepted" for one in accepted])
    assert [one.event.name for one in sent] == [Name.EMAIL_SENT] * len(accepted)


def test_who_withdraws_after_the_plan_gets_nothing(stores: Stores, project: Project) -> None:
    take_in(stores, 20)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    planned = next(stores.statement.entries("hello", state=State.PLANNED))
    record(stores, [event(planned.person, Name.CONSENT_CHANGED, NOW, purpose="newsletter", granted=False)])
    mailer = MemoryMailer()
    send(press(project), stores, run(mailer))
    (after,) = stores.statement.entries("hello", person=planned.person)
    assert (after.state, after.reason) == (State.SKIPPED, "consent withdrawn")
    assert planned.message_id not in [one.message_id for one in mailer.sent]


def test_who_withdraws_while_mails_go_out_gets_nothing(stores: Stores, project: Project) -> None:
    take_in(stores, 40)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    withdrawn: list[PersonId] = []

    def withdraw(_: Sequence[Entry]) -> None:
        # As another process does it: in the log, and not yet in any profile.
        said = {
            each.person for each in stores.statement.entries("hello") if each.state in (State.PLANNED, State.CLAIMED)
        }
        if said and len(withdrawn) < 5:
            person = min(said)
            withdrawn.append(person)
            stores.log.append(
                Batch(events=[event(person, Name.CONSENT_CHANGED, NOW, purpose="newsletter", granted=False)])
            )

    mailer = MemoryMailer(places=1)
    send(press(project), stores, run(mailer, withdraw))
    reasons = {one.person: (one.state, one.reason) for one in stores.statement.entries("hello")}
    assert {reasons[person] for person in withdrawn} == {(State.SKIPPED, "consent withdrawn")}
    assert len(withdrawn) == 5 < len(mailer.sent)


def test_a_profile_as_of_now_has_what_is_not_folded_yet(stores: Stores) -> None:
    take_in(stores, 2)
    assert as_of_now(stores.archive, stores.people, PersonId("nobody")) is None
    stores.log.append(Batch(events=[event("p001", Name.PROFILE_UPDATED, NOW, first_name="Ada")]))
    found = as_of_now(stores.archive, stores.people, PersonId("p001"))
    assert found
    assert (found.value("first_name"), found.value("email")) == ("Ada", "p001@example.org")


def test_the_same_decision_gives_the_same_bytes(stores: Stores, project: Project) -> None:
    take_in(stores, 20)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    entry = next(stores.statement.entries("hello", state=State.PLANNED))
    mailing = Mailing(
        press=press(project), archive=stores.archive, latest=Latest(stores.log, stores.people, stores.archive)
    )
    (first,) = mailing.render([entry])
    assert [first] == mailing.render([entry])
    assert isinstance(first, Outgoing)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in first.data


def test_who_is_gone_is_left_out_and_the_others_get_theirs(stores: Stores, project: Project) -> None:
    take_in(stores, 20)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    here, gone = islice(stores.statement.entries("hello", state=State.PLANNED), 2)
    mailing = Mailing(
        press=press(project), archive=stores.archive, latest=Latest(stores.log, stores.people, stores.archive)
    )
    without = [replace(gone, decision=10**6), here, replace(gone, person=PersonId("nobody"))]
    first, second, third = mailing.render(without)
    assert (first, third) == (Skip(reason="the decision is gone"), Skip(reason="the person is gone"))
    assert isinstance(second, Outgoing)


def test_a_template_that_breaks_for_many_pauses_the_campaign(stores: Stores, project: Project) -> None:
    take_in(stores, 200)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    broken = load(
        FILES | {"templates/hello.mjml": FILES["templates/hello.mjml"].replace("p.price | money", "p | money")}
    )
    mailer = MemoryMailer(places=10)
    worker = Worker(name="w", batch=10)
    found = send(press(broken), stores, changed(run(mailer), worker=worker))
    (order,) = stores.ledger.orders("hello") if isinstance(stores.ledger, MemoryLedger) else ()
    assert (found.status, mailer.sent) == (Status.PAUSED, [])
    assert order.order.by == "Envoi: 20 of 20 mails could not be rendered"
    # Whoever was not tried yet waits.
    assert stores.statement.tally("hello")[State.PLANNED, ""] > 50


def test_news_that_nobody_folds_are_folded_while_mails_go_out(
    stores: Stores, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "_MOST_NEWS", 10)
    take_in(stores, 40)
    in_bulk(project.campaigns["hello"], stores, project.definitions, NOW)
    before = stores.people.position()

    def visit(settled: Sequence[Entry]) -> None:
        stores.log.append(Batch(events=[event(one.person, "Page Viewed", NOW + len(mailer.sent)) for one in settled]))

    mailer = MemoryMailer(places=1)
    send(press(project), stores, run(mailer, visit))
    assert len(mailer.sent) > 20
    assert stores.people.position() > before
