"""The mailbox: what was sent here can be found and read, and nothing that a mail holds gets out of its frame."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from tests.hosts.web.browsing import barriers, visit
from tests.hosts.web.shop import NASTY

MAILS = Path(".envoi") / "mail"
EVIL = (
    b"From: shop@example.org\r\nTo: <script>alert(1)</script>\r\n"
    b"Subject: <img src=x onerror=alert(2)>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<script>document.title = 'broken out'; top.location = 'http://192.0.2.1/'</script>"
    b"<meta http-equiv=refresh content='0;url=http://192.0.2.1/'><base href='http://192.0.2.1/'>"
    b"<img src='http://192.0.2.1/x.png' onerror=\"document.title = 'broken out'\"><form action='http://192.0.2.1/'>"
    b"<button>Press</button></form><p>Hello there</p>"
)


@pytest.fixture
def client(copy: Path, client_of: Callable[..., TestClient]) -> TestClient:
    """Of a shop with a hostile mail in its mailbox, and one that is none."""
    (copy / MAILS / "evil.eml").write_bytes(EVIL)
    (copy / MAILS / "empty.eml").write_bytes(b"")
    return client_of(copy)


def listed(page: str) -> list[str]:
    """The addresses of the mails on a page."""
    return re.findall(r'<a href="(/mailbox/[^"]+)"', page)


def test_every_mail_that_was_sent_is_there_and_opens(client: TestClient, copy: Path) -> None:
    page = client.get("/mailbox").text
    there = {path.stem for path in (copy / MAILS).glob("*.eml")}
    assert {path.removeprefix("/mailbox/") for path in listed(page)} == there
    assert f"{len(there)} mails" in page
    for path in listed(page):
        assert client.get(path).status_code == 200
        for view in ("phone", "dark", "text", "source"):
            assert client.get(f"{path}?as={view}").status_code == 200


def test_a_mail_is_found_by_person_address_subject_and_campaign(client: TestClient, copy: Path) -> None:
    one = listed(client.get("/mailbox?q=p2@example.org").text)
    assert one
    assert listed(client.get("/mailbox", params={"q": "2"}).text)[:1] != []
    assert len(listed(client.get("/mailbox?q=hello").text)) == len(list((copy / MAILS).glob("*.eml"))) - 2
    assert "No mail to or about this" in client.get("/mailbox?q=nobody").text
    opened = client.get(one[0]).text
    assert 'href="/people/2?show=mails"' in opened
    assert 'href="/campaigns/hello"' in opened
    assert "/mailbox?q=hello" in client.get("/campaigns/hello").text


def test_what_a_mail_says_is_text_and_its_html_is_alone_in_a_frame_that_can_do_nothing(client: TestClient) -> None:
    for path in ("/mailbox", "/mailbox/evil", "/mailbox/evil?as=source", "/mailbox?q=script"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "broken out" not in page or "&#39;broken out" in page
    assert "<iframe sandbox title=" in client.get("/mailbox/evil").text
    frame = client.get("/mailbox/frame/evil")
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert NASTY not in client.get("/mailbox?q=1").text


@pytest.mark.parametrize("name", ["gone", "../envoi", "..%2Fsecret", "%2Fetc%2Fpasswd", ".hidden", "a%00b", "x" * 400])
def test_there_is_no_way_out_of_the_mailbox(client: TestClient, name: str) -> None:
    for path in (f"/mailbox/{quote(name)}", f"/mailbox/{name}", f"/mailbox/frame/{quote(name)}"):
        answer = client.get(path)
        assert answer.status_code in (400, 404)
        assert "name = " not in answer.text


def test_a_mail_that_nobody_can_read_shows_its_source(client: TestClient, copy: Path) -> None:
    assert client.get("/mailbox/empty").status_code == 200
    (copy / MAILS / "noise.eml").write_bytes(b"\0\xff" * 5_000)
    assert client.get("/mailbox/noise?as=source").status_code == 200
    assert client.get("/mailbox?q=noise").status_code == 200


def test_until_the_domain_is_confirmed_every_page_says_that_no_mail_leaves(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No mail leaves this machine" not in client.get("/campaigns").text
    monkeypatch.setenv("ENVOI_MAIL_URL", "smtp://ann:geheim@mail.example.org")
    page = client.get("/campaigns").text
    assert "No mail leaves this machine" in page
    assert "not to mail.example.org:25" in page
    assert "geheim" not in page


def test_in_a_browser_a_hostile_mail_can_do_nothing(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    (copy / MAILS / "evil.eml").write_bytes(EVIL)
    with served(copy) as address, visit(browser) as (page, faults):
        page.goto(address + "/mailbox", wait_until="networkidle")
        assert barriers(page) == []
        assert faults == []
        refused = list[tuple[str, str | None]]()
        page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
        page.get_by_role("searchbox").press_sequentially("onerror")
        expect(page.get_by_role("status")).to_have_text("2 mails for “onerror”")
        page.get_by_role("link", name="<img src=x onerror=alert(2)>", exact=True).click()
        page.wait_for_url("**/mailbox/evil")
        expect(page.frame_locator("iframe").get_by_text("Hello there")).to_be_visible()
        assert page.frames[1].title() != "broken out"
        assert page.url == address + "/mailbox/evil"
        page.wait_for_load_state("networkidle")
        # Its picture is refused by the frame's policy before anything is sent; that is all it tries in vain.
        assert refused == [("http://192.0.2.1/x.png", "csp")]
        assert [fault for fault in faults if fault.startswith("http")] == ["http://192.0.2.1/x.png"]
        # Alone, without the frame around it, it is no freer.
        page.goto(address + "/mailbox/frame/evil", wait_until="networkidle")
        assert page.title() != "broken out"
        assert page.url == address + "/mailbox/frame/evil"


@pytest.mark.parametrize("view", ["html", "text", "source"])
def test_a_mail_has_no_barrier(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]], view: str
) -> None:
    name = next((copy / MAILS).glob("*.eml")).stem
    with served(copy) as address, visit(browser) as (page, faults):
        page.goto(f"{address}/mailbox/{name}?as={view}", wait_until="networkidle")
        assert barriers(page) == []
        assert faults == []
