"""The preference page: it shows what holds, changes it by POST alone, and is each person's own."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from envoi.clock import Instant
from envoi.events.event import Name, PersonId
from envoi.hosts.local import open_project
from envoi.people.consent import allows, paused_until
from envoi.people.words import version
from tests.hosts.web.shop import NOW
from tests.hosts.web.tracked import heard, html_of, links_in, page_in, pixel_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from starlette.testclient import TestClient

READER, OTHER = "2", "3"
SHOWN = ["newsletter", "newsletter/wine", "newsletter/cheese", "surveys", "open_tracking", "click_tracking"]
#: What is done with data unless somebody objects, and nobody did.
OPEN = ["profiling", "model_scoring"]
PAGES = ("unsubscribe", "preferences", "v")


def consent(root: Path, person: str = READER) -> Mapping[str, bool]:
    with open_project(root) as envoi:
        profile = envoi.stores.people.get([PersonId(person)])[PersonId(person)]
        return {purpose: allows(profile, purpose) for purpose in [*SHOWN, "newsletter/wine"]}


def ticked(html: str) -> list[str]:
    boxes = re.findall(r'name="wanted" value="([^"]+)"( checked)?', html)
    return [unescape(purpose) for purpose, checked in boxes if checked]


def pause_of(root: Path) -> Instant | None:
    with open_project(root) as envoi:
        profile = envoi.stores.people.get([PersonId(READER)])[PersonId(READER)]
        return paused_until(profile, "newsletter", NOW)


def said(root: Path) -> list[tuple[object, object]]:
    told = [each for each in heard(root, Name.CONSENT_CHANGED) if each.source == "envoi"]
    return [(each.props["purpose"], each.props["granted"]) for each in told]


@pytest.fixture
def page(counting_shop: Path) -> str:
    return page_in(html_of(counting_shop, READER), "preferences")


def test_the_page_shows_what_holds_now(counting_shop: Path, page: str, client_of: Callable[..., TestClient]) -> None:
    with client_of(counting_shop) as client:
        html = client.get(page).text
    assert [unescape(each) for each in re.findall(r'name="shown" value="([^"]+)"', html)] == [
        *SHOWN[:4],
        *OPEN,
        *SHOWN[4:],
    ]
    wanted = ["newsletter", "newsletter/wine", "newsletter/cheese", *OPEN, "open_tracking", "click_tracking"]
    assert ticked(html) == wanted
    assert "Our newsletter" in html
    assert "Cheese &amp; bread" in html
    # Whoever has the link learns what it can change, and not whose it is.
    assert "2@example.org" not in html
    assert "Chloé" not in html


def test_what_is_ticked_holds_and_what_is_not_does_not(
    counting: Path, page: str, client_of: Callable[..., TestClient]
) -> None:
    wanted = ["newsletter", "newsletter/cheese", "surveys"]
    with client_of(counting) as client:
        for _ in range(2):
            answer = client.post(page, data={"act": "save", "shown": SHOWN, "wanted": wanted})
            assert answer.status_code == 200
            assert "Saved." in answer.text
            assert "set-cookie" not in answer.headers
            assert ticked(answer.text) == [*wanted, *OPEN]
    assert consent(counting) == {
        "newsletter": True, "newsletter/wine": False, "newsletter/cheese": True, "surveys": True,
        "open_tracking": False, "click_tracking": False,
    }  # fmt: skip
    # Each once, though it was sent twice; what did not change was not said.
    assert said(counting) == [
        ("newsletter/wine", False), ("surveys", True), ("open_tracking", False), ("click_tracking", False),
    ]  # fmt: skip


def test_a_yes_is_kept_with_the_words_that_were_agreed_to(
    counting: Path, page: str, client_of: Callable[..., TestClient]
) -> None:
    with client_of(counting) as client:
        client.post(page, data={"shown": ["newsletter"], "wanted": []})
        client.post(page, data={"shown": ["newsletter"], "wanted": ["newsletter"]})
    told = [each.props for each in heard(counting, Name.CONSENT_CHANGED) if each.source == "envoi"]
    assert [each["granted"] for each in told] == [False, True]
    assert told[1]["wording"] == "Our newsletter: Once a week, what is new."
    assert (told[1]["source"], told[1]["method"]) == ("preference page", "preference page")
    assert told[1]["wording_id"] == version("Our newsletter: Once a week, what is new.")
    # What was received is named, and no address of a network is kept.
    assert [sorted(proof) for each in told if isinstance(proof := each["proof"], dict)] == [["request"]] * 2


def test_one_button_stops_all(counting: Path, page: str, client_of: Callable[..., TestClient]) -> None:
    with client_of(counting) as client:
        answer = client.post(page, data={"act": "stop"})
    assert "no more mail comes to you" in answer.text
    assert said(counting) == [("newsletter", False)]
    assert not consent(counting)["newsletter/wine"]


def test_mail_can_rest_for_a_while_and_begin_again(
    counting: Path, page: str, client_of: Callable[..., TestClient]
) -> None:
    with client_of(counting) as client:
        answer = client.post(page, data={"act": "pause", "days": "30"})
        assert "Nothing comes to you until 31 May 2024." in answer.text
        assert pause_of(counting) == NOW + 30 * 86_400_000_000
        assert consent(counting)["newsletter"]
        assert "End the pause" in client.get(page).text
        assert "End the pause" not in client.post(page, data={"act": "resume"}).text
    assert pause_of(counting) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "pause", "days": "99999"},
        {"act": "pause", "days": "-1"},
        {"act": "pause"},
        {"act": "delete"},
        {"act": "save"},
        {"act": "save", "wanted": "surveys"},
        {"act": "save", "shown": "admin", "wanted": "admin"},
        {"act": "save", "shown": "newsletter/nothing"},
        {"act": "resume"},
    ],
)
def test_what_the_page_does_not_offer_changes_nothing(
    counting: Path, page: str, client_of: Callable[..., TestClient], fields: dict[str, str]
) -> None:
    with client_of(counting) as client:
        assert client.post(page, data=fields).status_code == 200
    assert said(counting) == []


def test_only_the_token_says_whose_page_it_is(counting: Path, page: str, client_of: Callable[..., TestClient]) -> None:
    before = consent(counting, OTHER)
    with client_of(counting) as client:
        for name in ("person", "user_id", "email", "token", "subscriber"):
            client.post(f"{page}?{name}={OTHER}", data={"act": "stop", name: OTHER})
        for wrong in ("/preferences/", f"/preferences/{OTHER}", page[:-1], page + "A", page.swapcase()):
            assert client.post(wrong, data={"act": "stop"}).status_code == 404
            assert client.get(wrong).status_code == 404
    assert consent(counting, OTHER) == before
    assert said(counting) == [("newsletter", False)]


def test_no_look_at_any_page_changes_anything(counting: Path, client_of: Callable[..., TestClient]) -> None:
    html = html_of(counting, READER)
    pages = [page_in(html, name) for name in PAGES]
    with open_project(counting) as envoi:
        before = envoi.stores.log.position()
    with client_of(counting) as client:
        for page in pages:
            for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
                answer = client.request(method, page)
                assert answer.status_code == (200 if method in {"GET", "HEAD"} else 405)
                assert "set-cookie" not in answer.headers
        for page in (links_in(html)[0], pixel_in(html)):
            for method in ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"):
                client.request(method, page, follow_redirects=False)
    with open_project(counting) as envoi:
        assert envoi.stores.log.position() == before


@pytest.mark.parametrize("name", PAGES)
def test_every_wrong_link_gets_the_same_answer(
    counting_shop: Path, client_of: Callable[..., TestClient], name: str
) -> None:
    good = page_in(html_of(counting_shop, READER), name)
    with client_of(counting_shop) as client:
        wrong = [good[:-1], good[:-3] + "AAA", f"/{name}/x", f"/{name}/", f"/{name}/../{name}/%00"]
        answers = [client.get(path) for path in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_body_that_is_no_form_is_refused(
    counting_shop: Path, page: str, client_of: Callable[..., TestClient]
) -> None:
    with client_of(counting_shop) as client:
        assert client.post(page, content=b"\xff\xfe=%ff").status_code == 400
        assert client.post(page, content=b"&".join([b"a=b"] * 9_000)).status_code == 400


def test_a_mail_can_be_read_in_the_browser_as_it_was_sent(counting: Path, client_of: Callable[..., TestClient]) -> None:
    sent = html_of(counting, READER)
    (counting / "templates" / "hello.mjml").write_text("<html><head><title>x</title></head>", encoding="utf-8")
    with client_of(counting) as client:
        answer = client.get(page_in(sent, "v"), headers={"host": "mail.example.org"})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    # The same words, without a trace.
    assert "/c/" not in answer.text
    assert "/o/" not in answer.text
    assert 'href="https://shop.example.org/sale?a=1&amp;b=2"' in answer.text
    assert page_in(answer.text, "unsubscribe") == page_in(sent, "unsubscribe")


def test_the_view_of_a_mail_that_was_never_made_is_refused_like_a_wrong_link(
    counting: Path, client_of: Callable[..., TestClient]
) -> None:
    with open_project(counting, read_only=True) as envoi:
        tokens = [
            envoi.links.token(PersonId(person), purpose="newsletter", campaign=campaign)
            for person, campaign in (("nobody", "hello"), (READER, "never"), ("5", "hello"))
        ]
    with client_of(counting) as client:
        assert {client.get(f"/v/{token}").status_code for token in tokens} == {404}


def test_a_mail_of_a_recurring_campaign_has_pages_of_its_own_day(
    counting: Path, client_of: Callable[..., TestClient]
) -> None:
    text = (counting / "campaigns" / "hello.toml").read_text(encoding="utf-8")
    every_day = text.replace("holdout = 0.2", 'schedule = { at = "09:00", every = "day" }')
    (counting / "campaigns" / "daily.toml").write_text(every_day, encoding="utf-8")
    with open_project(counting) as envoi:
        envoi.send("daily@2024-05-01")
    html = html_of(counting, READER, campaign="daily@2024-05-01")
    with client_of(counting) as client:
        assert {client.get(page_in(html, name)).status_code for name in PAGES} == {200}
        client.get(links_in(html)[0], follow_redirects=False)
    assert [each.props["campaign"] for each in heard(counting, Name.EMAIL_CLICKED)] == ["daily@2024-05-01"]


def test_a_browsers_signal_on_any_page_closes_once_what_the_project_says(
    counting: Path, client_of: Callable[..., TestClient]
) -> None:
    html, signal = html_of(counting, READER), {"sec-gpc": "1"}
    page = page_in(html, "preferences")
    with client_of(counting) as client:
        for name in PAGES:
            client.head(page_in(html, name), headers=signal)
        assert said(counting) == []
        for name in PAGES:
            client.get(page_in(html, name), headers=signal)
        closed = [(purpose, False) for purpose in ("click_tracking", "open_tracking", "profiling", "model_scoring")]
        assert said(counting) == closed
        # The person, who knows better than their browser, says yes on the page: that stands.
        client.post(page, data={"shown": "profiling", "wanted": "profiling"}, headers=signal)
        client.get(page, headers=signal)
    assert said(counting) == [*closed, ("profiling", True)]


def test_the_network_address_is_kept_only_where_the_project_says_so(
    counting: Path, page: str, client_of: Callable[..., TestClient]
) -> None:
    file = counting / "envoi.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[consent]\nkeep_ip = true\n", encoding="utf-8")
    with client_of(counting) as client:
        client.post(page, data={"act": "stop"})
    (told,) = [each.props for each in heard(counting, Name.CONSENT_CHANGED) if each.source == "envoi"]
    assert isinstance(told["proof"], dict)
    assert told["proof"]["ip"] == "testclient"
