"""A shop for load: fifty conditions, a hundred thousand people, and the bodies that its visitors' browsers send."""

from __future__ import annotations

import json
import random
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

#: How often each event happens.
EVENTS = {
    "Page Viewed": 30,
    "Product Viewed": 25,
    "Product Added": 8,
    "Email Opened": 10,
    "Email Clicked": 3,
    "Search": 6,
    "Cart Viewed": 5,
    "Checkout Started": 3,
    "Order Completed": 2.5,
    "Wishlist Added": 2,
    "App Opened": 4,
    "Product Reviewed": 0.5,
}
CATEGORIES = ["shirts", "shoes", "home", "garden", "toys", "sport", "books", "beauty"]
PEOPLE = 100_000
KEY = "load"
#: Seconds: an hour to ninety days, 720 times as fast, so that windows end during a run.
WINDOWS = [5, 30, 120, 360, 840, 3_600, 10_800, None]
#: In the place of twelve characters that the load generator makes unique.
UNIQUE = "@@@@@@@@@@@@"

_CONTEXT = {
    "ip": "203.0.113.7",
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "locale": "de-DE",
    "library": {"name": "analytics.js", "version": "2.1.0"},
    "page": {"path": "/p/linen-shirt", "referrer": "", "title": "Linen shirt"},
}


def conditions(number: int, *, seed: int = 1) -> list[str]:
    """Conditions of one to four parts: counts, sums and traits."""
    chance = random.Random(seed)
    return [_condition(chance) for _ in range(number)]


def make(root: Path, number: int) -> None:
    """Writes a project with so many segments."""
    properties = 'category = "text"\nprice = "number"\n'
    plan = "".join(f'[events."{name}".properties]\n{properties}' for name in EVENTS)
    traits = '[traits]\ncountry = "text"\nplan = "text"\nchurn = "number"\nltv = "number"\n'
    _write(root / "envoi.toml", 'name = "Load"\n[sender]\nname = "Load"\nemail = "load@example.org"\n' + _SHOP)
    _write(root / "events" / "plan.toml", 'unplanned = "accept"\n' + plan + traits)
    for place, text in enumerate(conditions(number)):
        _write(root / "segments" / f"s{place}.toml", f"name = \"S{place}\"\ncondition = '''{text}'''\n")


def singles(count: int) -> list[str]:
    """Bodies of one message each."""
    people = _People()
    return [_packed(people.message(number)) for number in range(count)]


def batches(count: int, size: int) -> list[str]:
    """Bodies of many messages each."""
    people = _People()
    return [_packed({"batch": [people.message(place * size + each) for each in range(size)]}) for place in range(count)]


class _People:
    """People of whom a few do most of what happens, as everywhere (Zipf)."""

    def __init__(self, seed: int = 5) -> None:
        self._chance = random.Random(seed)
        self._sums = list(accumulate(1 / place for place in range(1, PEOPLE + 1)))

    def message(self, number: int) -> dict[str, Any]:
        """One message of about 700 bytes."""
        chance = self._chance
        person = bisect_left(self._sums, chance.random() * self._sums[-1])
        properties = {
            "product_id": f"sku-{chance.randrange(20_000)}",
            "name": "Linen shirt, relaxed fit",
            "category": chance.choice(CATEGORIES),
            "price": round(chance.gammavariate(2, 25), 2),
            "quantity": 1,
            "currency": "EUR",
            "url": "https://shop.example/p/linen-shirt?ref=home",
        }
        return {
            "type": "track",
            "messageId": f"{UNIQUE}-{number:08x}",
            "userId": f"u{person:06d}",
            "event": chance.choices(list(EVENTS), list(EVENTS.values()))[0],
            "properties": properties,
            "context": _CONTEXT,
        }


_SHOP = '[shop]\nname = "Load"\naddress = "1 High Street, Anytown"\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _packed(body: object) -> str:
    return json.dumps(body, separators=(",", ":"))


def _condition(chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.2:
        return _count(chance)
    if drawn < 0.55:
        return f"{_leaf(chance)} and {_count(chance)}"
    if drawn < 0.75:
        return f"{_count(chance)} and not {_count(chance)}"
    if drawn < 0.9:
        return f"{_trait(chance)} and ({_leaf(chance)} or {_count(chance)}) and not {_count(chance)}"
    return f"{_leaf(chance)} or ({_leaf(chance)} and {_count(chance)})"


def _leaf(chance: random.Random) -> str:
    drawn = chance.random()
    return _count(chance) if drawn < 0.62 else _sum(chance) if drawn < 0.75 else _trait(chance)


def _count(chance: random.Random) -> str:
    names = list(EVENTS)
    name = chance.choices(names, list(EVENTS.values()))[0] if chance.random() < 0.5 else chance.choice(names)
    least = chance.choice([1, 1, 1, 2, 3, 5, 10])
    times = f" at least {least} times" if least > 1 else ""
    return f'did "{name}"{_where(chance)}{times}{_within(chance.choice(WINDOWS))}'


def _sum(chance: random.Random) -> str:
    name = chance.choice(["Order Completed", "Product Added", "Order Completed"])
    window = _within(chance.choice([120, 840, 3_600, None]))
    return f'sum("{name}".price){_where(chance)}{window} >= {chance.choice([50, 100, 500])}'


def _trait(chance: random.Random) -> str:
    return chance.choice(
        [
            f'country = "{chance.choice(["DE", "AT", "FR"])}"',
            f'plan = "{chance.choice(["free", "pro"])}"',
            f"churn >= {chance.choice([0.5, 0.7, 0.9])}",
            f"ltv > {chance.choice([50, 200])}",
        ]
    )


def _where(chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.45:
        return ""
    if drawn < 0.8:
        return f' where category = "{chance.choice(CATEGORIES)}"'
    return f" where price > {chance.choice([20, 50, 100, 200])}"


def _within(seconds: int | None) -> str:
    return f" in the last {seconds} seconds" if seconds else ""
