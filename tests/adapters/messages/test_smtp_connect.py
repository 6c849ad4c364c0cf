"""A connection is encrypted where it can be, a password is told to nobody else, and a refusal says what to mend."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.smtp_connect import Server, connect, parse_server, tls_context
from envoi.errors import EnvoiError, MailerBusy, ProjectError, Unreachable
from tests.faults.smtp_server import BUSY_BANNER, IS_SILENT, OK, Behaviour, FaultServer

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 5.0
SPOKEN = "p:w"
LETS_IN = Behaviour(extensions=("AUTH PLAIN", "STARTTLS"))
LETS_IN_CLEAR = Behaviour(extensions=("AUTH PLAIN",))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("needs the command openssl to make a certificate")
    folder: Path = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail.example.org"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made, key)
    return context


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", Server(host="mail.example.org", port=25)),
        ("smtps://mail.example.org/", Server(host="mail.example.org", port=465, tls=True)),
        ("smtp://[::1]:2525", Server(host="::1", port=2525)),
        ("smtp://a%40b:p%3Aw@h:587", Server(host="h", port=587, user="a@b", password=SPOKEN)),
    ],
)
def test_a_url_names_a_server(url: str, server: Server) -> None:
    assert parse_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://h",
        "smtp://",
        "smtp://h:port",
        "smtp://h:99999",
        "smtp://h/path",
        "smtp://h?a=1",
        "smtp://a..b",
    ],
)
def test_what_is_no_url_of_a_server_is_refused_with_one_that_is(url: str) -> None:
    with pytest.raises(ProjectError, match="smtp://host:port"):
        parse_server(url)


def test_a_password_is_never_printed() -> None:
    server = parse_server("smtp://anna:hunter2@mail.example.org")
    assert "hunter2" not in f"{server!r} {server}"


def test_a_connection_is_encrypted_before_the_password_is_told(certificate: ssl.SSLContext) -> None:
    with FaultServer(LETS_IN, starttls=certificate) as server:
        connect(parse_server(server.url.replace("//", "//anna:secret@")), reply_s=PATIENCE_S).quit()
    verbs = [command.split()[0].upper() for command in server.record.commands]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]


def test_smtps_is_encrypted_from_the_first_byte(certificate: ssl.SSLContext) -> None:
    with FaultServer(tls=certificate) as server:
        client = connect(parse_server(server.url), reply_s=PATIENCE_S)
        assert isinstance(client.sock, ssl.SSLSocket)
        client.quit()


def test_a_server_elsewhere_must_prove_its_name() -> None:
    here, elsewhere = Server(host="127.0.0.1", port=25), Server(host="127.0.0.1.example.org", port=25)
    assert tls_context(here).verify_mode is ssl.CERT_NONE
    assert (tls_context(elsewhere).verify_mode, tls_context(elsewhere).check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_server_that_cannot_prove_its_name_is_not_talked_to(certificate: ssl.SSLContext) -> None:
    # 0.0.0.0 reaches this machine without being known for it.
    with FaultServer(tls=certificate) as server, pytest.raises(Unreachable, match="certificate"):
        connect(Server(host="0.0.0.0", port=server.port, tls=True), reply_s=PATIENCE_S)  # noqa: S104
    assert server.record.commands == []


def test_a_password_is_not_told_in_clear_to_a_server_elsewhere() -> None:
    with FaultServer(LETS_IN_CLEAR) as server, pytest.raises(ProjectError, match="no encryption"):
        connect(Server(host="0.0.0.0", port=server.port, user="anna", password=SPOKEN), reply_s=PATIENCE_S)  # noqa: S104
    assert [command.split()[0].upper() for command in server.record.commands] == ["EHLO"]


@pytest.mark.parametrize(
    ("behaviour", "password", "error", "says"),
    [
        (BUSY_BANNER, "x", MailerBusy, "421 4.3.2 too busy"),
        (Behaviour(banner="554 no"), "x", Unreachable, "554 no"),
        (Behaviour(extensions=("AUTH PLAIN",), auth="535 5.7.8 wrong"), "x", ProjectError, "user 'anna' in: 535 5.7.8"),
        (Behaviour(extensions=("AUTH PLAIN",), auth="454 4.7.0 later"), "x", Unreachable, "454 4.7.0 later"),
        (OK, "x", ProjectError, "has no log-in"),
        (LETS_IN_CLEAR, "pässword", ProjectError, "not ASCII"),
    ],
)
def test_a_refusal_says_who_refused_and_what(
    behaviour: Behaviour, password: str, error: type[EnvoiError], says: str
) -> None:
    with FaultServer(behaviour) as server, pytest.raises(error) as refused:
        connect(Server(host="127.0.0.1", port=server.port, user="anna", password=password), reply_s=PATIENCE_S)
    assert says in str(refused.value)
    assert f"127.0.0.1:{server.port}" in refused.value.what
    assert refused.value.hint


def test_a_server_that_never_greets_is_unreachable() -> None:
    with FaultServer(Behaviour(banner=IS_SILENT)) as server, pytest.raises(Unreachable):
        connect(parse_server(server.url), reply_s=0.05)
