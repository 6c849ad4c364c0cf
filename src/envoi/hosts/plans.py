"""A project's files as they were when a campaign was planned: what is edited later changes no mail of that campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from envoi.adapters.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "plans"


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """All that loading the project takes."""

    #: The texts by path.
    files: dict[str, str]
    #: What history held then (Tables.observed).
    observed: dict[str, dict[str, str]]


def pin(state: Path, campaign: str, planned: Planned) -> None:
    """Keeps the files, in place of what was kept for this campaign; after a crash it is the one or the other."""
    path = _path(state, campaign)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, msgspec.json.encode(planned))


def pinned(state: Path, campaign: str) -> Planned | None:
    """The files as they were; None for a campaign that was not planned, or by an Envoi that did not keep them."""
    try:
        return msgspec.json.decode(_path(state, campaign).read_bytes(), type=Planned)
    except FileNotFoundError:
        return None


def _path(state: Path, campaign: str) -> Path:
    return state / FOLDER / f"{quote(campaign, safe='')}.json"
