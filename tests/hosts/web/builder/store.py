"""A web shop for building segments in: every kind of rule has something to speak of."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from envoi.clock import Instant, parse_instant
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from pathlib import Path

NOW = parse_instant("2024-05-01T09:00:00Z")
HOUR = 3_600_000_000
DAY = 24 * HOUR
PEOPLE = 60

FILES = {
    "envoi.toml": """
name = "Web shop"
time_zone = "Europe/Lisbon"
as_of = 2024-05-01T09:00:00Z
[sender]
name = "Web shop"
email = "shop@example.org"
[shop]
name = "Web shop"
address = "1 Corner Street, Lisbon"
""",
    "events/plan.toml": """
[events."Product Viewed".properties]
product_id = "text"
cart_id = "text"
price = "number"
sale = "boolean"
seen_on = "time"
[events."Order Completed".properties]
cart_id = "text"
total = "number"
coupon = "text"
[events."Order Completed".properties.products]
kind = "items"
fields = { sku = "text", category = "text", price = "number" }
[traits]
first_name = "text"
age = "number"
tier = "text"
vip = "boolean"
birthday = "date"
signed_up = "time"
"consent.newsletter" = "boolean"
"model.churn" = "number"
""",
    "segments/buyers.toml": """# Kept by hand: do not rename.
name = "Buyers"  # as the mails call them
description = "Who bought something this month."
condition = 'did "Order Completed" in the last 30 days'

# Points for whoever looks around.
[[points.intent]]
each = '"Product Viewed"'  # any product
gives = 2
""",
    "segments/gold.toml": """
name = "Gold"
condition = 'tier = "gold" and not in segment "Buyers"'
""",
}


def event(person: int, name: str, at: int, **props: Value) -> tuple[PersonId, Event]:
    when, keys = Instant(at), {"user_id": str(person)}
    identity = f"{person}/{name}/{at}/{props.get('product_id', '')}"
    return PersonId(str(person)), Event(
        id=identity, source="web", name=name, keys=keys, at=when, seen_at=when, props=props
    )


def life_of(number: int) -> list[tuple[PersonId, Event]]:
    """A customer: every third looked at X yesterday, every fourth bought this month; half have no tier."""
    tier: dict[str, Value] = {"tier": ("gold", "silver")[number % 4 // 2]} if number % 2 else {}
    traits: dict[str, Value] = {"first_name": f"N{number}", "age": 20 + number, "vip": number % 5 == 0, **tier}
    said: dict[str, Value] = {"purpose": "newsletter", "granted": number % 7 != 4, "source": "till"}
    viewed = NOW - (number + 1) * HOUR // 4 if number % 3 == 0 else NOW - 3 * DAY
    item: dict[str, Value] = {"sku": "X", "category": "Tea", "price": 4.5}
    bought = NOW - (number % 28 + 1) * DAY if number % 4 == 0 else NOW - 90 * DAY
    return [
        event(number, Name.PROFILE_UPDATED, NOW - 200 * DAY, **traits),
        event(number, Name.CONSENT_CHANGED, NOW - 180 * DAY, **said),
        event(number, "Product Viewed", viewed, product_id="X" if number % 3 == 0 else "Y", cart_id="c", price=4.5),
        event(number, "Product Viewed", viewed - HOUR, product_id="Z"),
        event(number, "Order Completed", bought, total=9.5 + number, products=[item], cart_id="c"),
    ]


def make(root: Path) -> None:
    """Writes the project and takes in what happened."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=[one for n in range(PEOPLE) for one in life_of(n)])]))


class Posted(HTMLParser):
    """What a browser would post of a page: its controls as they stand, and the buttons that could be pressed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self._select = self._textarea = ""
        self._said = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("name"):
            self._add(found["name"], found.get("value", ""))
        elif tag == "select":
            self._select = found.get("name", "")
        elif tag == "option" and self._select and "selected" in found:
            self._add(self._select, found["value"])
        elif tag == "textarea":
            self._textarea, self._said = found["name"], ""
        elif tag == "button" and found.get("name") == "act":
            self.buttons.append(found["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The line break right after the tag is no part of it, and browsers send line ends their own way.
            self._add(self._textarea, self._said.removeprefix("\n").replace("\n", "\r\n"))
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._said += data

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)
