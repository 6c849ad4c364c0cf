"""Providers tell over HTTP what became of mails: believed only if they signed it, kept once, and nothing is lost."""

from __future__ import annotations

from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from envoi.adapters.database import open_database
from envoi.adapters.messages.providers.webhook import Posted
from envoi.clock import SystemClock
from envoi.events.event import Name
from envoi.hosts.folder import secret
from envoi.hosts.inbox import Count, take_in_set_aside
from envoi.hosts.local import open_letterbox, open_project
from envoi.messages.ledger import State
from envoi.messages.suppression import key_of, reason
from envoi.people.consent import allows
from tests.adapters.messages.providers import signing
from tests.adapters.messages.providers.signing import EC, KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

    from envoi.messages.ledger import Entry

NOW_S = SystemClock().now() // 1_000_000


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a project that three providers may tell."""
    public = EC.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    monkeypatch.setenv("ENVOI_WEBHOOK_SENDGRID", b64encode(public).decode())
    monkeypatch.setenv("ENVOI_WEBHOOK_MAILGUN", KEY)
    monkeypatch.setenv("ENVOI_WEBHOOK_POSTMARK", f"envoi:{KEY}")


@pytest.fixture
def client(copy: Path, client_of: Callable[..., TestClient]) -> Iterator[TestClient]:
    with client_of(copy) as made:
        yield made


@pytest.fixture
def mail(copy: Path) -> Entry:
    """A mail that was sent."""
    with open_letterbox(copy) as box:
        return next(iter(box.statement.entries("hello", state=State.ACCEPTED)))


def post(client: TestClient, provider: str, posted: Posted) -> int:
    return int(client.post(f"/webhooks/{provider}", content=posted.body, headers=dict(posted.headers)).status_code)


def sendgrid(*events: dict[str, Any], at_s: int = NOW_S) -> Posted:
    return signing.sendgrid(list(events), at_s=at_s)


def bounced(mail: Entry, number: int = 1, **more: object) -> dict[str, Any]:
    return {
        "email": mail.address,
        "event": "bounce",
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 no such user",
        "sg_event_id": f"e{number}",
        "timestamp": NOW_S - 60,
        "envoi_message": mail.message_id,
        **more,
    }


def events_of(root: Path, name: Name) -> list[dict[str, Any]]:
    with open_letterbox(root) as box:
        return [dict(one.event.props) for one in box.log.read() if one.event.name == name]


def set_aside(root: Path, provider: str) -> list[str]:
    with open_letterbox(root) as box:
        return [one.reason for one in box.log.set_aside(f"webhook {provider}")]


def suppressed(root: Path, address: str) -> str:
    with open_letterbox(root) as box:
        key = key_of(address, secret(root))
        return reason(box.suppressions.get([key]).get(key))


def test_a_hard_bounce_is_an_event_and_suppresses_the_address(client: TestClient, copy: Path, mail: Entry) -> None:
    assert suppressed(copy, mail.address) == ""
    assert post(client, "sendgrid", sendgrid(bounced(mail))) == 200
    (event,) = events_of(copy, Name.EMAIL_BOUNCED)
    assert event == {
        "campaign": "hello",
        "message_id": mail.message_id,
        "recipient": mail.address,
        "provider": "sendgrid",
        "kind": "hard",
        "code": "5.1.1",
        "reason": "550 5.1.1 no such user",
    }
    assert suppressed(copy, mail.address) == "hard bounce: 5.1.1 550 5.1.1 no such user"
    assert suppressed(copy, "somebody.else@example.org") == ""


def test_what_is_told_twice_counts_once(client: TestClient, copy: Path, mail: Entry) -> None:
    posted = sendgrid(bounced(mail), bounced(mail))
    for _ in range(3):
        assert post(client, "sendgrid", posted) == 200
    assert len(events_of(copy, Name.EMAIL_BOUNCED)) == 1


def test_a_soft_bounce_counts_and_does_not_suppress(client: TestClient, copy: Path, mail: Entry) -> None:
    full = bounced(mail, type="blocked", status="5.2.2", reason="552 5.2.2 mailbox full")
    assert post(client, "sendgrid", sendgrid(full)) == 200
    assert [event["kind"] for event in events_of(copy, Name.EMAIL_BOUNCED)] == ["soft"]
    assert suppressed(copy, mail.address) == ""


def test_the_address_is_the_one_that_was_written_to(client: TestClient, copy: Path, mail: Entry) -> None:
    """A forwarded mail bounces elsewhere: that address is nobody's here."""
    assert post(client, "sendgrid", sendgrid(bounced(mail, email="forwarded@elsewhere.example"))) == 200
    assert suppressed(copy, mail.address)
    assert not suppressed(copy, "forwarded@elsewhere.example")


