"""A campaign through a provider that has a bad day: everyone ends in one state, and nobody is sent to twice."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.messages.ledger import State
from tests.faults.provider_server import ProviderServer, Reply
from tests.hosts.cli.conftest import Run

BUSY = Reply(status=429, headers={"Retry-After": "0"}, body=b"slow down")
LOST, REFUSED = Reply(hangs_up=True), Reply(status=400, body=b'{"message": "no such address"}')


def states(root: Path) -> dict[str, State]:
    with closing(open_database(root / ".envoi" / "envoi.sqlite")) as connection:
        return {each.message_id: each.state for each in SqliteLedger(connection).entries("come-back")}


@pytest.mark.parametrize("provider", ["ses", "sendgrid", "mailgun"])
def test_a_bad_day(envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SENDGRID_API_KEY", "MAILGUN_API_KEY"):
        monkeypatch.setenv(variable, "key")
    with ProviderServer(provider, BUSY, LOST, REFUSED, BUSY) as server:
        place = {"ses": "eu-west-1", "mailgun": "mg.example.org"}.get(provider, "")
        monkeypatch.setenv("ENVOI_MAIL_URL", f"{provider}://{place}?endpoint={server.origin}")
        assert envoi("send", "come-back", "--project", shop).code in {0, 1}
        first = states(shop)
        assert Counter(first.values()) == {State.ACCEPTED: 2, State.UNKNOWN: 1, State.REJECTED: 1, State.SKIPPED: 1}
        # Again and again: what ended stays as it is.
        for _ in range(2):
            envoi("send", "come-back", "--project", shop)
        assert states(shop) == first
        taken = [name for each in server.took for name in each.mails]
    assert len(taken) == len(set(taken))
    may_have_arrived = {name for name, state in first.items() if state in {State.ACCEPTED, State.UNKNOWN}}
    assert set(taken) == may_have_arrived


def test_a_key_that_is_refused_stops_the_campaign_and_loses_nothing(
    envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTMARK_SERVER_TOKEN", "a-key-that-nobody-may-see")
    with ProviderServer("postmark", Reply(status=401, body=b'{"ErrorCode": 10, "Message": "bad token"}')) as server:
        monkeypatch.setenv("ENVOI_MAIL_URL", f"postmark://broadcast?endpoint={server.origin}")
        ran = envoi("send", "come-back", "--project", shop)
        assert ran.code != 0
        assert "bad token" in ran.out + ran.err
        assert "a-key-that-nobody-may-see" not in ran.out + ran.err
        assert State.UNKNOWN not in states(shop).values()
        assert server.took == []
        # The key is right by now.
        assert envoi("send", "come-back", "--project", shop).code == 0
        assert Counter(states(shop).values()) == {State.ACCEPTED: 4, State.SKIPPED: 1}
        assert len(server.mails) == 4
