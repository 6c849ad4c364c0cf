"""The public pages in a real browser: no barrier, no script needed, by keyboard, nothing from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.hosts.web.browsing import barriers, visit
from tests.hosts.web.tracked import html_of, links_in, page_in, pixel_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

    Served = Callable[[Path], AbstractContextManager[str]]

READER = "2"


@pytest.mark.parametrize("name", ["unsubscribe", "preferences", "v"])
def test_a_public_page_has_no_barrier_no_error_and_no_request_elsewhere(
    browser: Browser, counting_shop: Path, served: Served, name: str
) -> None:
    with served(counting_shop) as address, visit(browser) as (page, faults):
        page.goto(address + page_in(html_of(counting_shop, READER), name), wait_until="networkidle")
        # A mail has no origin: the icon that browsers look for is none of its own.
        assert [fault for fault in faults if "NotSameOrigin" not in fault or name != "v"] == []
        if name != "v":
            assert barriers(page) == []


def test_choices_are_made_without_javascript_and_by_keyboard(browser: Browser, counting: Path, served: Served) -> None:
    with served(counting) as address, visit(browser, javascript=False) as (page, _):
        page.goto(address + page_in(html_of(counting, READER), "preferences"))
        wine, all_of_it = page.get_by_label("Wine"), page.get_by_label("Our newsletter", exact=True)
        expect(wine).to_be_checked()
        wine.focus()
        page.keyboard.press("Space")
        page.get_by_label("Surveys").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Save").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Saved.")
        expect(wine).not_to_be_checked()
        expect(page.get_by_label("Surveys")).to_be_checked()
        page.get_by_label("Or hear nothing for").select_option("90")
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("Nothing comes to you until")).to_be_visible()
        page.get_by_role("button", name="End the pause").click()
        expect(page.get_by_text("Nothing comes to you until")).not_to_be_visible()
        page.get_by_role("button", name="Stop all mail").click()
        expect(all_of_it).not_to_be_checked()


def test_from_the_mail_to_a_choice_instead_of_leaving(browser: Browser, counting: Path, served: Served) -> None:
    with served(counting) as address, visit(browser) as (page, faults):
        page.goto(address + page_in(html_of(counting, READER), "unsubscribe"))
        page.get_by_role("link", name="Or choose what you get").click()
        page.get_by_role("button", name="Stop all mail").click()
        expect(page.get_by_role("status")).to_contain_text("no more mail comes to you")
        assert barriers(page) == []
        page.get_by_role("button", name="Save").click()
        page.get_by_label("Our newsletter", exact=True).check()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("Nothing comes to you until")).to_be_visible()
        assert barriers(page) == []
        assert faults == []


def test_how_a_campaign_was_read_is_on_its_page(
    browser: Browser, counting: Path, served: Served, client_of: Callable[..., TestClient]
) -> None:
    html = html_of(counting, READER)
    with client_of(counting) as client:
        client.get(pixel_in(html), headers={"user-agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"})
        client.get(links_in(html)[0], headers={"user-agent": "Firefox"}, follow_redirects=False)
    with served(counting) as address, visit(browser) as (page, faults):
        page.goto(address + "/campaigns/hello", wait_until="networkidle")
        read = page.get_by_role("region", name="Openings and clicks")
        expect(read.get_by_role("row", name="opened")).to_have_text(
            "opened01 opened in all: see who1 opened by machines: see who"
        )
        expect(read.get_by_role("row", name="clicked")).to_have_text(
            "clicked1 clicked by people: see who1 clicked in all: see who0"
        )
        expect(page.locator(".foot").get_by_text("Machines:")).to_have_text(
            re.compile(r"^Machines: Gmail's image proxy 1 Gmail's image proxy: see who\.")
        )
        assert barriers(page) == []
        assert faults == []


def test_one_signs_up_and_confirms_without_javascript(browser: Browser, counting: Path, served: Served) -> None:
    file, mails = counting / "envoi.toml", counting / ".envoi" / "mail"
    form = '[sign_up]\npurposes = ["newsletter", "surveys"]\nwording = "Yes, write to me."\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{form}", encoding="utf-8")
    with served(counting) as address, visit(browser, javascript=False) as (page, _):
        page.goto(address + "/sign-up")
        page.get_by_label("Your e-mail address").fill("new@example.org")
        page.get_by_label("Surveys").check()
        expect(page.get_by_label("Leave this empty")).not_to_be_in_viewport()
        page.get_by_role("button", name="Sign up").click()
        expect(page.get_by_role("status")).to_contain_text("a message with a link is on its way")
    # When the server has ended, what was asked is on its way.
    (mail,) = mails.glob("asked*.eml")
    link = re.findall(r"/confirm/[\w-]+", mail.read_text(encoding="ascii").replace("=\n", ""))[0]
    with served(counting) as address, visit(browser) as (page, faults):
        page.goto(address + link)
        assert barriers(page) == []
        page.get_by_role("button", name="Yes, confirm").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you.")
        page.goto(address + "/sign-up")
        assert barriers(page) == []
        assert faults == []
