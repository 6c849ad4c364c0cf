"""The suppressions: who is on the list, and a person's word on one address, given on our own pages only."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from envoi.clock import Instant
from envoi.hosts.folder import secret
from envoi.hosts.sending import open_sender
from envoi.hosts.web.posted import token
from envoi.messages.suppression import by_hand, key_of, lift, reason
from tests.hosts.web.browsing import barriers, visit

ANN = "Ann@Example.org"


@pytest.fixture
def client(copy: Path, client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(copy)


def suppress(root: Path, count: int) -> None:
    """So many addresses, and as many that were forgiven."""
    with open_sender(root) as sender:
        key = [key_of(f"x{number}@example.org", secret(root)) for number in range(2 * count)]
        told = [by_hand(each, at=Instant(1_714_000_000_000_000), who="ann", why="asked <b>us</b>") for each in key]
        forgiven = [lift(each, at=Instant(1_715_000_000_000_000), who="bob", why="a mistake") for each in key[count:]]
        sender.suppressions.add([*told, *forgiven])


def press(client: TestClient, root: Path, act: str, *, why: str = "she asked", address: str = ANN) -> int:
    """The status of the answer to a button."""
    fields = {"token": token(root), "act": act, "why": why, "address": address}
    return client.post("/suppressions", data=fields, follow_redirects=False).status_code


def why_not(root: Path, address: str) -> str:
    with open_sender(root) as sender:
        key = key_of(address, secret(root))
        return reason(sender.suppressions.get([key]).get(key))


def test_all_suppressed_addresses_are_listed_page_by_page(client: TestClient, copy: Path) -> None:
    assert "No address is suppressed" in client.get("/suppressions").text
    suppress(copy, 120)
    path, found = "/suppressions", list[str]()
    while path:
        page = client.get(path).text
        assert "<b>us" not in page
        found += re.findall(r'<span class="id">(\w+)</span>', page)
        path = next(iter(re.findall(r'rel="next" href="([^"]+)"', page)), "")
    assert len(found) == len(set(found)) == 120
    assert found == sorted(found)


def test_an_address_is_looked_up_suppressed_and_lifted_with_a_reason(client: TestClient, copy: Path) -> None:
    assert "mail goes to it" in client.get("/suppressions", params={"address": ANN}).text
    assert press(client, copy, "suppress") == 303
    page = client.get("/suppressions", params={"address": ANN.lower()}).text
    assert "suppressed by a person, in the pages: she asked" in page
    assert why_not(copy, ANN)
    assert press(client, copy, "lift", why="she came <b>back</b>") == 303
    assert why_not(copy, ANN) == ""
    page = client.get("/suppressions", params={"address": ANN}).text
    assert "she came &lt;b&gt;back" in page


@pytest.mark.parametrize(
    "fields", [{"act": "burn"}, {"act": "lift", "why": " "}, {"act": "suppress", "address": "nobody"}]
)
def test_what_cannot_be_ordered_is_refused_on_the_page(client: TestClient, copy: Path, fields: dict[str, str]) -> None:
    answer = client.post("/suppressions", data={"token": token(copy), "why": "so", "address": ANN, **fields})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert why_not(copy, ANN) == ""


def test_no_other_page_can_press_the_buttons_and_looking_changes_nothing(client: TestClient, copy: Path) -> None:
    fields = {"act": "suppress", "why": "so", "address": ANN}
    assert client.post("/suppressions", data=fields).status_code == 403
    assert client.post("/suppressions", data={**fields, "token": "0" * 32}).status_code == 403
    client.get("/suppressions", params=fields)
    assert why_not(copy, ANN) == ""


def test_the_pages_have_no_barrier(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    suppress(copy, 60)
    with served(copy) as address, visit(browser) as (page, faults):
        for path in ("", "?address=x1@example.org", "?address=x70@example.org"):
            page.goto(f"{address}/suppressions{path}", wait_until="networkidle")
            assert barriers(page) == []
        assert faults == []
