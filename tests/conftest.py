"""What every test may ask for: the real data sets, a browser, and laws that draw the same people each time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same draws in every run, on a slow machine too; a failure is repeated by running the test again.
settings.register_profile(
    "envoi", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("envoi")


@pytest.fixture(scope="session")
def envoi_data() -> Path:
    """The folder with real data sets that the variable ENVOI_DATA names."""
    folder = os.environ.get("ENVOI_DATA")
    if not folder:
        pytest.skip("needs real data: set ENVOI_DATA to the folder of data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser that pages are tested in."""
    found = shutil.which("chromium")
    if not found:
        pytest.skip("needs a browser: `make test` installs Debian's chromium when run as root")
    return Path(found)
