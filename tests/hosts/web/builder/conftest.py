"""The web shop, its pages for clients, and a browser."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.hosts.web.builder.store import make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.testclient import TestClient


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it stays: tests that change it take a copy."""
    root = tmp_path_factory.mktemp("store")
    make(root)
    return root


@pytest.fixture
def own_store(store: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(store, tmp_path / "store")


@pytest.fixture(scope="session")
def reader(store: Path, client_of: Callable[..., TestClient]) -> Iterator[TestClient]:
    """A client of the pages that changes nothing."""
    with client_of(store) as made:
        yield made


@pytest.fixture
def writer(own_store: Path, client_of: Callable[..., TestClient]) -> Iterator[TestClient]:
    """A client of the pages of a store of its own."""
    with client_of(own_store) as made:
        yield made
