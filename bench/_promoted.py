"""A shop that sends the mail of `bench/promotion.py` to its people, as a project on disk: for `bench/send.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.promotion import LIQUID, catalogue, people
from envoi.clock import Instant, parse_instant
from envoi.events.event import Event, Name, PersonId
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

#: The same mail, as often as there are rounds.
CAMPAIGNS = ("autumn-1", "autumn-2", "autumn-3")
#: The moment the project lives at.
NOW = "2026-10-12T09:00:00Z"
_AT = parse_instant(NOW)
_DAY = 86_400_000_000
_ITEMS = {"name": "text", "slug": "text", "brand": "text", "image": "text", "price": "number", "sale_price": "number"}
_TRAITS = ("first_name", "last_name", "email", "city", "likes", "tier", "last_order", "coupon", "since", "token")
#: What the promotion calls otherwise than a project does.
_RENAMED = {
    "campaign.id": "campaign.name",
    "campaign.preheader": "campaign.preview",
    "{{ campaign.date }}": "12 October",
    "{{ campaign.new_items }}": "143",
    "{{ campaign.expires }}": "31 October",
    "{{ shop.logo }}": "{{ shop.url }}/logo.png",
    "{{ shop.cdn }}": "{{ shop.url }}/i",
    "p.title": "p.name",
    "{% if p.stock < 5 %}<br><i>Only {{ p.stock }} left</i>{% endif %}": "",
    "{{ shop.url }}/unsubscribe?t={{ person.token }}": "{{ unsubscribe_url }}",
    "{{ shop.url }}/preferences?t={{ person.token }}": "{{ preferences_url }}",
}


def template() -> str:
    """The promotion in a project's names."""
    source = LIQUID
    for old, new in _RENAMED.items():
        assert old in source, old
        source = source.replace(old, new)
    return source


def make(root: Path, count: int, *, dkim: str = "") -> None:
    """Writes the project and what happened to so many people; nothing is planned yet."""
    for name, text in _files(dkim).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with open_project(root) as envoi:
        for _ in on_events(envoi.stores, [Batch(events=list(_events(count)))]):
            pass


def _files(dkim: str) -> dict[str, str]:
    items = "".join(f'{name} = "{kind}"\n' for name, kind in _ITEMS.items())
    traits = "".join(f'{name} = "text"\n' for name in _TRAITS)
    return {
        "envoi.toml": f'name = "Maple & Main"\nas_of = {NOW}\n{_SENDER}{dkim}',
        "events/shop.toml": f'{_ORDER}{items}[traits]\npoints = "number"\n{traits}',
        **{f"campaigns/{name}.toml": _CAMPAIGN for name in CAMPAIGNS},
        "templates/autumn.liquid": template(),
    }


def _events(count: int) -> Iterator[tuple[PersonId, Event]]:
    shelf = [
        {name: one["title"] if name == "name" else one[name] for name in _ITEMS} | {"product_id": one["slug"]}
        for one in catalogue(2_000)
    ]
    for number, one in enumerate(people(count, shelf)):
        person = PersonId(f"u{number}")
        yield person, _event(person, Name.PROFILE_UPDATED, 40, one["person"])
        yield person, _event(person, Name.CONSENT_CHANGED, 39, {"purpose": "newsletter", "granted": True})
        yield person, _event(person, "Order Completed", 5 + number % 20, {"products": one["products"]})


def _event(person: PersonId, name: str, days: int, props: dict[str, Any]) -> Event:
    at = Instant(_AT - days * _DAY)
    return Event(
        id=f"{person} {name}", source="shop", name=name, keys={"user_id": person}, at=at, seen_at=at, props=props
    )


_SENDER = """
[sender]
name = "Maple & Main"
email = "post@shop.example.com"
[shop]
name = "Maple & Main"
address = "12 Main Street, Springfield"
url = "https://shop.example.com"
[tracking]
clicks = "off"
opens = "off"
"""
_ORDER = """
[events."Order Completed".properties.products]
kind = "items"
[events."Order Completed".properties.products.fields]
product_id = "text"
"""
_CAMPAIGN = """
audience = "email is not missing"
purpose = "newsletter"
template = "autumn.liquid"
subject = "Autumn picks & more"
preview = "your picks of the week are here"
[products]
shelf = '"Order Completed" where products.price > 0'
count = 6
half_life_days = 60
popular_days = 30
fields = { slug = "text", brand = "text", image = "text", price = "number", sale_price = "number" }
"""
