"""The tracking plan, and what was observed beyond it."""

from __future__ import annotations

import pytest

from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property

ITEMS = Property(kind=Kind.ITEMS, fields={"price": Property(kind=Kind.NUMBER)})
ORDER = EventPlan(
    name="Order Completed",
    properties={"total": Property(kind=Kind.NUMBER), "products": ITEMS, "a.b": Property(kind=Kind.TEXT)},
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("total", Kind.NUMBER),
        ("products", Kind.ITEMS),
        ("products.price", Kind.NUMBER),
        ("products.colour", None),
        ("total.x", None),
        ("a.b", Kind.TEXT),
        ("a", None),
        ("missing", None),
    ],
)
def test_a_property_is_found_by_its_path(path: str, kind: Kind | None) -> None:
    found = ORDER.find(path)
    assert (found.kind if found else None) == kind


def test_every_path_is_found() -> None:
    assert ORDER.paths() == ["total", "products", "a.b", "products.price"]
    assert all(ORDER.find(path) for path in ORDER.paths())


def test_what_is_planned_stands_and_what_was_observed_is_added() -> None:
    plan = Catalogue(events={ORDER.name: ORDER}, traits={"age": Property(kind=Kind.NUMBER)}, accept_unplanned=False)
    wide = plan.widened(
        {
            "": {"age": "text", "city": "text"},
            "Order Completed": {
                "total": "text",
                "coupon": "text",
                "products[].price": "num",
                "products[].size": "text",
            },
            "Left": {"after": "num"},
        }
    )
    assert wide.traits == {"age": Property(kind=Kind.NUMBER), "city": Property(kind=Kind.TEXT)}
    order = wide.events["Order Completed"]
    assert {path: prop.kind for path in order.paths() if (prop := order.find(path))} == {
        "total": Kind.NUMBER,
        "products": Kind.ITEMS,
        "a.b": Kind.TEXT,
        "coupon": Kind.TEXT,
        "products.price": Kind.NUMBER,
        "products.size": Kind.TEXT,
    }
    assert wide.events["Left"].properties == {"after": Property(kind=Kind.NUMBER)}
    assert not wide.accept_unplanned
