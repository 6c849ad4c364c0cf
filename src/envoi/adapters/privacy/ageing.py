"""What a project keeps no longer than it said: old records that could not be events, old mails, old rows of history."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from envoi.events.event import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from envoi.adapters.privacy.sql import Sql
    from envoi.clock import Instant

_rejected = msgspec.json.Decoder(Rejected).decode
_MICROS_NS = 1_000


def old_aside(sql: Sql, before: Instant) -> list[int]:
    """The numbers of the records that were set aside before then."""
    rows = sql.rows("SELECT number, body FROM rejected ORDER BY number")
    return [number for number, body in rows if _rejected(bytes(body)).seen_at < before]


def remove_aside(sql: Sql, numbers: Sequence[int]) -> None:
    """Removes these."""
    with sql.together():
        for number in numbers:
            sql.rows("DELETE FROM rejected WHERE number = ?", (number,))


def old_files(folders: Iterable[Path], ending: str, before: Instant) -> list[Path]:
    """The files with this ending that were last written before then."""
    found = [path for folder in folders for path in sorted(folder.glob(f"*{ending}"))]
    return [path for path in found if path.is_file() and path.stat().st_mtime_ns < before * _MICROS_NS]


def remove_files(paths: Iterable[Path]) -> None:
    """Removes these."""
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
