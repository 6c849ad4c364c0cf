"""The page on data quality: findings first, every field, whom a number is about, one source alone, and nothing yet."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from envoi.hosts.cli.init import make as make_empty
from tests.hosts.web.browsing import barriers, visit
from tests.reports.quality.shop import make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser
    from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def bad_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bad")
    make(root, bad=True)
    return root


@pytest.fixture(scope="module")
def pages(bad_shop: Path, client_of: Callable[..., TestClient]) -> Iterator[TestClient]:
    with client_of(bad_shop) as made:
        yield made


def test_findings_come_first_and_each_opens_its_list(pages: TestClient) -> None:
    text = pages.get("/quality").text
    assert text.index("10 findings") < text.index("birthday is missing for 43 %") < text.index('id="fields"')
    assert "/quality/people?where=birthday+is+missing" in text
    people = pages.get("/quality/people?where=birthday+is+missing").text
    assert "172 people" in people
    assert 'href="/people/562"' in people


def test_one_source_alone(pages: TestClient) -> None:
    text = pages.get("/quality?source=crm").text
    assert "Fields as crm tells them" in text
    assert "nothing came from crm" in text
    assert "country from web" not in text
    assert "Order Completed.total" not in text
    assert pages.get("/quality?source=tills").text.count('<th scope="row">Order Completed.total') == 1
    assert "Fields as" not in pages.get("/quality?source=nobody").text


def test_a_person_s_page_says_what_would_complete_the_profile(pages: TestClient) -> None:
    assert "birthday; campaign &#34;birthday&#34; uses it" in pages.get("/people/562").text
    assert "Missing, and used" not in pages.get("/people/1").text


def test_a_condition_that_is_none_is_refused_with_its_place(pages: TestClient) -> None:
    answer = pages.get("/quality/people?where=birthdy+is+missing")
    assert answer.status_code == 400
    assert "birthday" in answer.text


def test_before_anything_is_known_it_says_what_to_do(tmp_path: Path, client_of: Callable[..., TestClient]) -> None:
    make_empty(tmp_path / "shop")
    with client_of(tmp_path / "shop") as client:
        assert "envoi import FILE --people" in client.get("/quality").text


@pytest.mark.parametrize("path", ["/quality", "/quality?source=crm", "/quality/people?where=birthday+is+missing"])
def test_a_page_has_no_barrier_no_error_and_no_request_elsewhere(
    browser: Browser, bad_shop: Path, served: Callable[[Path], AbstractContextManager[str]], tmp_path: Path, path: str
) -> None:
    root = shutil.copytree(bad_shop, tmp_path / "shop")
    with served(root) as address, visit(browser) as (page, faults):
        page.goto(address + path, wait_until="networkidle")
        assert barriers(page) == []
        assert faults == []