@pytest.mark.parametrize("message_id", ["", "0" * 32, "not ours at all"])
def test_what_is_about_no_mail_of_ours_is_set_aside(
    client: TestClient, copy: Path, mail: Entry, message_id: str
) -> None:
    assert post(client, "sendgrid", sendgrid(bounced(mail, envoi_message=message_id))) == 200
    assert events_of(copy, Name.EMAIL_BOUNCED) == []
    assert len(set_aside(copy, "sendgrid")) == 1
    assert not suppressed(copy, mail.address)


def test_an_event_of_no_meaning_is_set_aside_and_its_neighbours_are_kept(
    client: TestClient, copy: Path, mail: Entry
) -> None:
    odd = {"event": "telepathy", "email": mail.address}
    assert post(client, "sendgrid", sendgrid(odd, bounced(mail))) == 200
    assert set_aside(copy, "sendgrid") == ["no event of SendGrid that has a meaning here: 'telepathy'"]
    assert len(events_of(copy, Name.EMAIL_BOUNCED)) == 1


def test_who_did_not_sign_is_not_heard(client: TestClient, copy: Path, mail: Entry) -> None:
    good = sendgrid(bounced(mail))
    unsigned = Posted(body=good.body)
    changed = Posted(body=good.body.replace(b"5.1.1", b"5.1.2"), headers=good.headers)
    old = sendgrid(bounced(mail), at_s=NOW_S - 3 * 86_400)
    early = sendgrid(bounced(mail), at_s=NOW_S + 86_400)
    assert [post(client, "sendgrid", each) for each in (unsigned, changed, old, early)] == [403] * 4
    assert events_of(copy, Name.EMAIL_BOUNCED) == []
    assert set_aside(copy, "sendgrid") == []


@pytest.mark.parametrize("provider", ["nobody", "ses", "mandrill", "SENDGRID", "../x"])
def test_who_has_no_key_here_is_not_known(client: TestClient, provider: str) -> None:
    assert post(client, provider, Posted(body=b"{}")) == 404


def test_a_look_is_refused(client: TestClient) -> None:
    assert client.get("/webhooks/sendgrid").status_code == 405


def test_a_token_of_mailguns_cannot_be_used_for_anything_else(client: TestClient, copy: Path, mail: Entry) -> None:
    """Its signature does not cover what it tells: who saw one could write another."""

    def told(address: str) -> Posted:
        event = {"event": "complained", "id": address, "recipient": address, "timestamp": NOW_S}
        return signing.mailgun({**event, "user-variables": {"envoi-message": mail.message_id}}, at_s=NOW_S)

    assert post(client, "mailgun", told(mail.address)) == 200
    # The same once more, as after an answer that was lost.
    assert post(client, "mailgun", told(mail.address)) == 200
    assert post(client, "mailgun", told("victim@example.org")) == 406
    assert len(events_of(copy, Name.EMAIL_COMPLAINED)) == 1
    assert suppressed(copy, mail.address).startswith("complaint")


