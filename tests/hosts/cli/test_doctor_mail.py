"""`envoi doctor` on the mail server and the sender's domain: a DNS of our own, and servers on this machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from envoi.errors import EnvoiError, ProjectError
from envoi.hosts.cli.doctor_mail import mail_looks
from envoi.hosts.signing import signers_of
from envoi.hosts.surroundings import MAIL_URL, settings_alone
from envoi.messages.published import LookUp
from tests.faults.smtp_server import Behaviour, FaultServer
from tests.hosts.cli.conftest import Run

DKIM = '[[dkim]]\ndomain = "example.org"\nselector = "{0}"\nkey = "{0}.pem"\n'
#: Nobody is asked there, and nothing is sent: it only is elsewhere.
ELSEWHERE = "smtp://mail.example.org"


def nobody(name: str) -> list[str]:
    raise AssertionError(f"asked for {name}")


def look(root: Path, what: str, look_up: LookUp = nobody) -> str:
    return mail_looks(look_up)[what](root)


def sign(root: Path, *names: str) -> None:
    """Has mails signed: by RSA, or by Ed25519 if the name begins with an e."""
    for name in names:
        key = Ed25519PrivateKey.generate() if name[0] == "e" else rsa.generate_private_key(65537, 2048)
        path = root / f"{name}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
    main = root / "envoi.toml"
    main.write_text(main.read_text() + "\n" + "".join(DKIM.format(name) for name in names))


def test_what_is_sent_is_signed_with_what_is_published(envoi: Run, shop: Path) -> None:
    sign(shop, "s1", "e1")
    assert envoi("send", "come-back", "--json", "--project", shop).code == 0
    mails = [path.read_bytes() for path in shop.glob(".envoi/mail/*.eml")]
    assert len(mails) == 4
    look_up = published(shop)

    def as_dkimpy_asks(name: bytes, timeout: int = 0) -> bytes:
        assert timeout
        return look_up(name.decode().rstrip("."))[0].encode()

    for data in mails:
        assert [dkim.DKIM(data).verify(idx=n, dnsfunc=as_dkimpy_asks) for n in (0, 1)] == [True, True]
        assert message_from_bytes(data)["From"].endswith("example.org>")


def published(root: Path) -> LookUp:
    records = {signer.record_name: [signer.record] for signer in signers_of(root, settings_alone(root))}
    return lambda name: records.get(name, [])


@pytest.mark.parametrize("what", ["tls", "time", "spf", "dmarc", "dkim"])
def test_a_project_that_sends_to_a_folder_asks_nobody(shop: Path, what: str) -> None:
    assert look(shop, what).startswith("not checked: ")


def test_what_is_signed_with_is_held_against_the_dns(shop: Path) -> None:
    sign(shop, "s1", "e1")
    assert look(shop, "dkim", published(shop)) == (
        "rsa-sha256 at s1._domainkey.example.org; ed25519-sha256 at e1._domainkey.example.org"
    )
    with pytest.raises(ProjectError) as refused:
        look(shop, "dkim", lambda _: [])
    assert "k=rsa; p=MI" in refused.value.hint


def test_ed25519_alone_is_not_enough(shop: Path) -> None:
    sign(shop, "e1")
    with pytest.raises(ProjectError, match="alone"):
        look(shop, "dkim", published(shop))


def test_a_key_that_others_may_read_is_no_secret(shop: Path) -> None:
    sign(shop, "s1")
    (shop / "s1.pem").chmod(0o644)
    with pytest.raises(ProjectError, match="others may read"):
        look(shop, "dkim", published(shop))


def test_a_key_that_is_not_there_is_said_to_be(shop: Path) -> None:
    sign(shop, "s1")
    (shop / "s1.pem").unlink()
    with pytest.raises(ProjectError, match="cannot be read"):
        look(shop, "dkim")


def test_a_domain_is_asked_when_mail_leaves_this_machine(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAIL_URL, ELSEWHERE)
    assert look(shop, "spf", lambda _: ["v=spf1 mx -all"]).endswith(": v=spf1 mx -all")
    assert look(shop, "dmarc", lambda _: ["v=DMARC1; p=reject"]).endswith(": p=reject")
    assert "not signed here" in look(shop, "dkim")
    with pytest.raises(ProjectError, match="DMARC"):
        look(shop, "dmarc", lambda _: [])


def test_a_server_here_may_pass_mail_on_if_it_is_signed(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAIL_URL, "smtp://127.0.0.1:9")
    assert look(shop, "spf").startswith("not checked")
    sign(shop, "s1")
    with pytest.raises(ProjectError, match="does not say who may send"):
        look(shop, "spf", lambda _: [])


def test_a_server_that_makes_mail_slow_is_said_to(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(Behaviour(extensions=())) as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        assert "four round trips" in look(shop, "mail")


def test_mail_in_clear_is_said_to_be(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        assert look(shop, "tls") == "not encrypted, on its way within this machine"
        monkeypatch.setenv(MAIL_URL, f"smtp://0.0.0.0:{server.port}")
        with pytest.raises(ProjectError, match="in clear"):
            look(shop, "tls")


def test_a_server_that_says_what_time_it_is_shows_a_clock_that_is_off(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for off, is_well in ((timedelta(), True), (timedelta(hours=1), False)):
        banner = f"220 mail ESMTP ready; {format_datetime(now + off)}"
        with FaultServer(Behaviour(banner=banner)) as server:
            monkeypatch.setenv(MAIL_URL, server.url)
            if is_well:
                assert look(shop, "time").startswith("within 60 s")
            else:
                with pytest.raises(EnvoiError, match=r"3,[56]\d\d s apart"):
                    look(shop, "time")


@pytest.mark.parametrize("banner", ["220 ready", "220 ready; today", "220 ready; Sun, 22 Nov 2026 06:00:00"])
def test_a_server_that_does_not_say_the_time_is_not_believed_to(
    shop: Path, monkeypatch: pytest.MonkeyPatch, banner: str
) -> None:
    with FaultServer(Behaviour(banner=banner)) as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        assert look(shop, "time").startswith("not checked")


def test_a_domain_that_is_not_confirmed_is_said_to_keep_mail_here(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(shop, "sandbox") == "on: mail stays on this machine"
    monkeypatch.setenv(MAIL_URL, ELSEWHERE)
    with pytest.raises(ProjectError, match="is not confirmed") as refused:
        look(shop, "sandbox")
    main = shop / "envoi.toml"
    line = refused.value.hint.partition("write ")[2].partition(" under [mail]")[0]
    text = main.read_text(encoding="utf-8")
    # What it says to write is what helps.
    main.write_text(text.replace("[mail]\n", f"[mail]\n{line}\n"), encoding="utf-8")
    assert look(shop, "sandbox").startswith("off: mail from shop.example.org goes out through ")
