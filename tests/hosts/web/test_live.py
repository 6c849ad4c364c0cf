"""A segment's page beside the live host: its size moves while events come in, and says who moved and why."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from httpx2 import Client
from playwright.sync_api import expect

from envoi.hosts.live import keeper
from envoi.hosts.live.host import LiveHost
from envoi.hosts.live.serve import server
from envoi.hosts.live.status import Status, Task, write_status
from envoi.hosts.web.app import app
from tests.hosts.live.shop import KEY, make, wait_until_open
from tests.hosts.web.browsing import barriers, visit
from tests.segments.slow_judge import SlowJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from starlette.testclient import TestClient


@contextmanager
def living(root: Path) -> Iterator[str]:
    """Serves the project as `envoi serve` does, and gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served = server(LiveHost(root, app(root, idle_s=0.2), judge=SlowJudge))
        thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            wait_until_open(address)
            yield address
        finally:
            served.should_exit = True
            thread.join()


@pytest.fixture
def live_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)
    # History is written when a page asks for it, and not by a process of its own meanwhile.
    monkeypatch.setattr(keeper, "HISTORY_S", 1e9)
    return make(tmp_path)


def track(client: Client, person: str, event: str, **props: object) -> None:
    sent = {"userId": person, "event": event, "messageId": f"{person}-{event}", "properties": props}
    assert client.post("/v1/track", json=sent).status_code == 200


def test_a_size_moves_while_events_come_in(browser: Browser, live_shop: Path) -> None:
    with (
        living(live_shop) as address,
        Client(base_url=address, auth=(KEY, ""), timeout=60) as client,
        visit(browser) as (page, faults),
    ):
        page.goto(address + "/segments/Buyers")
        page.evaluate("window.stayed = true")
        figure, moved = page.locator("#moving .figure"), page.locator(".moved li")
        expect(figure).to_have_text("0")
        for person in ("ada", "bea"):
            track(client, person, "Order Completed", total=20)
        track(client, "eve", "Order Completed", total=1)
        expect(figure).to_have_text("2")
        expect(moved).to_have_count(2)
        expect(moved.first).to_contain_text("bea entered by Order Completed")
        assert page.evaluate("window.stayed")
        assert barriers(page) == []
        page.goto(address + "/segments/Browsing")
        track(client, "ada", "Product Viewed", product_id="X")
        # Two seconds later it is over, by time alone.
        expect(page.locator(".moved li").first).to_contain_text("ada left by time alone")
        assert faults == []


def test_without_scripts_the_page_has_it_too(browser: Browser, live_shop: Path) -> None:
    with living(live_shop) as address, Client(base_url=address, auth=(KEY, ""), timeout=60) as client:
        track(client, "ada", "Order Completed", total=20)
        with visit(browser, javascript=False) as (page, _):
            page.goto(address + "/segments/Buyers")
            expect(page.locator("#moving .figure")).to_have_text("1")
            page.get_by_role("link", name="why ada", exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("ada")


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (Task(what="learning", done=250, of=1000, segments=("Buyers",)), ["all of history", "250 of 1,000 events"]),
        (Task(what="telling", done=3, of=9, segments=("Buyers",)), ["let in and out", "3 of 9 people"]),
        (Task(what="replaying", done=3, of=9), ["judged again", "3 of 9 events"]),
    ],
)
def test_how_far_a_back_fill_has_come(
    live_shop: Path, client_of: Callable[..., TestClient], task: Task, said: list[str]
) -> None:
    with client_of(live_shop) as client:
        # The pages make the database of a project without events.
        client.get("/segments")
        write_status(live_shop, Status(pid=os.getpid(), task=task))
        text = client.get("/moving/Buyers").text
        assert all(words in text for words in said)
        assert f'max="{task.of}" value="{task.done}"' in text
        others = client.get("/moving/Browsing").text
        assert ("<progress" in others) == (not task.segments)


def test_what_cannot_be_kept_is_told(live_shop: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(live_shop) as client:
        client.get("/segments")
        write_status(live_shop, Status(pid=os.getpid(), fault="the disk is full"))
        text = client.get("/moving/Buyers").text
        assert "Nothing can be kept now: the disk is full" in text


def test_without_a_live_host_nothing_moves(live_shop: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(live_shop) as client:
        assert "every 2s" not in client.get("/segments/Buyers").text
        assert client.get("/moving/Buyers").status_code == 404
