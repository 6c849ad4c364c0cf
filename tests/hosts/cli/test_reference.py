"""The page of commands says what the commands say."""

from __future__ import annotations

import pytest

from tools.reference import PAGE, page


def test_the_page_is_what_the_commands_say(monkeypatch: pytest.MonkeyPatch) -> None:
    # Set and restored here, since writing the page sets it too.
    monkeypatch.setenv("COLUMNS", "100")
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python tools/reference.py"
