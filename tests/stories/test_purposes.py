"""The purpose matrix: of all that is done with people's data, a purpose that is off stops exactly what it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path

import pytest

from envoi.clock import Instant, parse_instant
from envoi.decisions.decision import from_event
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import on_events, record
from envoi.hosts.local import Envoi, open_project
from envoi.people.consent import allows
from envoi.people.purposes import KNOWN

NOW = parse_instant("2024-05-01T09:00:00Z")
DAY = 86_400_000_000
LETTER = """<mjml><mj-head><mj-title>{{ content.headline }}</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text>{% for p in products %}<a href="https://shop.example.org/{{ p.product }}">{{ p.reason }}</a>{% endfor %}
<a href="https://shop.example.org/all">All</a> <a href="{{ unsubscribe_url }}">Leave</a> {{ shop.address }}</mj-text>
</mj-column></mj-section></mj-body></mjml>"""
FALLBACK = '[fallback]\nheadline = "Hello"\n'
FILES = {
    "envoi.toml": """
name = "Corner shop"
as_of = 2024-05-01T09:00:00Z
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
[purposes.offers]
title = "Offers"
[rfm]
event = "Order Completed"
spend = "total"
window_days = 90
recency_days = [1, 2, 40, 50]
orders = [1, 2, 3, 4]
spends = [1, 2, 3, 4]
""",
    "events/plan.toml": """
[events."Order Completed".properties]
total = "number"
[events."Order Completed".properties.products]
kind = "items"
fields = { product_id = "text", name = "text", price = "number" }
[traits]
email = "text"
""",
    "segments/recent.toml": 'name = "Recent"\ncondition = \'did "Order Completed" in the last 30 days\'\n',
    "segments/good.toml": 'name = "Good"\ncondition = "rfm_recency >= 3"\n',
    "segments/reachable.toml": 'name = "Reachable"\ncondition = "email is present"\n',
    "templates/hello.mjml": LETTER,
    # To all who agreed, the same for all.
    "campaigns/news.toml": 'audience = \'in segment "Reachable"\'\npurpose = "newsletter"\ntemplate = "hello.mjml"\n'
    + FALLBACK,
    # To all who agreed, with what suits each.
    "campaigns/offers.toml": """
audience = 'in segment "Reachable"'
purpose = "offers"
template = "hello.mjml"
[products]
shelf = '"Order Completed"'
count = 1
[[content]]
name = "regular"
priority = 1
when = 'in segment "Recent"'
fields = { headline = "Good to see you again" }
"""
    + FALLBACK,
    "campaigns/again.toml": 'audience = \'in segment "Recent"\'\npurpose = "offers"\ntemplate = "hello.mjml"\n'
    + FALLBACK,
    "campaigns/best.toml": 'audience = \'in segment "Good"\'\npurpose = "offers"\ntemplate = "hello.mjml"\n' + FALLBACK,
    "campaigns/receipt.toml": """
audience = 'did "Order Completed" in the last 30 days'
purpose = "transactional"
kind = "transactional"
template = "hello.mjml"
"""
    + FALLBACK,
}
CAMPAIGNS = ("news", "offers", "again", "best", "receipt")

#: Everything that is done with a person's data, by the purpose it is for.
MATRIX = {
    "newsletter": {"the newsletter"},
    "profiling": {"segment by deeds", "mail by deeds", "content by deeds", "own products"},
    "model_scoring": {"segment by score", "mail by score"},
    "open_tracking": {"pixel"},
    "click_tracking": {"tracked links"},
    "enrichment": {"enrichment"},
    "transactional": {"receipt"},
}
EVERYTHING = frozenset(effect for effects in MATRIX.values() for effect in effects) | {"offers", "segment by fields"}
#: Who agreed to all; and for each purpose one who said no to it alone, called by its name.
ALL = "all"


def event(person: str, name: str, at: Instant, **props: Value) -> tuple[PersonId, Event]:
    about = f"{person}/{name}/{props.get('purpose', '')}/{props.get('granted', '')}/{at}"
    made = Event(id=about, source="shop", name=name, keys={"user_id": person}, at=at, seen_at=at, props=props)
    return PersonId(person), made


def life(person: str) -> list[tuple[PersonId, Event]]:
    at = Instant(NOW - 10 * DAY)
    item: Value = [{"product_id": person, "name": f"Tea for {person}", "price": 4}]
    return [
        event(person, Name.PROFILE_UPDATED, at, email=f"{person}@example.org"),
        *(event(person, Name.CONSENT_CHANGED, at, purpose=purpose, granted=purpose != person) for purpose in PURPOSES),
        event(person, "Order Completed", Instant(at + 1), total=4, products=item),
    ]


PURPOSES = [*KNOWN, "offers"]


@dataclass(frozen=True)
class World:
    """What was done with each person's data."""

    done: dict[str, set[str]]
    #: The ledger's reasons, by campaign and person.
    reasons: dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("purposes")
    everyone = [ALL, *KNOWN]
    make(root, everyone)
    with open_project(root) as envoi:
        for campaign in CAMPAIGNS:
            envoi.send(campaign)
        return World(
            done={person: set(_done(envoi, PersonId(person))) for person in everyone},
            reasons={(entry.campaign, entry.person): entry.reason for entry in envoi.stores.statement.entries()},
        )


