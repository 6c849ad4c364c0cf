"""An export holds all that the data map says it does, in words and for machines, and the same each time."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest

from envoi.errors import NotFound
from envoi.hosts.folder import state_folder
from envoi.hosts.privacy.exporting import export
from tests.hosts.privacy.used import ADA, BOB, NEW_ADDRESS


def opened(made: bytes) -> dict[str, Any]:
    """The files of an archive, those of JSON as values."""
    with ZipFile(BytesIO(made)) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    return {name: msgspec.json.decode(each) if name.endswith(".json") else each.decode() for name, each in data.items()}


def test_everything_is_there_and_the_same_again(used: Path) -> None:
    made = export(used, ADA, by="ann")
    assert made == export(used, ADA, by="ann")
    found = opened(made)
    assert found["profile.json"]["traits"]["email"]["value"]
    assert {one["name"] for one in found["events.json"]} >= {"Order Completed", "Profile Updated", "Email Sent"}
    assert [(one["purpose"], one["granted"]) for one in found["consents.json"]] == [("newsletter", True)]
    assert [one["decision"]["campaign"] for one in found["decisions.json"]] == ["hello", "later"]
    assert all(one["decision"]["reasons"] for one in found["decisions.json"])
    hello, later = found["mails.json"]
    assert (hello["state"], hello["copy"], later["state"], later["copy"]) == ("accepted", "as sent", "planned", "")
    assert NEW_ADDRESS.lower() in found[hello["file"]].lower()
    assert found["segments.json"][0]["since"]
    assert found["suppressions.json"][0]["standing"]["hard"]
    assert any(ADA in one["record"] for one in found["set_aside.json"])
    assert set(found["schema.json"]["files"]) | {"schema.json"} == {name for name in found if name.endswith(".json")}
    assert all(name.split("/")[0] in found["README.txt"] for name in found if name != "README.txt")


def test_a_mail_without_a_copy_is_made_again(used: Path) -> None:
    for path in (state_folder(used) / "mail").glob("*.eml"):
        path.unlink()
    found = opened(export(used, BOB, by="ann"))
    mail = next(one for one in found["mails.json"] if one["campaign"] == "hello")
    assert (mail["copy"], "Dear Bob" in found[mail["file"]]) == ("made again", True)


def test_nobody_is_exported_who_is_not_there(used: Path) -> None:
    with pytest.raises(NotFound):
        export(used, "customer-eve", by="ann")
