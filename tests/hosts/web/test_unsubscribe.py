"""Looking at an unsubscribe link changes nothing; posting to it does, once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.events.event import PersonId
from envoi.flow import Run, send
from envoi.hosts.inbox import take_in_mails
from envoi.hosts.local import open_project
from envoi.messages.delivery import Worker
from envoi.messages.ledger import State
from envoi.people.consent import allows
from tests.hosts.web.tracked import mail_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from starlette.testclient import TestClient

    from envoi.messages.ledger import Entry

ADA = PersonId("2")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link_of(root: Path) -> str:
    with open_project(root, read_only=True) as envoi:
        return envoi.links.unsubscribe(ADA, purpose="newsletter", campaign="hello").removeprefix(envoi.links.base)


def log_and_consent(root: Path) -> tuple[int, bool]:
    with open_project(root) as envoi:
        return envoi.stores.log.position(), allows(envoi.stores.people.get([ADA])[ADA], "newsletter")


def test_looking_changes_nothing(copy: Path, client_of: Callable[..., TestClient]) -> None:
    link, before = link_of(copy), log_and_consent(copy)
    with client_of(copy) as client:
        for answer in (client.get(link), client.head(link), client.get(link)):
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
        assert "2@example.org" not in client.get(link).text
        assert "Chloé" not in client.get(link).text
    assert log_and_consent(copy) == before
    assert before[1]


@pytest.mark.parametrize("body", [ONE_CLICK, {}, {"anything": "else"}])
def test_posting_ends_the_purpose_once(copy: Path, client_of: Callable[..., TestClient], body: dict[str, str]) -> None:
    link, (position, _) = link_of(copy), log_and_consent(copy)
    with client_of(copy) as client:
        # As mail programs do it: no cookie, no page before, and more than once.
        for _ in range(3):
            answer = client.post(link, data=body, follow_redirects=False)
            assert answer.status_code == 200
            assert "You are unsubscribed." in answer.text
        person = client.get("/people/2").text
    assert log_and_consent(copy) == (position + 1, False)
    assert "unsubscribe link" in person


def test_every_wrong_link_gets_the_same_answer(shop: Path, client_of: Callable[..., TestClient]) -> None:
    token = link_of(shop).rpartition("/")[2]
    flipped = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    wrong = [flipped, token[:-1], token + "A", "x", "a/b/c", "%00", "é", "." * 300, token[::-1]]
    with client_of(shop) as client:
        answers = {
            (answer.status_code, answer.text)
            for each in wrong
            for answer in (client.get(f"/unsubscribe/{each}"), client.post(f"/unsubscribe/{each}", data=ONE_CLICK))
        }
        assert client.get(f"/unsubscribe/{token}").status_code == 200
    assert len(answers) == 1
    assert {status for status, _ in answers} == {404}


def test_a_public_link_is_answered_under_any_name(shop: Path, client_of: Callable[..., TestClient]) -> None:
    link = link_of(shop)
    with client_of(shop) as client:
        answer = client.get(link, headers={"host": "mail.shop.example"})
        style = client.get("/static/envoi.css", headers={"host": "mail.shop.example"})
    assert (answer.status_code, style.status_code) == (200, 200)
    assert "/people" not in answer.text
    assert "noindex" in answer.text


def test_a_mistake_that_is_no_business_of_the_persons_is_not_in_their_way(
    copy: Path, client_of: Callable[..., TestClient]
) -> None:
    link, segment = link_of(copy), copy / "segments" / "recent.toml"
    was = segment.read_text(encoding="utf-8")
    segment.write_text("condition = 3", encoding="utf-8")
    with client_of(copy) as client:
        assert (client.get(link).status_code, client.post(link, data=ONE_CLICK).status_code) == (200, 200)
    segment.write_text(was, encoding="utf-8")
    assert not log_and_consent(copy)[1]


def test_who_withdraws_while_a_campaign_is_being_sent_waits_for_nothing_and_gets_nothing(
    copy: Path, client_of: Callable[..., TestClient]
) -> None:
    mailer = MemoryMailer(places=1)
    with client_of(copy) as client, open_project(copy) as envoi:
        # The sender has history open, and nobody else may.
        *_, last = envoi.stores.statement.entries("half", state=State.PLANNED)
        link = envoi.links.unsubscribe(last.person, purpose="newsletter", campaign="half")
        answers: list[int] = []

        def withdraw(_: Sequence[Entry]) -> None:
            if not answers:
                answers.append(client.post(link.removeprefix(envoi.links.base), data=ONE_CLICK).status_code)

        run = Run(mailer=mailer, clock=envoi.clock, worker=Worker(name="local", batch=1), on_settled=withdraw)
        send(envoi.press("half"), envoi.stores, run)
        (after,) = envoi.stores.statement.entries("half", person=last.person)
    assert answers == [200]
    assert (after.state, after.reason) == (State.SKIPPED, "consent withdrawn")
    assert len(mailer.sent) > 1


def test_a_project_with_mistakes_says_try_again_and_nothing_else(
    copy: Path, client_of: Callable[..., TestClient]
) -> None:
    link = link_of(copy)
    (copy / "envoi.toml").write_text("name = 3", encoding="utf-8")
    with client_of(copy) as client:
        for answer in (client.get(link), client.post(link, data=ONE_CLICK)):
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "30"
            assert "envoi.toml" not in answer.text


def test_a_body_too_large_is_refused(shop: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(shop) as client:
        assert client.post("/unsubscribe/x", content=b"x" * 100_000).status_code in {404, 413}


def test_a_mail_to_the_address_in_the_head_ends_the_purpose_too(counting: Path, tmp_path: Path) -> None:
    head = str(mail_of(counting, "2")["List-Unsubscribe"])
    (address,) = re.findall(r"<mailto:([^?>]+)\?subject=unsubscribe>", head)
    letter = tmp_path / "letter.eml"
    letter.write_text(f"From: ada@example.org\nTo: {address.upper()}\nSubject: no more\n\nThanks!\n", encoding="utf-8")
    for events in (1, 0):
        assert take_in_mails(counting, [str(letter)]).events == events
    assert not log_and_consent(counting)[1]
