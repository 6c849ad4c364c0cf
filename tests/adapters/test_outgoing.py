from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.outgoing import MOST_BYTES, Post, post
from envoi.errors import ProjectError, Unreachable
from tests.adapters.answering import Asked, Server, answering, saying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


@pytest.fixture
def server() -> Iterator[Server]:
    with answering(saying(200, b'{"a": 1}')) as served:
        yield served


def ask(url: str, *, private: bool = True, timeout_s: float = 30.0) -> bytes:
    return post(Post(url=url, body=b"{}", headers={"X-Key": "k"}, private=private, timeout_s=timeout_s)).body


def test_it_asks_once_and_gives_what_came_back(server: Server) -> None:
    answer = post(Post(url=f"{server.url}?x=1", body=b"hello", headers={"X-Key": "k"}, private=True))
    assert (answer.status, answer.body) == (200, b'{"a": 1}')
    [asked] = server.asked
    assert (asked.path, asked.body, asked.headers["x-key"]) == ("/ask?x=1", b"hello", "k")


def test_an_address_of_this_machine_is_asked_only_if_that_is_meant(server: Server) -> None:
    with pytest.raises(ProjectError, match="in clear"):
        ask(server.url, private=False)
    with pytest.raises(ProjectError, match="an address of this machine") as raised:
        ask(server.url.replace("http:", "https:"), private=False)
    assert "private = true" in raised.value.hint
    assert server.asked == []


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "[::1]", "[fe80::1]", "0.0.0.0", "192.168.1.1"])  # noqa: S104
def test_no_address_of_a_network_of_ones_own_is_asked(address: str) -> None:
    with pytest.raises(ProjectError):
        ask(f"https://{address}/", private=False)


def test_a_name_is_judged_by_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    def leads(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, 443)) for where in ("1.1.1.1", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", leads)
    with pytest.raises(ProjectError, match=r"rebound\.example\.org is 127\.0\.0\.1"):
        ask("https://rebound.example.org/", private=False)


def test_a_redirect_is_not_followed(server: Server) -> None:
    with answering(saying(200, b"secret")) as other:
        server.say = saying(307, b"", Location=other.url.replace("127.0.0.1", "localhost"))
        with pytest.raises(Unreachable, match="points to localhost, which is not followed"):
            ask(server.url)
        assert other.asked == []


def test_an_answer_that_is_too_long_is_none(server: Server) -> None:
    server.say = saying(200, b"x" * (MOST_BYTES + 1))
    with pytest.raises(Unreachable, match="more than"):
        ask(server.url)


def test_one_that_ends_in_the_middle_is_none(server: Server) -> None:
    server.say = saying(200, b'{"a"', **{"Content-Length": "400"})
    with pytest.raises(Unreachable):
        ask(server.url)


def test_one_that_says_nothing_is_not_waited_for(server: Server) -> None:
    def silent(_: BaseHTTPRequestHandler, __: Asked) -> None:
        server.over.wait()

    server.say = silent
    with pytest.raises(Unreachable, match=r"did not answer in 0\.2 s"):
        ask(server.url, timeout_s=0.2)


def test_one_that_drips_is_not_waited_for_either(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler, _: Asked) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
        with suppress(OSError):
            while not server.over.wait(0.02):
                handler.wfile.write(b"x")

    server.say = drip
    with pytest.raises(Unreachable):
        ask(server.url, timeout_s=0.3)


def test_one_that_talks_nonsense_is_told_of(server: Server) -> None:
    def nonsense(handler: BaseHTTPRequestHandler, _: Asked) -> None:
        handler.wfile.write(b"\0\1\2 what?\r\n\r\n")
        handler.close_connection = True

    server.say = nonsense
    with pytest.raises(Unreachable):
        ask(server.url)


def test_a_door_that_is_shut_and_a_name_that_is_none() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="cannot be reached"):
            ask(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    with pytest.raises(Unreachable, match="nobody knows the address"):
        ask("http://nowhere.invalid/")
    with pytest.raises(ProjectError):
        ask("ftp://127.0.0.1/")
