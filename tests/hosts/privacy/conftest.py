"""A project in which everything was used."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from tests.hosts.privacy.used import make


@pytest.fixture(scope="session")
def used_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not change."""
    return make(tmp_path_factory.mktemp("used"))


@pytest.fixture
def used(used_once: Path, tmp_path: Path) -> Path:
    """One that a test may change."""
    return copytree(used_once, tmp_path / "shop")
