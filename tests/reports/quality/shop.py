"""A shop of 960 people whose data are as they should be; and the same shop after a bad month, every defect known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import Instant, parse_instant
from envoi.events.event import Event, Name, PersonId, Rejected, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = parse_instant("2024-05-01T09:00:00Z")
DAY = 86_400_000_000
FILES = {
    "envoi.toml": """
name = "Corner shop"
as_of = 2024-05-01T09:00:00Z
sender = { name = "Corner shop", email = "shop@example.org" }
shop = { name = "Corner shop", address = "1 Corner Street" }
[quality]
decides = ["zip decides city"]
fresh = { crm = "3 days", tills = "3 days" }
""",
    "events/plan.toml": """
[events."Order Completed".properties]
total = "number"
channel = { kind = "text", one_of = ["shop", "web"] }
[traits]
first_name = "text"
email = "text"
birthday = "date"
age = "number"
country = "text"
zip = "text"
city = "text"
nickname = "text"
tier = { kind = "text", one_of = ["gold", "silver"] }
""",
    "segments/gold.toml": "condition = 'tier = \"gold\"'",
    "campaigns/birthday.toml": """
audience = 'birthday is today and in segment "gold"'
purpose = "newsletter"
template = "hello.mjml"
[[content]]
name = "french"
priority = 1
when = 'country = "FR" and sum("Order Completed".total) in the last 30 days > 10'
""",
    "templates/hello.mjml": """<mjml><mj-head><mj-title>{{ person.first_name }}</mj-title></mj-head>
<mj-body><mj-section><mj-column><mj-text>{{ person.city }} <a href="{{ unsubscribe_url }}">no</a></mj-text>
</mj-column></mj-section></mj-body></mjml>""",
}
PEOPLE = 960
CITIES = ("Ulm", "Bonn", "Kiel", "Jena")
#: The day on which things went wrong: 960 people came over 48 days, twenty a day, to the end of April.
BAD = PEOPLE - 400


def event(person: int, name: str, at: int, source: str, **props: Value) -> tuple[PersonId, Event]:
    when = Instant(at)
    made = Event(
        id=f"{person}/{name}/{at}", source=source, name=name, keys={"user_id": str(person)}, at=when, seen_at=when,
        props=props,
    )  # fmt: skip
    return PersonId(str(person)), made


def came(number: int) -> int:
    """When a person was first seen: twenty a day."""
    return NOW - (PEOPLE - number) // 20 * DAY - 3_600_000_000 - number % 20


def told(number: int) -> dict[str, Value]:
    zip_code = number // 4 % len(CITIES)
    return {
        "first_name": f"Name {number % 40}",
        "email": f"p{number}@example.org",
        "birthday": f"19{60 + number % 40}-05-01",
        "age": 18 + number % 50,
        "country": ("DE", "FR")[number % 2],
        "zip": f"1000{zip_code}",
        "city": CITIES[zip_code],
        "tier": ("gold", "silver")[number % 2],
    }


def spoilt(number: int) -> dict[str, Value]:
    traits = told(number)
    if number >= BAD and number % 7 < 3:
        del traits["birthday"]
    if number % 100 == 17:
        traits["email"] = "family@example.org"
    if number % 40 == 3:
        traits["tier"] = "glod"
    if number % 60 == 5:
        traits["city"] = f"{traits['city']}n"
    if number % 120 == 9:
        traits["age"] = "forty"
    if number >= PEOPLE - 140 and number % 10 < 8:
        traits["country"] = "US"
    return traits


def lives(*, bad: bool) -> Iterator[tuple[PersonId, Event]]:
    for number in range(PEOPLE):
        source = "crm" if number % 4 == 0 else "web"
        if bad and source == "crm" and number >= PEOPLE - 120:
            source = "web"
        traits = spoilt(number) if bad else told(number)
        yield event(number, Name.PROFILE_UPDATED, came(number), source, **traits)
    for day in range(80):
        orders = 40 + day % 3 if not (bad and day == 3) else 4
        for n in range(orders):
            at = NOW - day * DAY - (n + 1) * 600_000_000
            lost = bad and day < 10 and n % 2
            props: dict[str, Value] = {"total": 10.0 + n % 20} | ({} if lost else {"channel": "shop"})
            yield event((day * 37 + n) % 100, "Order Completed", at - n, "tills", **props)


def make(root: Path, *, bad: bool) -> None:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    aside = [Rejected(source="tills", place=f"line {n}", reason="no key names a person", raw="{}", seen_at=NOW)
             for n in range(5)]  # fmt: skip
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=list(lives(bad=bad)), rejected=aside if bad else [])]))
