"""`envoi privacy`: what a person asks for is done by one command, and shown to be."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from tests.hosts.cli.conftest import Run


@pytest.fixture
def person(shop: Path, envoi: Run) -> str:
    """Somebody of the starter project."""
    people = envoi("who", 'did "Order Completed"', "--project", shop, "--json").answer["people"]
    assert isinstance(people, list)
    return str(people[0])


def test_export_then_erase_then_verify(shop: Path, person: str, envoi: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "one.zip", tmp_path / "two.zip"
    for file in (first, second):
        assert envoi("privacy", "export", person, "--to", file, "--project", shop).code == 0
    assert first.read_bytes() == second.read_bytes()
    with ZipFile(BytesIO(first.read_bytes())) as archive:
        events = msgspec.json.decode(archive.read("events.json"))
        assert any(one["name"] == "Order Completed" for one in events)
        assert person in archive.read("README.txt").decode()
    erased = envoi("privacy", "erase", person, "--because", "asked", "--project", shop, "--json")
    assert erased.code == 0
    receipt = str(erased.answer["receipt"])
    verified = envoi("privacy", "verify", receipt, "--project", shop)
    assert (verified.code, verified.out.startswith("Nothing of them is left")) == (0, True)
    gone = envoi("privacy", "export", person, "--to", first, "--project", shop)
    assert (gone.code, "no person" in gone.err) == (1, True)
    listed = envoi("audit", "list", "--project", shop, "--json").answer["entries"]
    assert [one["what"] for one in listed][:3] == ["erased", "exported", "exported"]  # type: ignore[attr-defined]


def test_restrict_and_lift(shop: Path, person: str, envoi: Run) -> None:
    assert envoi("privacy", "restrict", person, "--project", shop).code == 0
    again = envoi("privacy", "restrict", person, "--project", shop)
    assert (again.code, "restricted already" in again.err) == (1, True)
    campaign = next(iter((shop / "campaigns").glob("*.toml"))).stem
    mail = envoi("preview", campaign, "--as", person, "--project", shop, "--json").answer
    assert mail["skip"] == "restricted: kept, and not used"
    assert envoi("privacy", "restrict", person, "--lift", "--project", shop).code == 0
    mail = envoi("preview", campaign, "--as", person, "--project", shop, "--json").answer
    assert mail["skip"] != "restricted: kept, and not used"


def test_a_receipt_that_is_none(shop: Path, envoi: Run, tmp_path: Path) -> None:
    ran = envoi("privacy", "verify", tmp_path / "nothing.json", "--project", shop)
    assert (ran.code, "there is no receipt" in ran.err) == (1, True)


def test_the_list_of_erasures_can_be_brought_from_elsewhere(shop: Path, person: str, envoi: Run) -> None:
    said = envoi("privacy", "replay", "--project", shop, "--json").answer
    assert (said["erasures"], said["replayed"]) == (0, [])
    envoi("privacy", "erase", person, "--project", shop)
    said = envoi("privacy", "replay", shop / ".envoi" / "erased.jsonl", "--project", shop, "--json").answer
    assert (said["erasures"], said["people"], said["replayed"]) == (1, 1, [])
