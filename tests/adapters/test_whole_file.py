"""A file is the old one or the new one, whatever happens while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.whole_file import PRIVATE, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_new_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    write_whole(path, b"one")
    write_whole(path, iter([b"t", b"wo"]), mode=PRIVATE)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["list.json"]


def test_what_breaks_off_leaves_the_old(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    write_whole(path, b"one")

    def pieces() -> Iterator[bytes]:
        yield b"tw"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_whole(path, pieces())
    assert path.read_bytes() == b"one"
