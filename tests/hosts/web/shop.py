"""A small shop with names, ids and days as odd as they come, kept by the real adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.memory import MemoryMailer
from envoi.clock import Instant, parse_instant
from envoi.errors import Unreachable
from envoi.events.event import Event, Name, PersonId, Rejected, Value
from envoi.events.port import Batch
from envoi.flow import Run, on_events, send
from envoi.hosts.local import open_project
from envoi.messages.ledger import Receipt, State

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.hosts.local import Envoi
    from envoi.messages.port import Outgoing

NOW = parse_instant("2024-05-01T09:00:00Z")
DAY = 86_400_000_000
#: A name that would be more than a name, were it not escaped everywhere.
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>"

FILES = {
    "envoi.toml": """
name = "Corner shop"
time_zone = "Europe/Lisbon"
as_of = 2024-05-01T09:00:00Z
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street, Lisbon"
url = "https://shop.example.org"
""",
    "events/plan.toml": """
[events."Order Completed".properties]
total = "number"
[events."Order Completed".properties.products]
kind = "items"
fields = { product_id = "text", name = "text", price = "number" }
[traits]
first_name = "text"
last_name = "text"
email = "text"
tier = "text"
""",
    "segments/recent.toml": """
name = "Recent buyers"
description = "Whoever came back this month."
condition = 'did "Order Completed" in the last 30 days'
""",
    "segments/loyal.toml": """
name = "Loyal & <local>"
condition = '''
did "Order Completed" at least 2 times in the last 60 days
and (tier = "gold" or sum("Order Completed".total) in the last 60 days > 15)
and not in segment "Nobody"
'''
""",
    "segments/nobody.toml": """
name = "Nobody"
condition = 'did "Order Completed" more than 90 times'
""",
    "campaigns/hello.toml": """
description = "What is new, for whoever bought before."
audience = 'did "Order Completed"'
purpose = "newsletter"
template = "hello.mjml"
holdout = 0.2
[[content]]
name = "regular"
priority = 1
when = 'in segment "Recent buyers"'
fields = { headline = "Good to see you" }
[fallback]
headline = "It has been a while"
[products]
shelf = '"Order Completed"'
fields = { price = "number" }
count = 2
""",
    "campaigns/half.toml": """
audience = 'did "Order Completed"'
purpose = "newsletter"
template = "hello.mjml"
fallback = { headline = "Half way" }
""",
    "campaigns/later.toml": """
audience = 'did "Order Completed"'
purpose = "newsletter"
template = "wild.mjml"
holdout = 0.1
[[content]]
name = "gold"
priority = 1
when = 'tier = "gold"'
fields = { headline = "Golden days" }
[fallback]
headline = "Hello"
""",
    "templates/hello.mjml": """<mjml><mj-head>
<mj-title>{{ content.headline }}, {{ person.first_name | default: "neighbour" }}</mj-title>
</mj-head><mj-body><mj-section><mj-column>
<mj-text>{{ person.first_name }}:{% for p in products %} {{ p.name }} {{ p.price | money }}{% endfor %}</mj-text>
<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ shop.address }}</mj-text>
</mj-column></mj-section></mj-body></mjml>""",
    "templates/wild.mjml": """<mjml><mj-head><mj-title>{{ content.headline }}</mj-title></mj-head>
<mj-body><mj-section><mj-column>
<mj-raw>
<script>document.title = "broken out"</script>
<img src="data:," alt="" onerror="document.title = 'broken out'">
</mj-raw>
<mj-text>{{ content.headline }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>""",
}
FIRST_NAMES = ("Ada", "Bea", "Chloé", "Dmitri", "Eve", "Farah", "Grace", "Hugo", "Ines", "João")
LAST_NAMES = ("Almeida", "Brown", "Costa")
PEOPLE = 30


def write_files(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def event(person: str, name: str, at: int, **props: Value) -> tuple[PersonId, Event]:
    when = Instant(at)
    identity = f"{person}/{name}/{at}/{props.get('purpose', '')}"
    made = Event(id=identity, source="tills", name=name, keys={"user_id": person}, at=when, seen_at=when, props=props)
    return PersonId(person), made


def life_of(number: int) -> list[tuple[PersonId, Event]]:
    """A customer who may have said no or lack an address, and who ordered now and then."""
    person = "email:slash/../#?&@example.org" if number == 0 else str(number)
    traits: dict[str, Value] = {
        "first_name": NASTY if number == 1 else FIRST_NAMES[number % 10],
        "last_name": LAST_NAMES[number % 3],
        "tier": ("gold", "silver")[number % 2],
    }
    if number % 11 != 5:
        traits["email"] = f"p{number}@example.org"
    orders, pace = (range(95), 20) if number == 2 else (range(number % 4 + 1), 2)
    milk: list[Value] = [
        {"product_id": f"m{n}", "name": f"Milk {n} & more", "price": 1.5 + n} for n in range(number % 3 + 1)
    ]
    said: dict[str, Value] = {"purpose": "newsletter", "granted": number % 7 != 4, "source": "till"}
    days = [NOW - (number + 12 * n + 1) * DAY // pace for n in orders]
    return [
        event(person, Name.PROFILE_UPDATED, NOW - 190 * DAY, **traits),
        event(person, Name.CONSENT_CHANGED, NOW - 180 * DAY, **said),
        *(
            event(person, "Order Completed", at, total=9.5 + n, products=milk)
            for n, at in zip(orders, days, strict=True)
        ),
        # The project lives before this happened.
        event(person, "Store Visited", NOW + DAY, door="north"),
    ]


def make(root: Path) -> None:
    """Writes the project, takes in what happened, sends one campaign, and another half-way."""
    write_files(root, FILES)
    rejected = Rejected(source="tills", place="line 3", reason="no key", raw="{}", seen_at=NOW)
    events = [one for number in range(PEOPLE) for one in life_of(number)]
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=events, rejected=[rejected, rejected])]))
    # Opened anew, so that what the import brought is known to the definitions.
    with open_project(root) as envoi:
        envoi.send("hello")
        half_send(envoi)


def half_send(envoi: Envoi) -> None:
    """Leaves the campaign "half" as a bad day would: some taken, one refused, one nobody knows of, the rest waiting."""
    answers = iter(
        [
            *[Receipt(state=State.ACCEPTED)] * 3,
            Receipt(state=State.REJECTED, reason="550 no such user"),
            Receipt(state=State.UNKNOWN, reason="connection lost"),
        ]
    )

    def answer(_: Outgoing) -> Receipt:
        for receipt in answers:
            return receipt
        raise Unreachable("the server is gone")

    envoi.freeze("half")
    send(envoi.press("half"), envoi.stores, Run(mailer=MemoryMailer(answer, places=1), clock=envoi.clock))
