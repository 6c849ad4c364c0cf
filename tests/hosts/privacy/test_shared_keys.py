"""Who was known by a device that others turned out to use as well: what it told of them is theirs, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

import msgspec

from envoi.clock import Instant, SystemClock
from envoi.events.event import Event, PersonId, Value
from envoi.flow import record
from envoi.hosts.local import open_project
from envoi.hosts.privacy.erasing import erase
from envoi.hosts.privacy.exporting import archived
from envoi.people.identity import resolve

if TYPE_CHECKING:
    from pathlib import Path

TABLET = {"anonymous_id": "tablet"}


def event(number: int, page: str, **keys: str) -> tuple[PersonId, Event]:
    at = Instant(SystemClock().now() - 3_600_000_000 + number)
    props: dict[str, Value] = {"page": page}
    made = Event(id=f"t{number}", source="web", name="Page Viewed", keys=keys, at=at, seen_at=at, props=props)
    who = resolve(keys)
    assert who
    return who, made


def test_what_a_tablet_told_before_it_was_shared(used: Path, tmp_path: Path) -> None:
    with open_project(used) as envoi:
        for one in (
            event(1, "before", **TABLET),
            event(2, "signed in", user_id="u-1", **TABLET),
            event(3, "another signed in", user_id="u-2", **TABLET),
            event(4, "by whoever", **TABLET),
        ):
            record(envoi.stores, [one])
        (tmp_path / "one.zip").write_bytes(archived(envoi, "u-1", by="ann"))
    with ZipFile(tmp_path / "one.zip") as archive:
        events = msgspec.json.decode(archive.read("events.json"))
    assert [each["properties"]["page"] for each in events if each["name"] == "Page Viewed"] == ["before", "signed in"]
    erase(used, [PersonId("u-1")], because="asked", by="ann")
    with open_project(used) as envoi:
        left = [one.event.props.get("page") for one in envoi.stores.log.read() if one.event.name == "Page Viewed"]
    assert "another signed in" in left
    assert not {"before", "signed in"}.intersection(left)
