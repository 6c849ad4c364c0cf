"""Every page answers, with strict headers, with everything escaped, and only to whom it should."""

from __future__ import annotations

import logging
import re
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from envoi.hosts.web.guard import MAIL_POLICY, POLICY
from tests.hosts.web.shop import NASTY, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

SLASHED = quote("email:slash/../#?&@example.org", safe="")
PAGES = [
    "/",
    "/people",
    "/people?q=costa&page=1",
    "/people?q=nobody+at+all",
    "/people/2",
    "/people/2?event=Order+Completed&page=2",
    "/people/2?event=Nothing&page=9",
    "/people/2?show=segments",
    "/people/2?show=segments&segment=Recent+buyers",
    "/people/2?show=mails",
    "/people/2?show=consent",
    "/people/2?show=keys",
    "/people/1",
    f"/people/{SLASHED}",
    "/segments",
    "/segments/Recent%20buyers",
    "/segments/Recent%20buyers?page=99",
    "/segments/Loyal%20%26%20%3Clocal%3E",
    "/segments/Recent%20buyers?saved=yes",
    "/build",
    "/build/Recent%20buyers",
    "/build/Loyal%20%26%20%3Clocal%3E",
    "/campaigns",
    "/campaigns/hello",
    "/campaigns/half",
    "/campaigns/later",
    "/campaigns/hello/people?state=accepted",
    "/campaigns/hello/people?state=skipped&reason=holdout",
    "/campaigns/half/people?state=unknown",
    "/campaigns/half/people?state=cancelled",
    "/campaigns/hello/mail",
    "/campaigns/hello/mail?person=2",
    "/campaigns/hello/mail?person=2&as=phone&content=regular",
    "/campaigns/hello/mail?person=2&as=text",
    "/campaigns/hello/mail?person=4",
    "/campaigns/hello/mail?random=1",
    "/campaigns/later/mail?person=5",
]
REFUSED = [
    ("/nowhere", 404),
    ("/people/nobody", 404),
    ("/segments/Nope", 404),
    ("/build/Nope", 404),
    ("/moving/Recent%20buyers", 404),
    ("/campaigns/nope", 404),
    ("/campaigns/nope/mail", 404),
    ("/campaigns/hello/people?state=odd", 404),
    ("/campaigns/later/people?state=accepted", 404),
    ("/campaigns/hello/frame?person=4", 404),
    ("/campaigns/hello/mail?person=nobody", 404),
    ("/unsubscribe/wrong", 404),
    ("/static/nothing.css", 404),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers(client: TestClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize(("page", "status"), REFUSED)
def test_what_is_not_there_says_so(client: TestClient, page: str, status: int) -> None:
    answer = client.get(page)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("page", [*PAGES, *(page for page, _ in REFUSED), "/static/envoi.css"])
def test_every_answer_has_the_headers(client: TestClient, page: str) -> None:
    headers = client.get(page).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "set-cookie" not in headers


def test_a_mail_is_shown_under_a_policy_of_its_own(client: TestClient) -> None:
    headers = client.get("/campaigns/hello/frame?person=2").headers
    assert headers["content-security-policy"] == MAIL_POLICY
    assert "sandbox;" in MAIL_POLICY
    assert "allow-" not in MAIL_POLICY
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_script_or_style_within(client: TestClient, page: str) -> None:
    text = client.get(page).text
    assert re.findall(r"<script(?! src=\"/static/htmx)|<style|\sstyle=|\son\w+=\"|javascript:", text) == []


def test_names_are_shown_and_not_obeyed(client: TestClient) -> None:
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    for page in ("/people", "/people/1", "/people/1?show=mails", "/campaigns/hello/people?state=skipped"):
        text = client.get(page).text
        assert NASTY not in text
        assert escaped in text or page == "/campaigns/hello/people?state=skipped"
    mail = client.get("/campaigns/half/frame?person=1").text
    assert NASTY not in mail
    assert escaped in mail


def test_a_search_text_is_shown_and_not_obeyed(client: TestClient) -> None:
    text = client.get("/people", params={"q": '"><script>alert(3)</script>'}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(3)" in text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8025", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8025", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ],
)
def test_only_this_machine_is_answered(client: TestClient, host: str, status: int) -> None:
    answer = client.get("/people/2", headers={"host": host})
    assert answer.status_code == status
    assert ("Chloé" in answer.text) == (status == 200)
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    ("bound", "asked", "status"),
    [
        ("envoi.internal", "envoi.internal:80", 200),
        ("envoi.internal", "localhost", 200),
        ("envoi.internal", "other.internal", 421),
        ("::", "[fd00::7]:8025", 200),
        ("::", "10.0.0.1", 200),
        ("::", "evil.example", 421),
    ],
)
def test_the_name_it_is_bound_to_is_answered_too(
    shop: Path, client_of: Callable[..., TestClient], bound: str, asked: str, status: int
) -> None:
    with client_of(shop, host=bound) as client:
        assert client.get("/people", headers={"host": asked}).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_take_no_orders(client: TestClient, method: str) -> None:
    assert client.request(method, "/people/2").status_code == 405


def test_head_is_get_without_a_body(client: TestClient) -> None:
    answer = client.head("/people/2")
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_log_has_no_personal_data(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="envoi.web"):
        client.get("/people/2?show=mails")
        client.get("/people?q=p2@example.org")
    assert re.findall(r"GET (\w+) (\d+)", caplog.text) == [("person", "200"), ("people", "200")]
    assert "p2@" not in caplog.text
    assert "/people/2" not in caplog.text


def test_what_nobody_foresaw_is_a_page_too(
    shop: Path, client_of: Callable[..., TestClient], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVOI_MAIL_URL", "smtp://[not-an-address")
    with client_of(shop) as client, caplog.at_level(logging.ERROR, logger="envoi.web"):
        answer = client.get("/")
    assert answer.status_code == 500
    assert "That should not happen" in answer.text
    assert "ValueError" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert "ValueError" in caplog.text


def test_people_come_in_pages(client: TestClient) -> None:
    ids = []
    for number in (1, 2):
        text = client.get("/segments/Recent%20buyers", params={"page": number}).text
        ids += re.findall(r'<span class="id">([^<]+)</span>', text)
    assert len(ids) == len(set(ids)) == PEOPLE
    assert ids[:3] == ["1", "2", "3"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "٣", ""])
def test_an_odd_page_number_is_no_error(client: TestClient, page: str) -> None:
    assert client.get("/people", params={"page": page}).status_code == 200


def test_the_timeline_ends_at_the_present(client: TestClient) -> None:
    text = client.get("/people/2").text
    assert "Order Completed" in text
    assert "Store Visited" not in text


def test_an_event_is_shown_on_its_page(client: TestClient) -> None:
    text = client.get("/people/2", params={"show": "segments", "segment": "Nobody"}).text
    href = re.findall(r'href="(/people/2\?event=Order\+Completed&amp;around=(\d+)#e\d+)"', text)
    for link, seq in href:
        assert f'id="e{seq}"' in client.get(link.replace("&amp;", "&").partition("#")[0]).text
    assert len({seq for _, seq in href}) >= 10


def test_the_numbers_of_a_campaign_add_up(client: TestClient) -> None:
    for name in ("hello", "half"):
        rows = re.search(r"<tbody>(.*?)</tbody>", client.get(f"/campaigns/{name}").text, re.DOTALL)
        assert rows
        links = re.findall(r'<a href="(/campaigns/\w+/people[^"]+)">(\d+)<', rows[1])
        assert sum(int(count) for _, count in links) == PEOPLE
        for href, count in links:
            listed = client.get(href.replace("&amp;", "&")).text
            assert len(re.findall(r'<th scope="row">', listed)) == int(count)


def test_the_frame_has_what_was_sent(client: TestClient, shop: Path) -> None:
    page = client.get("/campaigns/hello/mail?person=2").text
    message = re.search(r'<dd class="id">(\w+)</dd>', page)
    assert message
    sent = message_from_bytes((shop / ".envoi" / "mail" / f"{message[1]}.eml").read_bytes(), policy=default)
    html = sent.get_body(["html"])
    assert html
    assert client.get("/campaigns/hello/frame?person=2").text.splitlines() == html.get_content().splitlines()
    assert f"<strong>{sent['Subject']}</strong>" in page


def test_next_leads_to_everyone_who_was_written_to(client: TestClient) -> None:
    href, seen = "/campaigns/hello/mail", []
    for _ in range(PEOPLE):
        text = client.get(href).text
        seen += re.findall(r'frame\?person=([^"]+)"', text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        if not found:
            break
        href = found[1].replace("&amp;", "&")
    accepted = re.search(r'state=accepted">(\d+)<', client.get("/campaigns/hello").text)
    assert accepted
    assert len(seen) == len(set(seen)) == int(accepted[1])


def test_the_pages_carry_all_they_need(client: TestClient) -> None:
    text = client.get("/").text
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert [asset.partition("?")[0] for asset in assets] == [
        "/static/envoi.svg",
        "/static/envoi.css",
        "/static/htmx.min.js",
        "/static/envoi.svg",
    ]
    assert "://" not in text
    for asset in assets:
        answer = client.get(asset)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert "http" not in re.sub(r"http://www\.w3\.org/[\w/]+", "", answer.text) or asset.startswith("/static/htmx")


def test_htmx_adds_no_style_of_its_own(client: TestClient) -> None:
    assert '<meta name="htmx-config" content="includeIndicatorCSS:false, history:reload">' in client.get("/").text
