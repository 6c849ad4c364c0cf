"""The page of privacy requests: what was asked for is done by one button, shown to be, and reached by anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from envoi.clock import SystemClock
from envoi.flow import as_of_now
from envoi.hosts.audit import audit_of
from envoi.hosts.folder import state_folder
from envoi.hosts.local import open_letterbox
from envoi.hosts.privacy import working
from envoi.hosts.privacy.requests import Kind, Requests
from envoi.hosts.web.posted import token
from envoi.people.privacy.restriction import is_restricted
from tests.hosts.privacy.used import ADA, BOB, make, traces
from tests.hosts.web.browsing import barriers, visit


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("used"))


@pytest.fixture
def root(used: Path, tmp_path: Path) -> Path:
    return copytree(used, tmp_path / "shop")


@pytest.fixture
def client(root: Path, client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(root)


def post(client: TestClient, root: Path, path: str, **fields: str) -> tuple[int, str]:
    """The status of the answer, and where it leads or what it says."""
    answer = client.post(path, data={"token": token(root), **fields}, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_a_request_is_noted_and_can_be_done(client: TestClient, root: Path) -> None:
    page = client.get("/privacy").text
    assert 'href="/privacy/receipts' not in page
    assert post(client, root, "/privacy", person=BOB, kind="export") == (303, "/privacy")
    assert f'action="/people/{BOB}/export"' in client.get("/privacy").text
    # Asked twice, it is to be done once.
    post(client, root, "/privacy", person=BOB, kind="export")
    assert len([one for one in Requests(root).all() if one.kind is Kind.EXPORT]) == 1
    for wrong in ({"person": "", "kind": "erase"}, {"person": "eve", "kind": "erase"}, {"person": BOB, "kind": "sell"}):
        status, said = post(client, root, "/privacy", **wrong)
        assert (status, 'role="alert"' in said) == (409, True)


def test_an_export_is_a_file_to_save(client: TestClient, root: Path) -> None:
    answer = client.post(f"/people/{ADA}/export", data={"token": token(root)})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with ZipFile(BytesIO(answer.content)) as archive:
        assert ADA in archive.read("profile.json").decode()
    assert "ada" not in answer.headers["content-disposition"]
    assert not next(one for one in Requests(root).all() if one.kind is Kind.EXPORT).is_open


def test_an_erasure_asks_once_more(client: TestClient, root: Path) -> None:
    status, said = post(client, root, f"/people/{BOB}/erase")
    assert (status, "cannot be undone" in said) == (200, True)
    assert [one.person for one in Requests(root).all()] == [ADA]


def test_what_is_confirmed_is_erased_and_shown(client: TestClient, root: Path) -> None:
    number = next(one.number for one in Requests(root).all() if one.person == ADA)
    # What the button starts, here and now; the pages have let go of history by then.
    client.app.state.hold.close()  # type: ignore[attr-defined]
    working.main(root, number, "ann")
    assert traces(state_folder(root)) == []
    page = client.get("/privacy").text
    receipt = re.search(r"/privacy/receipts/\w+", page)
    assert receipt
    assert ADA not in page
    assert client.get(receipt[0]).json()["erased"]["events"] > 5
    assert client.get("/privacy/receipts/none").status_code == 404
    assert f"{audit_of(root).check().head}" in page


def test_restriction_goes_to_and_fro(client: TestClient, root: Path) -> None:
    for restricted in (True, False):
        assert post(client, root, f"/people/{BOB}/restrict", because="a dispute")[0] == 303
        with open_letterbox(root) as box:
            profile = as_of_now(box.log, box.people, BOB)
            assert profile
            assert is_restricted(profile) is restricted


def test_nothing_is_taken_from_elsewhere(client: TestClient, root: Path) -> None:
    for path in ("/privacy", *(f"/people/{BOB}/{each}" for each in ("export", "erase", "restrict"))):
        assert client.post(path, data={"person": BOB, "kind": "erase", "confirm": "yes"}).status_code == 403
    assert client.get(f"/people/{BOB}/erase").status_code == 404
    assert [one.person for one in Requests(root).all()] == [ADA]


def test_who_is_not_there(client: TestClient, root: Path) -> None:
    assert post(client, root, "/people/eve/erase")[0] == 404
    assert post(client, root, "/people/eve/export")[0] == 404


def test_anybody_can_use_the_page(
    root: Path, browser: Browser, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    Requests(root).open(Kind.EXPORT, BOB, SystemClock().now())
    with served(root) as where, visit(browser, javascript=False) as (page, faults):
        page.goto(f"{where}/privacy")
        page.fill("#person", BOB)
        page.select_option("#kind", "restrict")
        page.click("text=Note it")
        page.click("button:text('Erase …')")
        assert page.locator("h1").inner_text().startswith("Erase ")
        page.go_back()
        assert faults == []
    with served(root) as where, visit(browser) as (page, faults):
        page.goto(f"{where}/privacy")
        assert barriers(page) == []
        page.click("button:text('Erase …')")
        assert barriers(page) == []
        assert faults == []
