"""A URL names a server, how it is encrypted and how much it is asked for; the password in it is never printed."""

from __future__ import annotations

import ssl

import pytest

from envoi.adapters.messages.smtp_connect import Server, Tls, parse_server, tls_context
from envoi.errors import ProjectError

SPOKEN = "p:w"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", Server(host="mail.example.org", port=25)),
        ("smtps://mail.example.org/", Server(host="mail.example.org", port=465, tls=Tls.IMPLICIT)),
        ("smtp://[::1]:2525", Server(host="::1", port=2525)),
        ("smtp://a%40b:p%3Aw@h:587", Server(host="h", port=587, user="a@b", password=SPOKEN)),
        ("smtp://h?tls=require&connections=5", Server(host="h", port=25, tls=Tls.REQUIRE, connections=5)),
        ("smtp://h?tls=off", Server(host="h", port=25, tls=Tls.OFF)),
    ],
)
def test_a_url_names_a_server(url: str, server: Server) -> None:
    assert parse_server(url) == server


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "http://h", "smtp://", "smtp://h:port", "smtp://h:99999", "smtp://h/path", "smtp://a..b"],
)
def test_what_is_no_url_of_a_server_is_refused_with_one_that_is(url: str) -> None:
    with pytest.raises(ProjectError, match="smtp://host:port"):
        parse_server(url)


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("smtp://h?tls=requir", "did you mean 'require'?"),
        ("smtp://h?tsl=require", "did you mean 'tls'?"),
        ("smtps://h?tls=off", "known: 'implicit'"),
        ("smtp://h?connections=0", "a number up to 500"),
        ("smtp://h?connections=many", "a number up to 500"),
        ("smtp://h?a", "smtp://host:port"),
    ],
)
def test_an_option_that_is_none_is_refused_with_one_that_is(url: str, hint: str) -> None:
    with pytest.raises(ProjectError) as refused:
        parse_server(url)
    assert hint in refused.value.hint


def test_a_password_is_never_printed() -> None:
    server = parse_server("smtp://anna:hunter2@mail.example.org")
    assert "hunter2" not in f"{server!r} {server}"


def test_a_server_elsewhere_must_prove_its_name() -> None:
    here, elsewhere = Server(host="127.0.0.1", port=25), Server(host="127.0.0.1.example.org", port=25)
    assert tls_context(here).verify_mode is ssl.CERT_NONE
    assert (tls_context(elsewhere).verify_mode, tls_context(elsewhere).check_hostname) == (ssl.CERT_REQUIRED, True)
