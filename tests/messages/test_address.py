from __future__ import annotations

import pytest

from envoi.errors import DataError
from envoi.messages.address import Mailbox, check_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna+shop@Example.ORG\n", "Anna+shop@example.org"),
        ("anna@exämple.org", "anna@xn--exmple-cua.org"),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert check_address(text) == address
    assert check_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "anna lee@example.org",
        "anna@example.org, bo@example.org",
        "anna@example.org\r\nBcc: bo@example.org",
        "anna@exam\nple.org",
        "ännä@example.org",
        '"anna"@example.org',
        "anna@[127.0.0.1]",
        f"{'a' * 65}@example.org",
        "anna..lee@example.org",
    ],
)
def test_what_no_server_takes_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is not an e-mail address"):
        check_address(text)


def test_a_mailbox_knows_its_host() -> None:
    assert Mailbox(address="a@mail.example.org").domain == "mail.example.org"
