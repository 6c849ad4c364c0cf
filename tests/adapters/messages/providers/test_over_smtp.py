"""A mail that goes to a provider over SMTP carries our name for it, in the words of that provider."""

from __future__ import annotations

import json

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.adapters.messages.providers.over_smtp import NamingMailer, field_of
from envoi.messages.ledger import State
from envoi.messages.port import Ready, Settled
from tests.adapters.messages.providers.test_http import letter


@pytest.mark.parametrize(
    ("host", "field"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", "X-SES-MESSAGE-TAGS: envoi-message=NAME"),
        ("smtp-relay.brevo.com", "X-Mailin-custom: NAME"),
        ("smtp.eu.mailgun.org", 'X-Mailgun-Variables: {"envoi-message":"NAME"}'),
        ("in-v3.mailjet.com", "X-MJ-CustomID: NAME"),
        ("smtp.mandrillapp.com", 'X-MC-Metadata: {"envoi-message":"NAME"}'),
        ("smtp-broadcasts.postmarkapp.com", "X-PM-Metadata-envoi-message: NAME"),
        ("smtp.sendgrid.net", 'X-SMTPAPI: {"unique_args":{"envoi_message":"NAME"}}'),
        ("MAIL.SENDGRID.NET", 'X-SMTPAPI: {"unique_args":{"envoi_message":"NAME"}}'),
    ],
)
def test_each_has_a_field_of_its_own(host: str, field: str) -> None:
    made = field_of(host).format("NAME")
    assert made == field
    if "{" in made:
        json.loads(made.partition(": ")[2])


@pytest.mark.parametrize("host", ["localhost", "mail.example.org", "evilsendgrid.net", "sendgrid.net.example.org", ""])
def test_other_servers_get_the_mail_as_it_is(host: str) -> None:
    assert field_of(host) == ""


def test_the_mail_behind_the_field_is_as_it_was() -> None:
    inner = MemoryMailer()
    mailer = NamingMailer(inner, field_of("in-v3.mailjet.com"))
    outgoing = letter()
    room = mailer.room()
    mailer.offer(outgoing)
    assert list(mailer.poll(0)) == [Ready(outgoing.message_id)]
    assert mailer.room() == room - 1
    mailer.release(outgoing.message_id, go=True)
    (settled,) = mailer.poll(0)
    assert isinstance(settled, Settled)
    assert settled.receipt.state is State.ACCEPTED
    assert inner.sent[0].data == f"X-MJ-CustomID: {outgoing.message_id}\r\n".encode() + outgoing.data
    assert (inner.sent[0].message_id, inner.sent[0].recipient) == (outgoing.message_id, outgoing.recipient)
    mailer.close()
