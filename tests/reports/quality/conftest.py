from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.hosts.local import open_project
from tests.reports.quality.shop import make

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.reports.quality.answers import QualityReport


@pytest.fixture(scope="session")
def bad_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop after a bad month; look, do not change."""
    root = tmp_path_factory.mktemp("bad")
    make(root, bad=True)
    return root


@pytest.fixture(scope="session")
def bad(bad_shop: Path) -> QualityReport:
    with open_project(bad_shop, read_only=True) as envoi:
        return envoi.quality()


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> QualityReport:
    root = tmp_path_factory.mktemp("good")
    make(root, bad=False)
    with open_project(root) as envoi:
        return envoi.quality()
