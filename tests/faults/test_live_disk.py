"""A full disk is waited for, and nothing is acknowledged meanwhile; one that does not keep things ends the process."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client, TransportError

from envoi.hosts.live.writer import BROKEN
from tests.faults.test_disk_full import Disk, disk
from tests.faults.test_live_kill import Victim
from tests.hosts.live.shop import KEY, logged, make, segments_of, served, wait_until_open

__all__ = ["disk"]

HERE = Path(__file__).parent


def view(number: int, *, size: int = 10) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "userId": f"p{number % 50}",
        "messageId": str(number),
        "properties": {"product_id": f"{number * 7_919:x}" * size},
    }


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)


def test_a_full_disk_gives_503_and_no_acknowledgement_until_there_is_room(disk: Disk) -> None:
    root = make(disk.folder)
    acknowledged: list[str] = []
    with served(root) as address, Client(base_url=address, auth=(KEY, ""), timeout=30) as client:
        for number in range(100_000):
            batch = [view(number * 20 + each, size=100) for each in range(20)]
            answer = client.post("/v1/batch", json={"batch": batch})
            if answer.status_code != 200:
                break
            acknowledged += [one["messageId"] for one in batch]
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "disk" in answer.json()["error"]
        assert client.post("/v1/track", json=view(-1)).status_code == 503
        stored = {one.event.id for one in logged(root)}
        assert set(acknowledged) <= stored
        assert not {one["messageId"] for one in batch} & stored
        assert disk.resize(200)
        wait_until_open(address)
        assert client.post("/v1/batch", json={"batch": batch}).status_code == 200
        assert client.post("/v1/track", json={**view(-2), "userId": "late"}).status_code == 200
        assert segments_of(root, "late") == {"Browsing", "Not yet"}
    ids = [one.event.id for one in logged(root) if one.event.source == "http"]
    assert sorted(ids) == sorted([*acknowledged, *(one["messageId"] for one in batch), "-2"])


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc")
    if not compiler:
        pytest.skip("needs gcc")
    made = tmp_path_factory.mktemp("shim") / "failing_fsync.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, HERE / "failing_fsync.c", "-ldl"], check=True)
    return made


def test_where_fsync_fails_the_process_ends_and_acknowledges_nothing(
    shim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, sign = make(tmp_path), tmp_path / "broken"
    with monkeypatch.context() as patch:
        patch.setenv("LD_PRELOAD", str(shim))
        patch.setenv("FSYNC_FAILS", str(sign))
        victim = Victim(root)
    assert victim.is_open()
    with Client(base_url=victim.address, auth=(KEY, ""), timeout=30) as client:
        for number in range(5):
            assert client.post("/v1/track", json=view(number)).status_code == 200
        sign.touch()
        with suppress(TransportError):
            assert client.post("/v1/track", json=view(5)).status_code != 200
    assert victim.process.wait(timeout=30) == BROKEN
    sign.unlink()
    with served(root) as address, Client(base_url=address, auth=(KEY, "")) as client:
        assert client.post("/v1/track", json=view(6)).status_code == 200
    ids = sorted(one.event.id for one in logged(root) if one.event.source == "http" and one.event.id != "5")
    # What was being written when it failed may be there or not: nobody was told that it is.
    assert ids == ["0", "1", "2", "3", "4", "6"]


#: A live host in which a mistake comes to light at the first event of that name.
MISTAKEN = """
import sys
from pathlib import Path
from tests.hosts.live.shop import main
from envoi.segments.live import LiveJudge

judged = LiveJudge.event

def event(self, stored):
    if stored.event.name == "Mistake":
        raise LookupError("a mistake")
    return judged(self, stored)

LiveJudge.event = event
main(Path(sys.argv[1]), int(sys.argv[2]))
"""


def test_a_mistake_of_ours_ends_the_process_instead_of_leaving_clients_to_wait(tmp_path: Path) -> None:
    root = make(tmp_path)
    victim = Victim(root, program=["-c", MISTAKEN])
    assert victim.is_open()
    with Client(base_url=victim.address, auth=(KEY, ""), timeout=30) as client:
        assert client.post("/v1/track", json=view(1)).status_code == 200
        with pytest.raises(TransportError):
            client.post("/v1/track", json={**view(2), "event": "Mistake"})
    assert victim.process.wait(timeout=30) == BROKEN
    assert [one.event.id for one in logged(root) if one.event.source == "http"] == ["1"]
