"""A history that is full makes no more columns, and still reaches those it has."""

from __future__ import annotations

from envoi.adapters.tables.held import MOST_COLUMNS, MOST_OBSERVED, Held


def full() -> Held:
    names = {"num:total", "text:shop.city", *map(str, range(MOST_COLUMNS - 2))}
    held = Held({"events": names, "items": set()}, set(), set())
    held.see("Order Completed", "total", "num")
    held.see("Order Completed", "shop.city", "text")
    held.see("Order Completed", "sku", "text", of="basket.lines")
    return held


def test_a_full_table_admits_only_what_it_has() -> None:
    held = full()
    assert held.admits("events", "num", "total")
    assert not held.admits("events", "text", "total")
    assert not held.admits("events", "num", "new")
    assert held.admits("items", "num", "new")
    assert len(held.columns["events"]) == MOST_COLUMNS


def test_a_full_table_reaches_what_leads_to_a_column() -> None:
    held = full()
    reached = ["total", "shop", "shop.city", "basket", "basket.lines"]
    assert [path for path in [*reached, "new", "shop.zip", "lines"] if held.reaches("events", path)] == reached
    assert held.reaches("items", "new", of="lines")


def test_names_made_of_ids_are_not_all_told_of() -> None:
    held = Held({}, set(), set())
    for number in range(MOST_OBSERVED + 5):
        held.see("Page Viewed", str(number), "num")
    assert len(held.observed) == MOST_OBSERVED


def test_a_copy_is_changed_alone() -> None:
    held = full()
    copy = held.copy()
    copy.see("Page Viewed", "page", "text")
    copy.admits("items", "num", "new")
    assert (held.columns["items"], held.reaches("events", "page"), len(held.observed)) == (set(), False, 3)
