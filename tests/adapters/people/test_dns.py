"""Whether a domain takes mail, asked of a server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from envoi.adapters.people.dns import takes_mail

ANSWERS = {("mail.example.", "MX"): "10 mx.mail.example.", ("none.example.", "MX"): "0 ."}


def answer(asked: bytes) -> bytes:
    query = dns.message.from_wire(asked)
    said = dns.message.make_response(query)
    said.flags |= dns.flags.RA
    [question] = query.question
    kind = dns.rdatatype.to_text(question.rdtype)
    if found := ANSWERS.get((question.name.to_text(), kind)):
        said.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, found))
    elif question.name.to_text() == "gone.example.":
        said.set_rcode(dns.rcode.NXDOMAIN)
    return said.to_wire()


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while (got := server.recvfrom(2048))[0] != b"stop":
                server.sendto(answer(got[0]), got[1])

        thread = Thread(target=serve, daemon=True)
        thread.start()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], server.getsockname()[1]
        yield found
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"stop", server.getsockname())
        thread.join()


def test_a_domain_that_takes_no_mail_says_why(resolver: dns.resolver.Resolver) -> None:
    fault = takes_mail(resolver)
    assert fault("mail.example") == ""
    assert fault("gone.example").startswith("is at a domain that takes no mail: ")
    assert fault("none.example").startswith("is at a domain that takes no mail: ")


def test_nothing_is_held_against_a_domain_when_nobody_can_be_asked() -> None:
    nobody = dns.resolver.Resolver(configure=False)
    nobody.nameservers = []
    assert takes_mail(nobody)("mail.example") == ""
