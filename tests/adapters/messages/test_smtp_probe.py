"""A connection is encrypted as the project asks, a password is told to nobody else, and a refusal says what to mend."""

from __future__ import annotations

import ssl
from base64 import b64encode
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import Server, Tls, parse_server
from envoi.adapters.messages.smtp_patience import Patience
from envoi.adapters.messages.smtp_probe import probe
from envoi.errors import EnvoiError, MailerBusy, ProjectError, Unreachable
from envoi.messages.ledger import State
from tests.adapters.messages.posting import letter, letters, mailer_to, post, send
from tests.faults.smtp_server import BUSY_BANNER, IS_SILENT, OK, Behaviour, FaultServer

PATIENCE = Patience.of(5)
SPOKEN = "p:w"
OFFERS_TLS = Behaviour(extensions=("AUTH PLAIN", "STARTTLS", "PIPELINING"))
LETS_IN_CLEAR = Behaviour(extensions=("AUTH PLAIN",))
NAME = "mail.example.org"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, SHA256())
    )
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def encrypting(behaviour: Behaviour, certificate: ssl.SSLContext, way: str) -> FaultServer:
    """A server that encrypts from the first byte, or once it is asked to."""
    if way == "tls":
        return FaultServer(behaviour, tls=certificate)
    return FaultServer(behaviour, starttls=certificate)


def verbs(server: FaultServer) -> list[str]:
    return [command.split()[0].upper() for command in server.record.commands if command != "QUIT"]


def elsewhere(server: FaultServer, *, tls: Tls = Tls.OPPORTUNISTIC, user: str = "") -> Server:
    """The same server under an address that reaches this machine without being known for it."""
    return Server(host="0.0.0.0", port=server.port, tls=tls, user=user, password=SPOKEN)  # noqa: S104


def test_a_connection_is_encrypted_before_the_password_is_told(certificate: ssl.SSLContext) -> None:
    with FaultServer(OFFERS_TLS, starttls=certificate) as server:
        greeted = probe(parse_server(server.url.replace("//", "//anna:secret@")), patience=PATIENCE)
    assert greeted.tls.startswith("TLSv1.")
    assert verbs(server) == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_smtps_is_encrypted_from_the_first_byte(certificate: ssl.SSLContext) -> None:
    with FaultServer(tls=certificate) as server:
        assert probe(parse_server(server.url), patience=PATIENCE).tls.startswith("TLSv1.")


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_mail_goes_through_an_encrypted_connection(certificate: ssl.SSLContext, way: str) -> None:
    behaviour = Behaviour(extensions=("PIPELINING", "STARTTLS") if way == "starttls" else ("PIPELINING",))
    long = letter(99, body=("x" * 70 + "\r\n") * 20_000)
    with encrypting(behaviour, certificate, way) as server, closing(mailer_to(server, connections=2)) as mailer:
        ends, _ = post(mailer, [*letters(40), long])
    assert {each.state for each in ends.values()} == {State.ACCEPTED}
    assert server.record.kept == {each.message_id: [each.data] for each in [*letters(40), long]}


def test_tls_off_is_off(certificate: ssl.SSLContext) -> None:
    with FaultServer(OFFERS_TLS, starttls=certificate) as server:
        assert probe(parse_server(server.url + "?tls=off"), patience=PATIENCE).tls == ""
    assert verbs(server) == ["EHLO"]


@pytest.mark.parametrize("behaviour", [OK, Behaviour(extensions=("STARTTLS",), starttls="454 4.7.0 not now")])
def test_encryption_that_was_stripped_is_noticed_where_it_is_required(
    behaviour: Behaviour, certificate: ssl.SSLContext
) -> None:
    with FaultServer(behaviour, starttls=certificate) as server:
        with pytest.raises(ProjectError, match="offers no encryption, which this project requires"):
            probe(parse_server(server.url + "?tls=require"), patience=PATIENCE)
        assert probe(parse_server(server.url), patience=PATIENCE).tls == ""
        mailer = SmtpMailer(parse_server(server.url + "?tls=require"), patience=PATIENCE)
        with closing(mailer), pytest.raises(ProjectError):
            send(mailer, letter())
    assert "MAIL" not in verbs(server)


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_a_server_that_cannot_prove_its_name_is_not_talked_to(certificate: ssl.SSLContext, way: str) -> None:
    with encrypting(OFFERS_TLS, certificate, way) as server, pytest.raises(Unreachable, match="certificate"):
        probe(elsewhere(server, tls=Tls.IMPLICIT if way == "tls" else Tls.OPPORTUNISTIC), patience=PATIENCE)
    assert "MAIL" not in verbs(server)


