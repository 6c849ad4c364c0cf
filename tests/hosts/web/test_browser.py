"""The pages in a real browser: accessible, silent, on their own, by keyboard, with JavaScript and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from envoi.events.event import PersonId
from envoi.hosts.local import open_project
from tests.hosts.web.browsing import barriers, visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PAGES = [
    "/",
    "/people",
    "/people?q=costa",
    "/people/2",
    "/people/1?event=Order+Completed",
    "/people/3?show=segments&segment=Loyal+%26+%3Clocal%3E",
    "/people/2?show=mails",
    "/people/2?show=consent",
    "/people/2?show=keys",
    "/segments",
    "/segments/Recent%20buyers",
    "/segments/Nobody",
    "/build/Loyal%20%26%20%3Clocal%3E",
    "/campaigns",
    "/campaigns/hello",
    "/campaigns/half",
    "/campaigns/later",
    "/campaigns/half/people?state=unknown",
    "/campaigns/hello/mail?person=2",
    "/campaigns/hello/mail?person=2&as=phone",
    "/campaigns/hello/mail?person=2&as=text",
    "/campaigns/hello/mail?person=4",
]
#: The browser itself reports an answer that is no success.
REFUSED = ["/people/nobody", "/unsubscribe/wrong"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_barrier_no_error_and_no_request_elsewhere(browser: Browser, address: str, path: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + path, wait_until="networkidle")
        page.evaluate("[...document.querySelectorAll('details')].slice(0, 4).forEach(closed => closed.open = true)")
        assert barriers(page) == []
        assert faults == []


@pytest.mark.parametrize("path", REFUSED)
def test_a_refusal_has_no_barrier_either(browser: Browser, address: str, path: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + path, wait_until="networkidle")
        assert barriers(page) == []
        assert [fault for fault in faults if "404" not in fault] == []


def test_the_checks_see_what_they_are_for(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/people")
        page.evaluate(
            """() => document.body.insertAdjacentHTML("beforeend",
                '<img src="http://192.0.2.1/x.png"><p style="width: 2000px">wide</p>')"""
        )
        page.wait_for_load_state("networkidle")
        assert "light 1280: image-alt" in barriers(page)
        assert any("policy: img-src" in fault for fault in faults)
        assert any("policy: style-src" in fault for fault in faults)


def test_with_the_keyboard_alone_one_learns_why_someone_is_in_a_segment(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address)
        tab_to(page, "Skip to the content")
        tab_to(page, "People")
        page.keyboard.press("Enter")
        page.wait_for_url("**/people")
        tab_to(page, "q", within="main")
        page.keyboard.type("costa chl")
        expect(page.get_by_role("status")).to_have_text("1 person for “costa chl”")
        tab_to(page, "Chloé Costa")
        page.keyboard.press("Enter")
        page.wait_for_url("**/people/2")
        tab_to(page, "Segments", within="main")
        page.keyboard.press("Enter")
        page.wait_for_url("**/people/2?show=segments")
        tab_to(page, "Recent buyers", within="main")
        page.keyboard.press("Enter")
        expect(page.get_by_text("changes by itself in 29 days")).to_be_visible()
        tab_to(page, "the newest 10 that counted", within="main")
        page.keyboard.press("Enter")
        expect(page.locator("details.evidence[open] li")).to_have_count(10)
        assert faults == []


def tab_to(page: Page, text: str, *, within: str = "body") -> None:
    """Presses Tab until a control that says `text` is focused; on the way, what is focused can be seen to be so."""
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        told = page.evaluate(
            """within => {
                const it = document.activeElement
                return it.matches("a, summary, button, input") && it.closest(within) ? it.id || it.innerText : ""
            }""",
            within,
        )
        if text in told:
            return
    raise AssertionError(f"no way to {text!r} by Tab")


def test_typing_searches_without_leaving_the_page(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/people")
        page.evaluate("window.stayed = true")
        page.get_by_role("searchbox").press_sequentially("grace")
        expect(page.get_by_role("status")).to_have_text("3 people for “grace”")
        expect(page.get_by_role("searchbox")).to_be_focused()
        assert page.evaluate("window.stayed")
        page.wait_for_url("**/people?q=grace")
        page.reload()
        expect(page.get_by_role("searchbox")).to_have_value("grace")
        assert faults == []


def test_a_filter_changes_the_timeline_and_the_way_back_is_kept(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/people/2")
        page.evaluate("window.stayed = true")
        chosen = page.get_by_role("navigation", name="Kinds of event").get_by_role("link", name="Consent Changed")
        chosen.click()
        expect(page.locator(".timeline > li")).to_have_count(1)
        expect(chosen).to_be_focused()
        assert page.evaluate("window.stayed")
        page.wait_for_url("**/people/2?event=Consent+Changed")
        page.go_back()
        expect(page.locator(".timeline > li")).to_have_count(40)
        assert faults == []


def test_without_javascript_all_is_there(browser: Browser, address: str) -> None:
    with visit(browser, javascript=False) as (page, _):
        page.goto(address + "/people")
        page.get_by_role("searchbox").fill("chlo cos")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Chloé Costa").click()
        page.get_by_role("link", name="Consent Changed").click()
        expect(page.locator(".timeline > li")).to_have_count(1)
        page.get_by_role("link", name="Mails").click()
        page.get_by_role("link", name="See the mail").first.click()
        expect(page.frame_locator("iframe").get_by_text("Unsubscribe")).to_be_visible()


def test_a_mail_can_do_nothing(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/campaigns/later/mail?person=2", wait_until="networkidle")
        frame = page.frames[1]
        assert "broken out" in frame.content()
        assert "later to Chloé Costa" in page.title()
        assert frame.title() != "broken out"
        # Alone, without the frame around it, it is no freer.
        page.goto(frame.url, wait_until="networkidle")
        assert "broken out" in page.content()
        assert page.title() != "broken out"
        assert faults
        assert all("script" in fault.lower() for fault in faults)


def test_one_click_unsubscribes(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with open_project(copy, read_only=True) as envoi:
        links = envoi.links
        link = links.unsubscribe(PersonId("2"), purpose="newsletter", campaign="hello").removeprefix(links.base)
    with served(copy) as address, visit(browser, javascript=False) as (page, _):
        page.goto(address + link)
        page.get_by_role("button", name="Unsubscribe").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed.")
    with served(copy) as address, visit(browser) as (page, faults):
        page.goto(address + link)
        assert barriers(page) == []
        page.goto(address + "/people/2")
        expect(page.get_by_text("newsletter: no · unsubscribe link")).to_be_visible()
        assert faults == []


def test_mistakes_mended_the_page_comes_back_by_itself(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    wrong = copy / "segments" / "wrong.toml"
    wrong.write_text("name = 3\n", encoding="utf-8")
    with served(copy) as address, visit(browser) as (page, faults):
        page.goto(address + "/segments")
        expect(page.get_by_role("heading", level=1)).to_contain_text("in the project's files")
        assert barriers(page) == []
        wrong.unlink()
        expect(page.get_by_role("heading", level=1)).to_have_text("Segments")
        assert page.url == address + "/segments"
        assert [fault for fault in faults if "503" not in fault] == []
