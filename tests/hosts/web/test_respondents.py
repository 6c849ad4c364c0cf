"""Each number of what became of a campaign's mails leads to its people."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from envoi.events.event import ENVOI, Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project
from tests.hosts.web.browsing import barriers, visit
from tests.hosts.web.shop import NOW

NUMBER = re.compile(r'<a href="(/campaigns/hello/responses[^"]+)">(\d+)<')


def told(name: str, person: str, **props: Value) -> tuple[PersonId, Event]:
    props = {"campaign": "hello", **props}
    key = f"{name}{person}{sorted(props.items())}"
    event = Event(id=key, source=ENVOI, name=name, keys={"user_id": person}, at=NOW, seen_at=NOW, props=props)
    return PersonId(person), event


@pytest.fixture
def root(copy: Path) -> Path:
    """A shop to whose mails many answered."""
    url = "https://shop.example.org/?a=1&b=<b>2</b>"
    events = [
        told(Name.EMAIL_OPENED, "2", machine=False, why_machine=""),
        told(Name.EMAIL_OPENED, "3", machine=True, why_machine="a <i>robot</i>"),
        told(Name.EMAIL_CLICKED, "2", machine=False, why_machine="", url=url),
        told(Name.EMAIL_CLICKED, "6", machine=True, why_machine="a <i>robot</i>", url=url),
        told(Name.EMAIL_DELIVERED, "2"),
        told(Name.EMAIL_BOUNCED, "3", kind="hard", reason="550 no such user"),
    ]
    with open_project(copy) as envoi:
        list(on_events(envoi.stores, [Batch(events=events)]))
    return copy


@pytest.fixture
def client(root: Path, client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(root)


def test_every_number_leads_to_as_many_people_or_times(client: TestClient) -> None:
    page = client.get("/campaigns/hello").text
    found = NUMBER.findall(page)
    # Opened and clicked, by people, in all and by machines; the link so too; the robot; two that came back.
    assert len(found) == 3 + 3 + 3 + 1 + 2
    assert "<i>robot" not in page
    for href, count in found:
        people = client.get(unescape(href)).text
        assert people.count('<span class="id">') == int(count)
        assert "<b>2</b>" not in people
    # No number of people of the campaign's card is without its list.
    (card,) = re.findall(r'aria-labelledby="reading".*?</section>', page, re.DOTALL)
    assert re.findall(r'<td class="end[^"]*">[1-9]', card) == []


@pytest.mark.parametrize("asked", ["", "?did=danced", "?did=opened&by=cats"])
def test_what_is_no_number_has_no_list(client: TestClient, asked: str) -> None:
    assert client.get(f"/campaigns/hello/responses{asked}").status_code == 404
    assert client.get("/campaigns/gone/responses?did=opened").status_code == 404
    assert "is behind this number" in client.get("/campaigns/hello/responses?did=complained").text


def test_the_pages_have_no_barrier(
    browser: Browser, root: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with served(root) as address, visit(browser) as (page, faults):
        for path in ("", "/responses?did=clicked", "/responses?did=complained"):
            page.goto(f"{address}/campaigns/hello{path}", wait_until="networkidle")
            assert barriers(page) == []
        assert faults == []
