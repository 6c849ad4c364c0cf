"""The small shop, and its pages: for clients, and served to a browser."""

from __future__ import annotations

import shutil
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from envoi.hosts.web.app import app
from tests.hosts.web.browsing import FLAGS
from tests.hosts.web.shop import make
from tests.hosts.web.tracked import make as make_counting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it stays: tests that change it take a copy."""
    root = tmp_path_factory.mktemp("shop")
    make(root)
    return root


@pytest.fixture
def copy(shop: Path, tmp_path: Path) -> Path:
    """A copy of the shop that a test may change."""
    return shutil.copytree(shop, tmp_path / "shop")


@pytest.fixture(scope="session")
def client_of() -> Callable[..., TestClient]:
    """Makes a client of a project's pages; a page that fails is an answer, as it is for a browser."""

    def made(root: Path, *, host: str = "127.0.0.1") -> TestClient:
        return TestClient(app(root, host=host), base_url="http://localhost", raise_server_exceptions=False)

    return made


@pytest.fixture(scope="session")
def client(shop: Path, client_of: Callable[..., TestClient]) -> Iterator[TestClient]:
    with client_of(shop) as made:
        yield made


@pytest.fixture(scope="session")
def served() -> Callable[[Path], AbstractContextManager[str]]:
    """Serves a project's pages to a browser, and gives their address."""

    @contextmanager
    def serving(root: Path) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = uvicorn.Server(uvicorn.Config(app(root), log_level="warning", access_log=False))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()

    return serving


@pytest.fixture(scope="session")
def address(shop: Path, served: Callable[[Path], AbstractContextManager[str]]) -> Iterator[str]:
    """Where the shop's pages are served."""
    with served(shop) as where:
        yield where


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """Debian's browser."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def counting_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that counts clicks and openings, and has sent a campaign: tests that change it take a copy."""
    root = tmp_path_factory.mktemp("counting")
    make_counting(root)
    return root


@pytest.fixture
def counting(counting_shop: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(counting_shop, tmp_path / "counting")
