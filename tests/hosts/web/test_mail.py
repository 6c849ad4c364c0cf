"""The page of one person's mail: as several programs show it, found by name, and the edge cases beside it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.hosts.web.shop import NASTY


@pytest.mark.parametrize("view", ["desktop", "phone", "dark"])
def test_a_mail_is_shown_as_programs_show_it(client: TestClient, view: str) -> None:
    page = client.get(f"/campaigns/hello/mail?person=2&as={view}").text
    assert f'class="letter {view}"' in page
    assert "<iframe sandbox title=" in page
    assert page.count('aria-current="true"') == 1


def test_an_unknown_view_is_the_first_one(client: TestClient) -> None:
    assert 'class="letter desktop"' in client.get("/campaigns/hello/mail?person=2&as=loud").text


def test_a_person_is_found_by_name(client: TestClient) -> None:
    page = client.get("/campaigns/hello/mail?person=2&q=grace&as=phone").text
    assert "3 people for “grace”" in page
    found = re.findall(r'href="(/campaigns/hello/mail\?person=\d+&amp;as=phone)">Grace', page)
    assert [unescape(link).partition("?")[2] for link in found] == [
        "person=6&as=phone",
        "person=16&as=phone",
        "person=26&as=phone",
    ]
    for link in found:
        assert client.get(unescape(link)).status_code == 200
    assert "0 people for “zzz”" in client.get("/campaigns/hello/mail?person=2&q=zzz").text


def test_edge_cases_lead_to_their_mails_and_say_why(client: TestClient) -> None:
    page = client.get("/campaigns/hello/cases?as=dark&person=2").text
    cases = re.findall(r'<li><a href="([^"]+)"[^>]*>([^<]+)</a> <span class="soft">([^<]+)', page)
    assert [(label, why) for _, label, why in cases] == [
        ("longest name", "59 letters"),
        ("content: regular", "chosen for 23"),
        ("branch, line 4", "{% for p in products %}: taken by 23"),
    ]
    assert re.search(r"<li>content: fallback <span class=\"soft\">chosen for nobody", page)
    for link, *_ in cases:
        assert "as=dark" in link
        assert client.get(unescape(link)).status_code == 200
    assert NASTY not in page


def test_who_gets_nothing_has_a_page_and_who_is_not_there_has_none(client: TestClient) -> None:
    assert "got nothing: consent withdrawn" in client.get("/campaigns/hello/mail?person=4").text
    assert client.get("/campaigns/hello/mail?person=nobody").status_code == 404
    assert client.get("/campaigns/nope/cases").status_code == 404
