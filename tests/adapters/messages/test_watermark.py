"""The mark beside a database only rises, and names each campaign once."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.adapters.messages.watermark import Watermark
from envoi.errors import StoreFailed


def test_it_only_rises(tmp_path: Path) -> None:
    mark = Watermark(tmp_path / "sent.mark")
    assert mark.read() == (0, frozenset())
    for number in (3, 10, 7):
        mark.rise(number)
    assert mark.read() == (10, frozenset())


def test_campaigns_are_named_once_whatever_they_are_called(tmp_path: Path) -> None:
    mark = Watermark(tmp_path / "sent.mark")
    for campaign in ("spring", "häuser@2026-11-22", "spring"):
        mark.add(campaign)
        mark.rise(5)
    assert Watermark(tmp_path / "sent.mark").read() == (5, frozenset({"spring", "häuser@2026-11-22"}))
    assert (tmp_path / "sent.mark").read_text(encoding="utf-8").count("\n") == 3


def test_a_mark_that_cannot_be_written_is_a_store_that_failed(tmp_path: Path) -> None:
    (tmp_path / "sent.mark").mkdir()
    mark = Watermark(tmp_path / "sent.mark")
    with pytest.raises(StoreFailed, match=r"sent\.mark"):
        mark.rise(1)
    with pytest.raises(StoreFailed, match=r"sent\.mark"):
        mark.read()
