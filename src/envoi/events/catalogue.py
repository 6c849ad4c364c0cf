"""The tracking plan: which events there are, what they carry, and what is known of people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What a property holds."""

    TEXT = "text"
    #: Counted in whole millionths (tables.py), so that sums are exact.
    NUMBER = "number"
    BOOLEAN = "boolean"
    #: An instant; written as ISO 8601 with a zone.
    TIME = "time"
    #: A day without a zone, as a birthday: "1984-02-29".
    DATE = "date"
    #: A list of line items, each with fields of its own.
    ITEMS = "items"


_OBSERVED = {"num": Kind.NUMBER, "bool": Kind.BOOLEAN, "text": Kind.TEXT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of an event, or one trait of a person."""

    kind: Kind
    description: str = ""
    #: The texts it may hold; empty: any.
    one_of: tuple[str, ...] = ()
    #: A record without it is set aside.
    required: bool = False
    #: The fields of each line item; only for `Kind.ITEMS`.
    fields: Mapping[str, Property] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """What is agreed about one kind of event."""

    name: str
    description: str = ""
    properties: Mapping[str, Property] = field(default_factory=dict)

    def find(self, path: str) -> Property | None:
        """The property at `path`: "total", or "products.category" for a field of line items."""
        items, field_ = self.split(path)
        return self.properties[items].fields.get(field_) if items else self.properties.get(path)

    def split(self, path: str) -> tuple[str, str]:
        """The list of line items that `path` leads into and the field of an item; else no list, and the path itself.

        >>> products = Property(kind=Kind.ITEMS, fields={"price": Property(kind=Kind.NUMBER)})
        >>> plan = EventPlan(name="Order Completed", properties={"products": products})
        >>> plan.split("products.price"), plan.split("shop.city")
        (('products', 'price'), ('', 'shop.city'))
        """
        for dot in (at for at, char in enumerate(path) if char == "." and path not in self.properties):
            found = self.properties.get(path[:dot])
            if found is not None and found.kind is Kind.ITEMS:
                return path[:dot], path[dot + 1 :]
        return "", path

    def paths(self) -> list[str]:
        """Every path that `find` answers."""
        nested = [f"{name}.{inner}" for name, prop in self.properties.items() for inner in prop.fields]
        return [*self.properties, *nested]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The whole plan, and what was observed beyond it."""

    events: Mapping[str, EventPlan] = field(default_factory=dict)
    traits: Mapping[str, Property] = field(default_factory=dict)
    #: Whether an event that is not planned is taken in as it is, or set aside.
    accept_unplanned: bool = True

    def widened(self, observed: Mapping[str, Mapping[str, str]]) -> Catalogue:
        """The plan plus what history holds beyond it (Tables.observed), so that conditions can speak of both."""
        events = dict(self.events)
        for name, paths in observed.items():
            if name:
                plan = events.get(name, EventPlan(name=name))
                events[name] = replace(plan, properties=_with_observed(plan.properties, paths))
        traits = _with_observed(self.traits, observed.get("", {}))
        return replace(self, events=events, traits=traits)


def _with_observed(planned: Mapping[str, Property], paths: Mapping[str, str]) -> dict[str, Property]:
    """The properties planned, and those observed beyond them; a field of line items is observed as "list[].field"."""
    properties = dict(planned)
    items: dict[str, dict[str, str]] = {}
    for path, kind in paths.items():
        name, within, field_ = path.partition("[].")
        if within:
            items.setdefault(name, {})[field_] = kind
        elif name not in properties:
            properties[name] = Property(kind=_OBSERVED[kind])
    for name, fields in items.items():
        listed = properties.get(name)
        if listed is None or (name not in planned and listed.kind is not Kind.ITEMS):
            listed = Property(kind=Kind.ITEMS)
        if listed.kind is Kind.ITEMS:
            properties[name] = replace(listed, fields=_with_observed(listed.fields, fields))
    return properties
