"""What we sign, dkimpy verifies, whatever the mail says; what is changed on the way, it does not."""

from __future__ import annotations

import re
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envoi.errors import ProjectError
from envoi.messages.address import Mailbox
from envoi.messages.dkim import Key, Signer, read_key, signatures, written
from envoi.messages.mime import to_bytes
from tests.messages.plain import LINES, PLAIN, TEXTS

RSA = Signer(domain="example.org", selector="s1", key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
ED25519 = Signer(domain="example.org", selector="e1", key=ed25519.Ed25519PrivateKey.generate())
SIGNERS = [[RSA], [ED25519], [RSA, ED25519]]
MESSAGE = replace(
    PLAIN,
    unsubscribe_mailto="leave+1@example.org?subject=unsubscribe",
    feedback_id="weekly:shop:marketing:envoi",
)


def verified(data: bytes, signers: list[Signer]) -> list[bool]:
    """What dkimpy says to each signature, the keys published as we say they are to be."""
    records = {f"{signer.record_name}.".encode(): signer.record.encode() for signer in signers}

    def look_up(name: bytes, timeout: int = 0) -> bytes | None:
        assert timeout
        return records.get(name)

    def is_good(number: int) -> bool:
        try:
            return bool(dkim.DKIM(data).verify(idx=number, dnsfunc=look_up))
        except dkim.ValidationError:
            return False

    return [is_good(number) for number in range(len(signers))]


@pytest.mark.parametrize("signers", SIGNERS)
@settings(max_examples=40)
@given(LINES, LINES, TEXTS, TEXTS)
@example("Ünal " * 30, "Grüße, " * 30, "", "")
@example("", "a  b", "\r\n\r\n", "line\n.\n\n\n")
def test_dkimpy_verifies_what_we_sign(signers: list[Signer], name: str, subject: str, text: str, html: str) -> None:
    message = replace(MESSAGE, to=Mailbox(name=name, address="a@example.org"), subject=subject, text=text, html=html)
    data = to_bytes(message, signers=signers)
    assert verified(data, signers) == [True] * len(signers)
    assert data.endswith(to_bytes(message))
    assert all(len(line) <= 130 for line in data.split(b"\r\n"))


_FIELD = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)
_FOLDED = st.lists(_FIELD.map(str.strip).filter(bool), min_size=1, max_size=3).map("\r\n \t".join)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["From", "To", "Subject", "X-Shop", "List-Id"]), _FOLDED), st.binary())
@example({}, b"")
@example({"Subject": "a \t b\r\n  c"}, b"\r\n\r\n")
@example({}, b"a\r\n\r\n\r\n")
@example({}, b"no end")
def test_any_head_and_body_are_made_canonical_as_dkimpy_does(fields: dict[str, str], octets: bytes) -> None:
    head = written({"From": "a@example.org", **fields}.items())
    body = re.sub(rb"\r\n|\r|\n", b"\r\n", octets)
    data = f"{signatures(head, body, [RSA])}{head.text}\r\n".encode() + body
    assert verified(data, [RSA]) == [True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Your picks", b"Subject: Her picks"),
        (b"<p>Hello</p>", b"<p>Hullo</p>"),
        (b"List-Unsubscribe: <https://example.org", b"List-Unsubscribe: <https://example.net"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"From: ", b"From: eve@example.org\r\nFrom: "),
        (b"Subject: ", b"Subject: Another\r\nSubject: "),
        (b"To: ", b"Reply-To: eve@example.org\r\nTo: "),
    ],
)
@pytest.mark.parametrize("signer", [RSA, ED25519])
def test_what_is_changed_on_the_way_is_not_verified(signer: Signer, old: bytes, new: bytes) -> None:
    data = bytes(to_bytes(MESSAGE, signers=[signer]))
    assert old in data
    assert verified(data.replace(old, new, 1), [signer]) == [False]


def test_folding_anew_on_the_way_changes_nothing() -> None:
    data = to_bytes(MESSAGE, signers=[RSA, ED25519])
    folded = data.replace(b"\r\nSubject: Your picks", b"\r\nSUBJECT:   Your\r\n\tpicks  ")
    assert verified(folded, [RSA, ED25519]) == [True, True]


def test_what_ends_the_mails_is_signed_and_nothing_says_how_long_the_body_is() -> None:
    tags = to_bytes(MESSAGE, signers=[RSA]).partition(b"bh=")[0].decode().replace("\r\n", "")
    signed = re.sub(r"\s", "", tags.partition("h=")[2]).rstrip(";").split(":")
    assert {"List-Unsubscribe", "List-Unsubscribe-Post", "From", "Date", "Message-ID", "Feedback-ID"} <= set(signed)
    assert [signed.count(name) for name in ("From", "Subject", "Reply-To")] == [2, 2, 1]
    assert not re.search(r"\bl=", tags)


@pytest.mark.parametrize("signers", SIGNERS)
def test_equal_messages_have_equal_signatures(signers: list[Signer]) -> None:
    assert to_bytes(MESSAGE, signers=signers) == to_bytes(replace(MESSAGE), signers=signers)


def pem(key: Key | ec.EllipticCurvePrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


@pytest.mark.parametrize("signer", [RSA, ED25519])
def test_a_key_is_read_from_its_file(signer: Signer) -> None:
    assert replace(signer, key=read_key(pem(signer.key))).record == signer.record


def test_a_key_as_older_openssl_writes_it_is_read() -> None:
    assert isinstance(read_key(pem(RSA.key, PrivateFormat.TraditionalOpenSSL)), rsa.RSAPrivateKey)


@pytest.mark.parametrize("text", [b"", b"secret", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_what_is_no_key_for_dkim_is_refused(text: bytes) -> None:
    with pytest.raises(ProjectError) as refused:
        read_key(text)
    assert "openssl genrsa" in refused.value.hint


@pytest.mark.parametrize(
    ("domain", "selector"), [("", "s1"), ("example.org", "s 1"), ("a;d=b.org", "s"), ("a", "s\r\n")]
)
def test_a_tag_cannot_make_another(domain: str, selector: str) -> None:
    with pytest.raises(ProjectError, match="for DKIM"):
        Signer(domain=domain, selector=selector, key=ED25519.key)
