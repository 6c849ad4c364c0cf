"""Signing up: asked once, confirmed from the mailbox by a button, and nobody learns who is known."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import SMTP
from html import unescape
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.errors import Unreachable
from envoi.events.event import Name, PersonId
from envoi.hosts.folder import secret
from envoi.hosts.local import open_project
from envoi.hosts.web.letters import handed_over
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Outgoing
from envoi.messages.suppression import by_hand, key_of
from envoi.people.consent import allows
from tests.hosts.web.shop import NOW
from tests.hosts.web.tracked import heard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

FORM = """
[sign_up]
purposes = ["newsletter", "surveys"]
wording = "Yes, write to me; I can leave at any time."
most_per_hour = 2
"""
#: Of the shop, who got mail already; and somebody nobody knows.
KNOWN, NEW = "3@example.org", "new@example.org"
DATA = {"email": NEW, "purpose": ["newsletter"], "website": ""}


@pytest.fixture
def asking(counting: Path) -> Path:
    file = counting / "envoi.toml"
    file.write_text(file.read_text(encoding="utf-8") + FORM, encoding="utf-8")
    for mail in (counting / ".envoi" / "mail").iterdir():
        mail.unlink()
    return counting


def letters(root: Path) -> list[tuple[str, str]]:
    """To whom a mail went, and the path of the link in it."""
    found = []
    for path in sorted((root / ".envoi" / "mail").iterdir()):
        mail = BytesParser(policy=SMTP).parsebytes(path.read_bytes())
        part = mail.get_body(("html",))
        link = re.findall(r'href="https://mail\.example\.org(/confirm/[^"]+)"', str(part.get_content()) if part else "")
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"] is None
        found.append((str(mail["To"]), unescape(link[0])))
    return found


def asked(root: Path, client_of: Callable[..., TestClient], **more: object) -> str:
    """The link in the mail that a new address was asked by."""
    with client_of(root) as client:
        assert client.post("/sign-up", data={**DATA, **more}).status_code == 200
    return letters(root)[-1][1]


def words(root: Path) -> list[tuple[object, ...]]:
    told = [each for each in heard(root, Name.CONSENT_CHANGED) if each.source == "envoi"]
    return [(each.props["purpose"], each.props["granted"], each.props["method"]) for each in told]


def is_open(root: Path, purpose: str = "newsletter", person: str = f"email:{NEW}") -> bool:
    with open_project(root) as envoi:
        return allows(envoi.stores.people.get([PersonId(person)])[PersonId(person)], purpose)


def test_without_a_form_in_the_project_there_is_none(counting_shop: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(counting_shop) as client:
        assert client.get("/sign-up").status_code == client.post("/sign-up", data=DATA).status_code == 404


def test_asked_by_mail_and_confirmed_by_a_button(asking: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(asking) as client:
        assert "Yes, write to me; I can leave at any time." in client.get("/sign-up").text
        answer = client.post("/sign-up", data=DATA)
        assert "look into your mailbox" in answer.text
        assert "set-cookie" not in answer.headers
    ((to, link),) = letters(asking)
    assert to == NEW
    (question,) = heard(asking, Name.CONSENT_ASKED)
    assert (question.keys, question.props["purposes"]) == ({"email": NEW}, ["newsletter"])
    (sent,) = [each for each in heard(asking, Name.EMAIL_SENT) if each.props["campaign"] == "sign up"]
    assert sent.props["state"] == "accepted"
    # Neither the question nor looking at the page is a yes.
    with client_of(asking) as client:
        for method in ("GET", "HEAD", "GET"):
            assert client.request(method, link).status_code == 200
        assert words(asking) == []
        assert not is_open(asking)
        assert "Thank you." in client.post(link).text
        assert "This was confirmed before." in client.post(link).text
        assert "This was confirmed before." in client.get(link).text
    assert words(asking) == [("newsletter", True, "double opt-in")]
    assert is_open(asking)
    assert not is_open(asking, "surveys")
    (yes,) = [each for each in heard(asking, Name.CONSENT_CHANGED) if each.source == "envoi"]
    assert yes.props["wording"] == "Yes, write to me; I can leave at any time."
    assert isinstance(yes.props["proof"], dict)
    assert set(yes.props["proof"]) == {"question", "asked_at", "request"}


def test_a_later_no_stands_whatever_the_link_is_used_for(asking: Path, client_of: Callable[..., TestClient]) -> None:
    link = asked(asking, client_of)
    with client_of(asking) as client:
        client.post(link)
        with open_project(asking) as envoi:
            token = envoi.links.token(PersonId(f"email:{NEW}"), purpose="newsletter", campaign="hello")
        assert client.post(f"/unsubscribe/{token}").status_code == 200
        assert "This was confirmed before." in client.post(link).text
    assert words(asking) == [("newsletter", True, "double opt-in"), ("newsletter", False, "one-click")]
    assert not is_open(asking)


def test_an_expired_link_says_so_and_changes_nothing(asking: Path, client_of: Callable[..., TestClient]) -> None:
    link = asked(asking, client_of)
    file = asking / "envoi.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("2024-05-01T09:00:00Z", "2024-05-03T09:00:01Z"))
    with client_of(asking) as client:
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == 410
            assert "This link has expired." in answer.text
    assert words(asking) == []


def test_nobody_learns_who_is_known(asking: Path, client_of: Callable[..., TestClient]) -> None:
    with open_project(asking) as envoi:
        key = key_of("bounced@example.org", secret(asking))
        envoi.suppressions.add([by_hand(key, at=NOW, who="Ada", why="it bounced")])
    with client_of(asking) as client:
        answers = [
            client.post("/sign-up", data={**DATA, "email": address}) for address in (NEW, KNOWN, "bounced@example.org")
        ]
        trapped = client.post("/sign-up", data={**DATA, "email": "bot@example.org", "website": "https://spam.example"})
        again = [client.post("/sign-up", data=DATA) for _ in range(4)]
    assert {(answer.status_code, answer.text) for answer in (*answers, trapped, *again)} == {(200, answers[0].text)}
    # At most two an hour, none to a program, and none to where mail does not go.
    assert sorted(to for to, _ in letters(asking)) == [KNOWN, NEW, NEW]
    assert len(heard(asking, Name.CONSENT_ASKED)) == 4


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "no address", "purpose": "newsletter"}, "look at the address again"),
        ({"email": "", "purpose": "newsletter"}, "look at the address again"),
        ({"email": NEW}, "choose at least one"),
        ({"email": NEW, "purpose": "profiling"}, "choose at least one"),
        ({"email": f"{NEW}\r\nBcc: x@example.org", "purpose": "newsletter"}, "look at the address again"),
    ],
)
def test_what_cannot_be_asked_is_told(
    asking: Path, client_of: Callable[..., TestClient], fields: dict[str, str], told: str
) -> None:
    with client_of(asking) as client:
        answer = client.post("/sign-up", data=fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert heard(asking, Name.CONSENT_ASKED) == []


def test_a_wrong_link_is_refused_like_every_other(asking: Path, client_of: Callable[..., TestClient]) -> None:
    link = asked(asking, client_of)
    with open_project(asking) as envoi:
        other = envoi.links.token(PersonId("3"), purpose="newsletter", campaign="hello")
        made_up = envoi.links.keys.sealed("confirm", b"asked:0:0:0")
    with client_of(asking) as client:
        wrong = (link[:-1], link + "A", f"/confirm/{other}", f"/confirm/{made_up}", "/confirm/")
        answers = [client.request(method, path) for path in wrong for method in ("GET", "POST")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert words(asking) == []


MAIL = Outgoing(message_id="m1", sender="shop@example.org", recipient=NEW, data=b"hello")


@pytest.mark.parametrize(
    ("receipt", "state"),
    [
        (Receipt(state=State.ACCEPTED), State.ACCEPTED),
        (Receipt(state=State.REJECTED, reason="550 no"), State.REJECTED),
        (Unreachable("gone"), State.DEFERRED),
    ],
)
def test_a_mail_is_let_go_once_and_its_end_is_known(receipt: Receipt | Unreachable, state: State) -> None:
    def answer(_: Outgoing) -> Receipt:
        if isinstance(receipt, Unreachable):
            raise receipt
        return receipt

    mailer = MemoryMailer(answer)
    assert handed_over(mailer, MAIL, patience_s=5).state is state
    assert mailer.sent == [MAIL] * (state is State.ACCEPTED)
