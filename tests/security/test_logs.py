"""No log line names anybody: whatever goes wrong with whose data, at the finest level."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Client
from starlette.testclient import TestClient

from envoi.adapters.messages.memory import MemoryMailer
from envoi.flow import Run, send
from envoi.hosts.importing import FileToImport, import_file
from envoi.hosts.local import open_project
from envoi.hosts.privacy.erasing import erase
from envoi.hosts.web.app import app
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Outgoing
from tests.hosts.live.shop import KEY, served
from tests.hosts.privacy.used import ADA, ADDRESS, FILES, NEW_ADDRESS, make

#: What would tell who it is about.
NAMES = [
    ADA,
    "ada-4711",
    ADDRESS,
    NEW_ADDRESS,
    "Lovelacequist",
    "210987654",
    "enchantress",
    "customer-bob",
    "bob@persons",
]


#: Whoever asks may log what they asked for; so do the clients of these tests.
_CLIENT = ("httpx", "httpcore")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that any part of the process logs meanwhile."""
    said, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # Loggers that were quieted speak too.
    quiet = {each: each.level for each in map(logging.getLogger, ("envoi", "envoi.live", "envoi.web", "envoi.sender"))}
    for each in quiet:
        each.setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    root.setLevel(before)
    for each, level in quiet.items():
        each.setLevel(level)


def told(said: io.StringIO) -> list[str]:
    """The lines that name somebody."""
    return [line for line in said.getvalue().splitlines() if any(name.lower() in line.lower() for name in NAMES)]


def test_imports_sends_and_bounces_name_nobody(logged: io.StringIO, tmp_path: Path) -> None:
    root = make(tmp_path)

    def answer(outgoing: Outgoing) -> Receipt:
        return Receipt(state=State.REJECTED, reason=f"550 <{outgoing.recipient}> unknown")

    with open_project(root) as envoi:
        send(envoi.press("later"), envoi.stores, Run(mailer=MemoryMailer(answer), clock=envoi.clock))
        bad = root / "bad.csv"
        bad.write_text(f'user_id,email\n{ADA},"{ADDRESS}\n', encoding="utf-8")
        import_file(envoi, FileToImport(path=bad, kind="people"))
    erase(root, [ADA], because=ADDRESS, by="ann")
    # Little is said here; what is, would be heard.
    logging.getLogger("envoi.sender").debug("heard")
    assert "heard" in logged.getvalue()
    assert told(logged) == []


def test_hits_and_pages_name_nobody(logged: io.StringIO, tmp_path: Path) -> None:
    root = make(tmp_path)
    with TestClient(app(root), base_url="http://localhost", raise_server_exceptions=False) as client:
        with open_project(root) as envoi:
            link = envoi.links.unsubscribe(ADA, purpose="newsletter", campaign="hello")
        for path in (
            f"/people/{ADA}", f"/people?q={ADDRESS}", "/people/customer-nobody", f"/suppressions?address={ADDRESS}",
            link.removeprefix("http://localhost:8025"), f"{link.removeprefix('http://localhost:8025')}x", "/privacy",
            f"/c/none/{ADDRESS}", f"/nothing/{ADA}", "/mailbox",
        ):  # fmt: skip
            client.get(path, headers={"Referer": f"http://localhost/people/{ADA}"})
        client.post("/webhooks/sendgrid", json=[{"email": ADDRESS, "event": "bounce"}])
    lines = [line for line in told(logged) if not line.startswith(_CLIENT)]
    assert "envoi.web" in logged.getvalue()
    assert lines == []


def test_what_comes_in_names_nobody(logged: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    with served(tmp_path) as address, Client(base_url=address, auth=(KEY, "")) as client:
        for message in (
            {"type": "identify", "userId": ADA, "traits": {"email": ADDRESS}, "messageId": "1"},
            {"type": "track", "userId": ADA, "properties": {"note": "enchantress"}},
            {"type": "track", "event": 7, "userId": ADA},
            {"type": "alias", "userId": ADA, "previousId": ADDRESS},
        ):
            client.post("/v1/batch", json={"batch": [message]})
        client.post("/v1/batch", content=f'{{"batch": [{{"userId": "{ADA}"'.encode())
        client.post(f"/v1/{ADA}", json={})
    lines = [line for line in told(logged) if not line.startswith(_CLIENT)]
    assert lines == []
