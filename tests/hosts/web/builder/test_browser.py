"""The builder in a real browser: built by clicking, by keyboard, as text; accessible, and under the strict policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from envoi.hosts.local import open_project
from envoi.hosts.web.builder import page as module
from envoi.reports import sample
from tests.hosts.web.browsing import barriers, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page, Route

VIEWED_NOT_BOUGHT = (
    'did "Product Viewed" where product_id = "X" in the last 24 hours\n'
    'and did not "Order Completed" in the last 30 days'
)


@pytest.fixture(scope="module")
def store_address(store: Path, served: Callable[[Path], AbstractContextManager[str]]) -> Iterator[str]:
    with served(store) as where:
        yield where


def text_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="As text")


def test_viewed_and_not_bought_is_built_by_clicking(
    browser: Browser, own_store: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with served(own_store) as address, visit(browser) as (page, faults):
        page.goto(address + "/segments")
        page.get_by_role("link", name="New segment").click()
        rule = page.locator("#n-c\\.0")
        rule.get_by_label("Event", exact=True).select_option("Product Viewed")
        rule.get_by_label("In the last", exact=True).fill("24")
        rule.get_by_label("In the last, unit").select_option("hours")
        expect(text_box(page)).to_have_value('did "Product Viewed" in the last 24 hours')
        rule.get_by_label("More for this rule").click()
        rule.get_by_role("button", name="Only where …").click()
        rule.get_by_label("Property of Product Viewed").select_option("product_id")
        rule.locator("summary", has_text="values").click()
        rule.get_by_role("button", name="X 20").click()
        viewed = 'did "Product Viewed" where product_id = "X" in the last 24 hours'
        expect(text_box(page)).to_have_value(viewed)
        page.get_by_text("Add a rule").click()
        page.get_by_role("button", name="Did not do something").click()
        page.locator("#n-c\\.1").get_by_label("Event", exact=True).select_option("Order Completed")
        expect(text_box(page)).to_have_value(VIEWED_NOT_BOUGHT)
        # Of the 20 who viewed X, in the last 15 hours, every fourth bought.
        expect(page.locator("#counts .figure")).to_have_text("15")
        page.get_by_label("Name", exact=True).fill("Viewed, not bought")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Viewed, not bought")
        page.get_by_role("link", name="Segments").first.click()
        expect(page.get_by_role("row", name="Viewed, not bought")).to_contain_text("15")
        assert faults == []
    with open_project(own_store, read_only=True) as envoi:
        assert envoi.who('in segment "Viewed, not bought"') == envoi.who(VIEWED_NOT_BOUGHT)
        assert envoi.who(VIEWED_NOT_BOUGHT).count == 15


def test_the_text_leads_the_form_while_one_types(browser: Browser, store_address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(store_address + "/build")
        text = text_box(page)
        text.fill("")
        text.press_sequentially('age > 30 and tier = "gold"')
        expect(page.locator(".rule")).to_have_count(2)
        expect(text).to_be_focused()
        expect(page.locator("#n-c\\.1").get_by_label("tier: value")).to_have_value("gold")
        text.press_sequentially(" and")
        expect(page.get_by_text("The form is back as soon as the text can be read.")).to_be_visible()
        expect(page.locator("#text-fault")).to_contain_text("line 1, column 31:")
        assert text.input_value() == 'age > 30 and tier = "gold" and'
        text.press_sequentially(" vip = true")
        expect(page.locator(".rule")).to_have_count(3)
        assert barriers(page) == []
        assert faults == []


def test_by_keyboard_alone_a_rule_is_added_changed_and_taken_out(browser: Browser, store_address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(store_address + "/build")
        page.locator("#add-c").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Consent").focus()
        page.keyboard.press("Enter")
        # The work goes on at the new rule.
        expect(page.locator("#n-c\\.1")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Purpose")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(text_box(page)).to_have_value('did "Product Viewed" in the last 30 days\nand not consents to newsletter')
        page.locator("#n-c\\.1").get_by_role("button", name="Remove this rule").press("Enter")
        expect(text_box(page)).to_have_value('did "Product Viewed" in the last 30 days')
        expect(page.locator("#n-c")).to_be_focused()
        assert faults == []


def test_rules_that_moved_show_what_they_say(browser: Browser, store_address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(store_address + "/build")
        text_box(page).fill('did "Product Viewed" in the last 3 days and did "Order Completed" in the last 9 weeks')
        expect(page.locator(".rule")).to_have_count(2)
        for rule in (0, 1):
            # A control that a person has touched keeps what it was, unless it is drawn anew.
            often = page.locator(f"#n-c\\.{rule}").get_by_label("How often")
            often.focus()
            often.select_option("never" if rule else "once")
        expect(text_box(page)).to_have_value(
            'did "Product Viewed" in the last 3 days\nand did not "Order Completed" in the last 9 weeks'
        )
        first = page.locator("#n-c\\.0")
        first.get_by_role("button", name="Remove this rule").click()
        expect(page.locator(".rule")).to_have_count(1)
        expect(first.get_by_label("Event", exact=True)).to_have_value("Order Completed")
        expect(first.get_by_label("How often")).to_have_value("never")
        expect(first.get_by_label("In the last, unit")).to_have_value("weeks")
        assert faults == []


def test_without_javascript_the_text_is_checked_and_saved(
    browser: Browser, own_store: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with served(own_store) as address, visit(browser, javascript=False) as (page, _):
        page.goto(address + "/build")
        page.get_by_label("Name", exact=True).fill("Thirty")
        text_box(page).fill("agee > 30")
        page.get_by_role("button", name="Check").last.click()
        expect(page.locator("#text-fault")).to_contain_text("no field 'agee'; did you mean 'age'?")
        text_box(page).fill("age > 30")
        page.get_by_role("button", name="Check").last.click()
        expect(page.locator("#counts .figure")).to_have_text("49")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thirty")


def test_a_sample_is_counted_first_and_then_everybody(
    browser: Browser, store_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL", 10)
    monkeypatch.setattr(sample, "SMALL", 10)
    monkeypatch.setattr(sample, "SIZE", 30)
    with visit(browser) as (page, faults):
        page.goto(store_address + "/build", wait_until="networkidle")
        waiting: list[Route] = []

        def hold(route: Route) -> None:
            waiting.append(route)

        page.route("**/build?count=exact", hold)
        text_box(page).fill("age > 30")
        counts = page.locator("#counts")
        expect(counts.locator(".pill")).to_have_text("sampled")
        expect(counts.locator(".figure")).to_have_text(re.compile("^~"))
        expect(counts).to_contain_text("of 60 people; the exact number follows")
        assert barriers(page) == []
        waiting[0].continue_()
        expect(counts.locator(".pill")).to_have_text("exact")
        expect(counts.locator(".figure")).to_have_text("49")
        expect(counts).to_contain_text("For example")
        assert faults == []


BUSY = (
    'did "Product Viewed" where (product_id = "X" and not (price > 3 or sale = true)) between 2 and 9 days ago'
    ' and (not in segment "Gold" or sum("Order Completed".total) in the last 90 days > 200)'
    ' and did "Product Viewed" then did not "Order Completed" with the same cart_id within 4 hours'
    ' and the 2nd "Order Completed" had total > 50 and birthday is in the next 7 days and points intent >= 10'
    ' and model churn >= 0.35 and tier in ("gold", "silver") and not not vip = true'
    ' and count("Product Viewed") in the last 7 days > count("Product Viewed") between 7 and 14 days ago'
)


@pytest.mark.parametrize("text", ["", BUSY, 'did "Order Complted" and age is missing', "age > "])
def test_the_builder_has_no_barrier_and_keeps_the_policy(browser: Browser, store_address: str, text: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(store_address + "/build", wait_until="networkidle")
        if text:
            text_box(page).fill(text)
            page.get_by_role("button", name="Check").last.click()
            page.wait_for_load_state("networkidle")
        page.evaluate(
            "document.querySelectorAll('details').forEach(closed => { closed.name = ''; closed.open = true })"
        )
        assert barriers(page) == []
        assert faults == []