def test_unsubscribing_at_the_provider_is_the_persons_no(client: TestClient, copy: Path, mail: Entry) -> None:
    told = {
        "RecordType": "SubscriptionChange",
        "Recipient": mail.address,
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
        "MessageID": "p-1",
        "Metadata": {"envoi-message": mail.message_id},
    }
    for _ in range(2):
        assert post(client, "postmark", signing.postmark(told)) == 200
    with open_project(copy) as envoi:
        assert not allows(envoi.stores.people.get([mail.person])[mail.person], "newsletter")
    assert [event["source"] for event in events_of(copy, Name.CONSENT_CHANGED)][-1] == "unsubscribed at postmark"


@pytest.mark.parametrize(("asked", "number"), [("opt-in", 0), ("opt-out", 1), ("off", 0)])
def test_openings_are_kept_of_those_who_agreed(
    client: TestClient, copy: Path, mail: Entry, asked: str, number: int
) -> None:
    """This person was never asked."""
    file = copy / "envoi.toml"
    file.write_text(f'{file.read_text(encoding="utf-8")}\n[tracking]\nopens = "{asked}"\n', encoding="utf-8")
    opened = {"event": "open", "email": mail.address, "sg_event_id": "o1", "timestamp": NOW_S, "sg_machine_open": True}
    assert post(client, "sendgrid", sendgrid({**opened, "envoi_message": mail.message_id})) == 200
    machine = {"machine": True, "why_machine": "SendGrid says that a machine opened it"}
    assert [machine.items() <= event.items() for event in events_of(copy, Name.EMAIL_OPENED)] == [True] * number


def test_a_body_that_is_no_json_is_set_aside(client: TestClient, copy: Path) -> None:
    posted = signing.sendgrid("x", at_s=NOW_S)
    assert post(client, "sendgrid", posted) == 200
    assert set_aside(copy, "sendgrid") == ["no list of events"]


def test_while_the_log_is_locked_providers_are_asked_to_come_again(
    client: TestClient, copy: Path, mail: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("envoi.adapters.database.BUSY_S", 0.01)
    with closing(open_database(copy / ".envoi" / "envoi.sqlite")) as held:
        held.execute("BEGIN IMMEDIATE")
        answer = client.post("/webhooks/sendgrid", **_request(sendgrid(bounced(mail))))
        held.execute("ROLLBACK")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert post(client, "sendgrid", sendgrid(bounced(mail))) == 200
    assert len(events_of(copy, Name.EMAIL_BOUNCED)) == 1


def _request(posted: Posted) -> dict[str, Any]:
    return {"content": posted.body, "headers": dict(posted.headers)}


def test_a_suppressed_address_gets_no_mail_of_the_next_campaign(client: TestClient, copy: Path) -> None:
    """All the way: a bounce, and a campaign that is half sent."""
    with open_letterbox(copy) as box:
        (waiting, *_) = box.statement.entries("half", state=State.PLANNED)
        first = next(iter(box.statement.entries("hello", person=waiting.person)))
    assert first.message_id
    told = bounced(first, envoi_message=first.message_id)
    assert post(client, "sendgrid", sendgrid(told)) == 200
    with open_project(copy) as envoi:
        envoi.send("half")
        after = next(iter(envoi.stores.statement.entries("half", person=waiting.person)))
    assert after.state is State.SKIPPED
    assert after.reason.startswith("hard bounce")


def test_what_was_told_before_the_ledger_knew_is_taken_in_later(client: TestClient, copy: Path) -> None:
    """As after a crash while the mail was handed over: the provider knows of it before we do."""
    with open_letterbox(copy) as box:
        (waiting, *_) = box.statement.entries("half", state=State.PLANNED)
    told = {"event": "delivered", "email": waiting.address, "sg_event_id": "d1", "timestamp": NOW_S}
    assert post(client, "sendgrid", sendgrid({**told, "envoi_message": waiting.message_id})) == 200
    assert take_in_set_aside(copy) == Count()
    with open_project(copy) as envoi:
        envoi.send("half")
    assert take_in_set_aside(copy) == Count(events=1)
    assert take_in_set_aside(copy) == Count(ignored=1)
    assert [event["message_id"] for event in events_of(copy, Name.EMAIL_DELIVERED)] == [waiting.message_id]
    assert len(set_aside(copy, "sendgrid")) == 1