def make(root: Path, people: list[str]) -> None:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=[one for person in people for one in life(person)])]))


def _done(envoi: Envoi, person: PersonId) -> list[str]:
    """What was done with the person's data, as it shows outside."""
    mails = {campaign: _mail(envoi, campaign, person) for campaign in CAMPAIGNS}
    (profile,) = envoi.stores.people.get([person]).values()
    offers = mails["offers"]
    members = {name: envoi.who(f'in segment "{name}"').people or [] for name in ("Recent", "Good", "Reachable")}
    entry = next(envoi.stores.statement.entries("offers", person=person), None)
    (decision,) = envoi.stores.archive.fetch([entry.decision]) if entry else []
    reason = str(from_event(decision).products[0]["reason"])
    shown = {
        "the newsletter": bool(mails["news"]),
        "segment by deeds": person in members["Recent"],
        "mail by deeds": bool(mails["again"]),
        "content by deeds": "Good to see you again" in offers,
        "own products": reason.startswith("You bought") and reason in offers,
        "segment by score": person in members["Good"],
        "mail by score": bool(mails["best"]),
        "segment by fields": person in members["Reachable"],
        "pixel": bool(re.search(r'src="http://localhost:8025/o/', offers)),
        "tracked links": bool(re.search(r'href="http://localhost:8025/c/', offers)),
        "enrichment": allows(profile, "enrichment"),
        "receipt": bool(mails["receipt"]),
        "offers": bool(offers),
    }
    return [effect for effect, is_done in shown.items() if is_done]


def _mail(envoi: Envoi, campaign: str, person: PersonId) -> str:
    """The mail the person got, subject and HTML; empty if none."""
    entry = next(envoi.stores.statement.entries(campaign, person=person), None)
    path = envoi.root / ".envoi" / "mail" / f"{entry.message_id}.eml" if entry else None
    if path is None or not path.exists():
        return ""
    mail = BytesParser(policy=SMTP).parsebytes(path.read_bytes())
    body = mail.get_body(("html",))
    return f"{mail['subject']}\n{body.get_content() if body else ''}"


def test_with_every_purpose_on_everything_is_done(world: World) -> None:
    assert world.done[ALL] == EVERYTHING
    assert set(MATRIX) == set(KNOWN)


@pytest.mark.parametrize("purpose", MATRIX)
def test_a_purpose_that_is_off_stops_exactly_what_it_is_for(world: World, purpose: str) -> None:
    assert EVERYTHING - world.done[purpose] == MATRIX[purpose]


def test_each_that_stops_has_its_reason(world: World) -> None:
    assert world.reasons["news", "newsletter"] == "consent withdrawn"
    assert world.reasons["receipt", "transactional"] == "consent withdrawn"
    # Who is in no segment by deeds is in no audience of one.
    assert ("again", "profiling") not in world.reasons
    assert ("best", "model_scoring") not in world.reasons


def test_who_says_no_after_the_plan_gets_nothing_that_was_chosen_before_it(tmp_path: Path) -> None:
    make(tmp_path, [ALL, "enrichment"])
    with open_project(tmp_path) as envoi:
        for campaign in ("offers", "again", "best", "news"):
            envoi.freeze(campaign)
        record(envoi.stores, [event(ALL, Name.CONSENT_CHANGED, NOW, purpose="profiling", granted=False)])
        for campaign in ("offers", "again", "best", "news"):
            envoi.send(campaign)
        ended = {
            (one.campaign, str(one.person)): (one.state.value, one.reason) for one in envoi.stores.statement.entries()
        }
        why = envoi.why(ALL, segment="Recent")
    refused = ("skipped", "profiling refused since it was decided")
    assert [ended[campaign, ALL] for campaign in ("offers", "again", "best", "news")] == [
        refused, refused, ("accepted", ""), ("accepted", ""),
    ]  # fmt: skip
    assert {ended[campaign, "enrichment"][0] for campaign in ("offers", "again", "best", "news")} == {"accepted"}
    # The explanation says which gate it was.
    assert not why.holds
    assert [(part.says, part.holds) for part in why.why.parts] == [
        ('did "Order Completed" in the last 30 days', True),
        ("not", False),
    ]
