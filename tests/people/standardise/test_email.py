from __future__ import annotations

import json
from pathlib import Path

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from envoi.people.standardise.email import email, mailbox

#: The strict mailbox, as the module says: what isemail calls valid, but for what its DNS would say.
ACCEPTED = ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")
LABELS = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True) | st.sampled_from(["xn--abc", "a--b", "test", "local", "com"])
ADDRESSES = st.builds(
    lambda local, labels: f"{local}@{'.'.join(labels)}",
    st.from_regex(r"[A-Za-z0-9._+'-]{1,66}", fullmatch=True),
    st.lists(LABELS, min_size=1, max_size=4),
)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("anna@example.org", "anna@example.org", ""),
        ("  Anna+shop@Example.ORG\t", "Anna+shop@example.org", ""),
        ("mailto:anna@example.org", "anna@example.org", ""),
        ("anna@ex\u00e4mple.org", "anna@xn--exmple-cua.org", ""),
        ("INFO@example.org", "INFO@example.org", "role"),
        ("no-reply+42@example.org", "no-reply+42@example.org", "role"),
        ("anna@mailinator.com", "anna@mailinator.com", "disposable"),
        ("anna@box7.mailinator.com", "anna@box7.mailinator.com", "disposable"),
    ],
)
def test_an_address_has_one_form(text: str, value: str, kind: str) -> None:
    clean = email(text)
    assert (clean.value, clean.parts["kind"]) == (value, kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "anna@example.test",
        "a b@example.org",
        "\nanna@example.org",
        '"anna"@example.org',
        "anna@[127.0.0.1]",
        f"{'a' * 65}@example.org",
        "anna..lee@example.org",
    ],
)
def test_what_is_no_mailbox_says_why(text: str) -> None:
    assert email(text).fault.startswith("is no e-mail address: ")


def test_a_project_names_further_offices_and_makers() -> None:
    assert email("kasse@example.org", roles={"kasse"}).parts["kind"] == "role"
    assert email("anna@away.example", disposable={"away.example"}).parts["kind"] == "disposable"


@given(address=ADDRESSES)
@example(address="a@b-.org")
@example(address=f"a@{'b' * 64}.org")
@example(address=f"a@{'b.' * 125}org")
@example(address="a@b.c")
def test_the_quick_way_says_what_the_library_says(address: str) -> None:
    try:
        found = validate_email(address, check_deliverability=False, strict=True, allow_smtputf8=False)
        said = found.ascii_email or found.normalized
    except EmailNotValidError:
        said = ""
    try:
        ours = mailbox(address)
    except EmailNotValidError:
        ours = ""
    assert ours == said


def test_isemail(envoi_data: Path) -> None:
    cases = json.loads((envoi_data / "isemail" / "isemail_dev.json").read_text())
    wrong = []
    for case in cases:
        try:
            is_mailbox = bool(mailbox(case["address_decoded"]))
        except EmailNotValidError:
            is_mailbox = False
        if is_mailbox != (case["category"] in ACCEPTED):
            wrong.append(case["address"])
    # test@io, of the whole set: a host that is a top-level domain takes no mail.
    assert len(wrong) <= 1