def test_an_encryption_that_fails_is_not_gone_on_without(certificate: ssl.SSLContext) -> None:
    behaviour = Behaviour(extensions=("STARTTLS",), starttls="220 go ahead\r\n250 no handshake")
    with FaultServer(behaviour, starttls=certificate) as server, pytest.raises(Unreachable, match="in clear"):
        probe(parse_server(server.url), patience=PATIENCE)


def test_words_said_in_clear_do_not_count_when_it_is_encrypted(certificate: ssl.SSLContext) -> None:
    # CVE-2024-34083: what came before encryption is taken for what came after it.
    behaviour = Behaviour(extensions=("STARTTLS",), starttls="220 go ahead\r\n250-injected\r\n250 AUTH PLAIN")
    with FaultServer(behaviour, starttls=certificate) as server, pytest.raises(Unreachable, match="in clear"):
        probe(parse_server(server.url.replace("//", "//anna:secret@")), patience=PATIENCE)
    assert "AUTH" not in verbs(server)


def test_a_password_is_not_told_in_clear_to_a_server_elsewhere() -> None:
    with FaultServer(LETS_IN_CLEAR) as server, pytest.raises(ProjectError, match="no encryption"):
        probe(elsewhere(server, user="anna"), patience=PATIENCE)
    assert verbs(server) == ["EHLO"]


@pytest.mark.parametrize(("ways", "spoken"), [("PLAIN LOGIN", "AUTH PLAIN "), ("CRAM-MD5 LOGIN", "AUTH LOGIN")])
def test_a_user_is_let_in_by_the_way_the_server_knows(ways: str, spoken: str) -> None:
    with FaultServer(Behaviour(extensions=(f"AUTH {ways}",))) as server:
        probe(parse_server(server.url.replace("//", "//anna:p%C3%A4ss@")), patience=PATIENCE)
    said = [command for command in server.record.commands if command not in {"QUIT"}][1:]
    assert said[0].startswith(spoken)
    told = said[0].removeprefix("AUTH PLAIN ") if "PLAIN" in ways.split() else "|".join(said[1:])
    names = ["\0anna\0päss"] if "PLAIN" in ways.split() else ["anna", "päss"]
    assert told == "|".join(b64encode(name.encode()).decode() for name in names)


@pytest.mark.parametrize(
    ("behaviour", "error", "says"),
    [
        (BUSY_BANNER, MailerBusy, "421 4.3.2 too busy"),
        (Behaviour(banner="554 no"), Unreachable, "554 no"),
        (Behaviour(extensions=("AUTH PLAIN",), auth="535 5.7.8 wrong"), ProjectError, "user 'anna' in: 535 5.7.8"),
        (Behaviour(extensions=("AUTH PLAIN",), auth="454 4.7.0 later"), Unreachable, "454 4.7.0 later"),
        (Behaviour(extensions=("AUTH PLAIN",), auth="421 busy"), MailerBusy, "421 busy"),
        (OK, ProjectError, "has no log-in"),
        (Behaviour(extensions=("AUTH CRAM-MD5",)), ProjectError, "has no log-in"),
    ],
)
def test_a_refusal_says_who_refused_and_what(behaviour: Behaviour, error: type[EnvoiError], says: str) -> None:
    with FaultServer(behaviour) as server, pytest.raises(error) as refused:
        probe(Server(host="127.0.0.1", port=server.port, user="anna", password=SPOKEN), patience=PATIENCE)
    assert says in str(refused.value)
    assert f"127.0.0.1:{server.port}" in refused.value.what
    assert refused.value.hint


def test_a_server_from_before_extensions_is_talked_to() -> None:
    with FaultServer(Behaviour(ehlo="502 what?")) as server:
        assert probe(parse_server(server.url), patience=PATIENCE).offers == {}
    assert verbs(server) == ["EHLO", "HELO"]


@pytest.mark.parametrize("behaviour", [Behaviour(banner=IS_SILENT), Behaviour(ehlo=IS_SILENT)])
def test_a_server_that_never_greets_is_unreachable(behaviour: Behaviour) -> None:
    with FaultServer(behaviour) as server, pytest.raises(Unreachable, match="timed out"):
        probe(parse_server(server.url), patience=Patience.of(0.05))


@pytest.mark.parametrize("banner", [IS_SILENT, "220 in clear"])
def test_a_handshake_that_never_ends_is_unreachable(banner: str) -> None:
    with FaultServer(Behaviour(banner=banner)) as server, pytest.raises(Unreachable):
        probe(parse_server(server.url.replace("smtp:", "smtps:")), patience=Patience.of(0.05))
