"""Random histories, dense in what judges get wrong: equal times, window edges, late arrivals, mistyped values."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

from envoi.clock import Instant, iso, parse_instant
from envoi.events.event import Event, PersonId, Stored, Value

Props = dict[str, Value]

#: Midnight in New York, two hours before the clocks there go forward.
START = parse_instant("2017-03-12T05:00:00Z")
MINUTE = 60_000_000
NUMBERS: list[int | float] = [-1, 0, 0, 1, 1, 2, 2.5, 3, 0.000001, 9.99, 1e13]
TEXTS = ["", "a", "A", "ab", "b", "é", "e\u0301", "\U0001f600", 'say "hi"', "50% _off\\"]
DAYS = ["2017-03-11", "2017-03-12", "2017-03-13"]
BIRTHDAYS = [
    "1984-02-29",
    "1990-02-28",
    "0000-03-01",
    "1970-03-11",
    "1980-03-12",
    "1985-03-13",
    "1999-12-31",
    "1984-2-29",
]
#: Zones and what is none: clocks that go forward that night, back over midnight, or are half an hour off.
ZONES = [
    "America/New_York",
    "Pacific/Auckland",
    "America/Asuncion",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "../etc",
    "soon",
]
_TIMES = ["2017-03-12", "2017-03-12T00:02:00-05:00", "2017-03-12T05:00:00", "soon"]
_MISTYPED: list[Value] = [None, None, True, 2, "2", ["a"], {"b": 1}, []]


class Happenings:
    """What may happen, drawn by chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def history(self, people: str, *, length: int) -> list[Stored]:
        """So many events in order of arrival, which is not the order in which things happened."""
        drawn = [(self.random.choice(people), self.happened()) for _ in range(length)]
        return [stored(seq, person, *what) for seq, (person, what) in enumerate(drawn, start=1)]

    def happened(self) -> tuple[str, Instant, Props]:
        make: Callable[[], Props]
        kinds = [("Order Completed", self.order), ("Product Viewed", self.view), ("Profile Updated", self.traits)]
        name, make = self.random.choice([*kinds, kinds[0], ("Consent Changed", self.consent)])
        return name, self.instant(), make()

    def instant(self) -> Instant:
        off = self.random.choice([0, 0, 0, 0, -1, 1])
        return Instant(START + self.random.randint(-4, 6) * MINUTE + off)

    def order(self) -> Props:
        extras = [self.extra() for _ in range(self.random.randint(0, 2))]
        return self.some(
            {
                "total": self.mostly(self.number),
                "coupon": self.mostly(self.text),
                "gift": self.mostly(self.boolean),
                "due": self.mostly(self.time),
                "day": self.mostly(self.day),
                "products": self.mostly(self.products),
                "basket": {"extras": list[Value](extras)},
                **self.within("ship", "city"),
            }
        )

    def products(self) -> Value:
        return [self.mostly(self.product) for _ in range(self.random.choice([0, 1, 2, 2, 3]))]

    def product(self) -> Value:
        size: Value = self.some({"width": self.mostly(self.number)})
        return self.some({**self.extra(), "organic": self.mostly(self.boolean), "size": size})

    def extra(self) -> Props:
        return self.some({"sku": self.mostly(self.text), "price": self.mostly(self.number)})

    def view(self) -> Props:
        return self.some(
            {
                "sku": self.mostly(self.text),
                "total": self.mostly(self.number),
                "coupon": self.mostly(self.text),
                "gift": self.mostly(self.boolean),
            }
        )

    def traits(self) -> Props:
        return self.some(
            {
                "age": self.mostly(self.number),
                "tier": self.mostly(lambda: self.random.choice(["gold", "silver", "vip"])),
                "email": self.mostly(self.text),
                "vip": self.mostly(self.boolean),
                "signed_up": self.mostly(self.time),
                "birthday": self.mostly(lambda: self.random.choice(BIRTHDAYS)),
                "consent.newsletter": True,
                "time_zone": self.mostly(lambda: self.random.choice(ZONES)),
                "model.churn": self.mostly(self.number),
                **self.within("address", "city"),
            }
        )

    def consent(self) -> Props:
        return {"purpose": self.random.choice(["newsletter", "profiling"]), "granted": self.boolean()}

    # -- values

    def some(self, props: Props) -> Props:
        """Most of the properties."""
        return {name: value for name, value in props.items() if self.random.random() < 0.8}

    def mostly(self, value: Callable[[], Value]) -> Value:
        return value() if self.random.random() < 0.85 else self.random.choice(_MISTYPED)

    def within(self, outer: str, inner: str) -> Props:
        """A value told as a property of an object, or under a dotted name."""
        if self.random.random() < 0.5:
            return {f"{outer}.{inner}": self.mostly(self.text)}
        return {outer: self.mostly(lambda: {inner: self.mostly(self.text)})}

    def number(self) -> Value:
        return self.random.choice(NUMBERS)

    def text(self) -> Value:
        return self.random.choice(TEXTS)

    def boolean(self) -> Value:
        return self.random.random() < 0.5

    def time(self) -> Value:
        return self.random.choice([*_TIMES, iso(self.instant()), iso(self.instant())])

    def day(self) -> Value:
        return self.random.choice(DAYS)


def stored(seq: int, person: str, name: str, at: int, props: Props) -> Stored:
    """The event as the log keeps it."""
    when = Instant(at)
    event = Event(id=str(seq), source="test", name=name, keys={"user_id": person}, at=when, seen_at=when, props=props)
    return Stored(seq=seq, person=PersonId(person), event=event)


def seeded(seed: int) -> Random:
    """Chance that is the same in every run."""
    return Random(seed)  # noqa: S311 - no secret is drawn


histories = st.integers(0, 1 << 32).map(lambda seed: Happenings(seeded(seed)).history("a", length=10))
