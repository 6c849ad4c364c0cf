"""`envoi inbox` and `envoi suppressions`: what came back as mail is read once, and a person has the last word."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.hosts.surroundings import links_of, settings_alone
from envoi.messages.ledger import Entry, State
from envoi.messages.return_path import return_path
from tests.hosts.cli.conftest import Run
from tests.messages.test_returned_feedback import bounce


@pytest.fixture
def sent(envoi: Run, shop: Path) -> Entry:
    """A mail that was sent, from a shop to which mails come back."""
    file = shop / "envoi.toml"
    text = file.read_text(encoding="utf-8")
    assert "[mail]\n" in text
    file.write_text(text.replace("[mail]\n", '[mail]\nbounce_address = "bounces@shop.example"\n', 1), encoding="utf-8")
    assert envoi("send", "come-back", "--project", shop).code == 0
    with closing(open_database(shop / ".envoi" / "envoi.sqlite")) as connection:
        return next(iter(SqliteLedger(connection).entries("come-back", state=State.ACCEPTED)))


@pytest.fixture
def maildir(shop: Path, sent: Entry, tmp_path: Path) -> Path:
    """A bounce of it, the same again, a forged one, and an automatic answer."""
    links = links_of(shop, settings_alone(shop))
    address = return_path(links.keys, sent.message_id, "bounces@shop.example")
    folder = tmp_path / "Maildir" / "new"
    folder.mkdir(parents=True)
    (folder / "1").write_bytes(bounce(address))
    (folder / "2").write_bytes(bounce(address))
    (folder / "3").write_bytes(bounce("bounces+forged@shop.example", message_id=sent.message_id))
    (folder / "4").write_bytes(b"To: " + address.encode() + b"\nAuto-Submitted: auto-replied\n\nAway")
    return folder.parent


def test_bounces_are_taken_in_once(envoi: Run, shop: Path, maildir: Path) -> None:
    first = envoi("inbox", maildir, "--project", shop, "--json").answer
    assert first == {"read": 4, "events": 1, "set_aside": 1, "ignored": 2}
    again = envoi("inbox", maildir, "--project", shop)
    assert again.out == (
        "4 mails read: 0 new bounces, complaints and wishes, 1 set aside, 3 known before or of no meaning\n"
    )


def test_a_file_that_is_not_there(envoi: Run, shop: Path) -> None:
    ran = envoi("inbox", "nowhere", "--project", shop)
    assert ran.code == 1
    assert "no file or folder nowhere" in ran.err


def test_a_suppressed_address_is_shown_and_lifted_by_hand(envoi: Run, shop: Path, maildir: Path, sent: Entry) -> None:
    def told(*arguments: str) -> str:
        ran = envoi("suppressions", *arguments, "--project", shop)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    assert told() == "0 addresses that mail does not go to\n"
    envoi("inbox", maildir, "--project", shop)
    assert told().startswith("1 address that mail does not go to\n")
    assert sent.address not in told()
    assert f"{sent.address}: hard bounce: 5.1.1" in told(sent.address)
    assert told("nobody@example.org") == "nobody@example.org: nothing speaks against writing to it\n"
    lifted = told(sent.address, "--lift", "she wrote that it works")
    assert f"{sent.address}: mail goes to it" in lifted
    assert "she wrote that it works" in lifted
    # What came in before says nothing new.
    envoi("inbox", maildir, "--project", shop)
    assert told() == "0 addresses that mail does not go to\n"
    assert "asked by phone" in told(sent.address, "--suppress", "asked by phone")


@pytest.mark.parametrize("arguments", [["--lift", "x"], ["a@example.org", "--lift", "x", "--suppress", "y"]])
def test_a_word_is_on_one_address_and_one_word(envoi: Run, shop: Path, arguments: list[str]) -> None:
    assert envoi("suppressions", *arguments, "--project", shop).code == 2
