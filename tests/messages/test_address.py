from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

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


HOSTS = ["example.org", "Example.ORG", "exämple.org", "a.test", "x..org", "xn--e.org", "-a.org", "a", "[1.2.3.4]", ""]


@given(st.text("aZ9.+_-'@ é\"", max_size=70), st.sampled_from(HOSTS) | st.text("ab-.xn", max_size=260))
@example("a" * 64, "example.org")
@example("a" * 60, "b" * 63 + "." + "c" * 63 + "." + "d" * 61 + ".org")
@example("a" * 64, "b" * 63 + "." + "c" * 63 + "." + "d" * 58 + ".org")
def test_the_short_way_for_plain_addresses_is_that_of_the_library(local: str, host: str) -> None:
    text = f"{local}@{host}"
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        with pytest.raises(DataError):
            check_address(text)
    else:
        assert check_address(text) == (found.ascii_email or found.normalized)
