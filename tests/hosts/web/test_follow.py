"""Links and pixels in sent mails: they lead where they led, are counted once each, and tell strangers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.events.event import Name
from envoi.hosts.folder import add_secret
from envoi.messages.tokens import for_url, from_url
from tests.hosts.web.tracked import BASE, SHY, heard, html_of, links_in, page_in, pixel_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

READER = "2"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
SALE = "https://shop.example.org/sale?a=1&b=2"


def hits(root: Path) -> list[dict[str, object]]:
    return [{"name": each.name, **each.props} for each in heard(root, Name.EMAIL_CLICKED, Name.EMAIL_OPENED)]


def test_every_link_of_a_mail_leads_where_it_led(counting: Path, client_of: Callable[..., TestClient]) -> None:
    tracked, plain = links_in(html_of(counting, READER)), html_of(counting, SHY)
    assert links_in(plain) == []
    assert "/o/" not in plain
    assert f'href="{SALE.replace("&", "&amp;")}"' in plain
    with client_of(counting) as client:
        found = []
        for link in tracked:
            answer = client.get(link, headers=BROWSER, follow_redirects=False)
            assert answer.status_code == 302
            found.append(answer.headers["location"])
    assert found[0] == SALE
    assert found[1] == f"https://shop.example.org/for/{READER}"
    assert all(each.startswith("https://shop.example.org/p/") for each in found[2:])
    assert [each["url"] for each in hits(counting)] == found


def test_a_click_and_an_opening_are_events(counting: Path, client_of: Callable[..., TestClient]) -> None:
    html = html_of(counting, READER)
    with client_of(counting) as client:
        picture = client.get(pixel_in(html), headers=BROWSER)
        client.get(links_in(html)[0], headers=BROWSER, follow_redirects=False)
        # Each hit counts.
        client.get(links_in(html)[0], headers=BROWSER, follow_redirects=False)
    assert (picture.headers["content-type"], picture.content[:6]) == ("image/gif", b"GIF89a")
    assert [each["name"] for each in hits(counting)] == [Name.EMAIL_OPENED, Name.EMAIL_CLICKED, Name.EMAIL_CLICKED]
    assert {each["campaign"] for each in hits(counting)} == {"hello"}
    assert not any(each["machine"] for each in hits(counting))


def test_an_answer_has_no_cookie_and_nothing_of_the_project(
    counting: Path, client_of: Callable[..., TestClient]
) -> None:
    html = html_of(counting, READER)
    with client_of(counting) as client:
        for path in (links_in(html)[0], pixel_in(html)):
            answer = client.get(path, headers={**BROWSER, "host": "mail.example.org"}, follow_redirects=False)
            assert answer.status_code in {200, 302}
            assert "set-cookie" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert b"Corner" not in answer.content


def test_head_changes_nothing_but_tells_who_comes_next(counting: Path, client_of: Callable[..., TestClient]) -> None:
    html = html_of(counting, READER)
    with client_of(counting) as client:
        for path in (links_in(html)[0], pixel_in(html)):
            assert client.head(path, headers=BROWSER, follow_redirects=False).status_code in {200, 302}
        assert hits(counting) == []
        client.get(links_in(html)[0], headers=BROWSER, follow_redirects=False)
    assert [each["why_machine"] for each in hits(counting)] == ["asked whether it is there first"]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"user-agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}, "Gmail's image proxy"),
        ({**BROWSER, "sec-purpose": "prefetch"}, "fetched in advance"),
    ],
)
def test_machines_are_recorded_as_what_they_are(
    counting: Path, client_of: Callable[..., TestClient], headers: dict[str, str], why: str
) -> None:
    with client_of(counting) as client:
        client.get(pixel_in(html_of(counting, READER)), headers=headers)
    assert [(each["machine"], each["why_machine"]) for each in hits(counting)] == [(True, why)]


def test_who_follows_all_links_at_once_is_no_person(counting: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(counting) as client:
        for link in links_in(html_of(counting, READER))[:3]:
            client.get(link, headers=BROWSER, follow_redirects=False)
    assert {each["why_machine"] for each in hits(counting)} == {"several links at once"}


def flipped(path: str, part: int) -> list[str]:
    """The path with each bit of one of its parts changed in turn."""
    parts = path.split("/")
    raw = from_url(parts[part])
    wrong = (raw[:n] + bytes([raw[n] ^ 1 << bit]) + raw[n + 1 :] for n in range(len(raw)) for bit in (0, 3, 7))
    return ["/".join([*parts[:part], for_url(each), *parts[part + 1 :]]) for each in wrong]


def test_one_changed_bit_anywhere_gets_the_same_answer(counting: Path, client_of: Callable[..., TestClient]) -> None:
    html, other = html_of(counting, READER), html_of(counting, "3")
    link, pixel = links_in(html)[0], pixel_in(html)
    wrong = [each for path in (link, pixel) for part in (2, 3) for each in flipped(path, part)]
    crossed = [
        link.replace("/c/", "/o/"),
        pixel.replace("/o/", "/c/"),
        "/c/x/y",
        f"/c/{link.split('/')[2]}/",
        link + "=",
        link + "/",
        page_in(html, "unsubscribe").replace("/unsubscribe/", "/c/x/"),
    ]
    with client_of(counting) as client:
        answers = {client.get(path, follow_redirects=False).text for path in (*wrong, *crossed)}
        codes = {client.get(path, follow_redirects=False).status_code for path in (*wrong[::9], *crossed)}
    assert codes == {404}
    assert len(answers) == 1
    assert hits(counting) == []
    assert links_in(other)[0] != link


def test_a_mail_made_before_the_secret_was_replaced_is_still_read(
    counting: Path, client_of: Callable[..., TestClient]
) -> None:
    html = html_of(counting, READER)
    with client_of(counting) as client:
        assert add_secret(counting) == 2
        for path in (links_in(html)[0], pixel_in(html), page_in(html, "unsubscribe"), page_in(html, "preferences")):
            assert client.get(path, headers=BROWSER, follow_redirects=False).status_code in {200, 302}
    assert len(hits(counting)) == 2


def test_global_privacy_control_is_heeded_and_remembered(counting: Path, client_of: Callable[..., TestClient]) -> None:
    html = html_of(counting, READER)
    with client_of(counting) as client:
        for _ in range(2):
            answer = client.get(links_in(html)[0], headers={**BROWSER, "sec-gpc": "1"}, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (302, SALE)
        assert client.get("/.well-known/gpc.json").json()["gpc"] is True
    assert hits(counting) == []
    told = [each.props for each in heard(counting, Name.CONSENT_CHANGED) if each.source == "envoi"]
    assert [(each["purpose"], each["granted"], each["source"]) for each in told] == [
        ("click_tracking", False, "Global Privacy Control"),
        ("open_tracking", False, "Global Privacy Control"),
        ("profiling", False, "Global Privacy Control"),
        ("model_scoring", False, "Global Privacy Control"),
    ]
    # From now on nothing of this person is recorded, whatever their browser says.
    with client_of(counting) as client:
        client.get(links_in(html)[0], headers=BROWSER, follow_redirects=False)
        client.get(pixel_in(html), headers=BROWSER)
    assert hits(counting) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused_alike(counting: Path, client_of: Callable[..., TestClient], method: str) -> None:
    good = links_in(html_of(counting, READER))[0]
    with client_of(counting) as client:
        answers = [client.request(method, path) for path in (good, "/c/x/y", "/o/x/y")]
    assert {answer.status_code for answer in answers} == {405}
    assert hits(counting) == []


def test_while_nothing_can_be_kept_a_link_leads_on(counting: Path, client_of: Callable[..., TestClient]) -> None:
    html = html_of(counting, READER)
    toml = counting / "envoi.toml"
    with client_of(counting) as client:
        client.get(links_in(html)[0], headers=BROWSER, follow_redirects=False)
        was = toml.read_text(encoding="utf-8")
        toml.write_text("name = 3", encoding="utf-8")
        assert client.get(links_in(html)[0], headers=BROWSER, follow_redirects=False).status_code == 302
        toml.write_text(was, encoding="utf-8")
    assert len(hits(counting)) == 2
    assert BASE not in str(hits(counting))
