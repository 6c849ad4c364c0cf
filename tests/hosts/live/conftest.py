"""The shop's live host, running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Client

from tests.hosts.live.shop import KEY, make, served


@pytest.fixture(scope="session", autouse=True)
def key() -> Iterator[None]:
    """The write key that the recorded clients have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENVOI_WRITE_KEY", KEY)
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's folder."""
    return make(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    """Where the shop takes events."""
    with served(root) as found:
        yield found


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    """A client with the key."""
    with Client(base_url=address, auth=(KEY, ""), timeout=30) as made:
        yield made
