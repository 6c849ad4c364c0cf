"""Providers that take mail over SMTP: a field of the head by which each tells our name for the mail back to us.

They take the field out again. It stands before all others, where no signature covers it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.messages.port import Mailer, Notice, Outgoing

#: By the end of the server's name.
FIELDS = {
    "amazonaws.com": "X-SES-MESSAGE-TAGS: envoi-message={}",
    "brevo.com": "X-Mailin-custom: {}",
    "mailgun.org": 'X-Mailgun-Variables: {{"envoi-message":"{}"}}',
    "mailjet.com": "X-MJ-CustomID: {}",
    "mandrillapp.com": 'X-MC-Metadata: {{"envoi-message":"{}"}}',
    "postmarkapp.com": "X-PM-Metadata-envoi-message: {}",
    "sendgrid.net": 'X-SMTPAPI: {{"unique_args":{{"envoi_message":"{}"}}}}',
}


def field_of(host: str) -> str:
    """The field that the provider with this server wants, with {} for our name; empty for other servers.

    >>> field_of("in-v3.mailjet.com"), field_of("mail.example.org"), field_of("notmailjet.com")
    ('X-MJ-CustomID: {}', '', '')
    """
    return next((field for end, field in FIELDS.items() if f".{host.lower()}".endswith(f".{end}")), "")


class NamingMailer:
    """Hands mails on with our name for them in their heads; see `Mailer`."""

    def __init__(self, mailer: Mailer, field: str) -> None:
        self._mailer = mailer
        self._field = field

    def room(self) -> int:
        """See `Mailer.room`."""
        return self._mailer.room()

    def offer(self, outgoing: Outgoing) -> None:
        """See `Mailer.offer`."""
        field = self._field.format(outgoing.message_id).encode()
        self._mailer.offer(replace(outgoing, data=field + b"\r\n" + outgoing.data))

    def poll(self, wait_s: float) -> Sequence[Notice]:
        """See `Mailer.poll`."""
        return self._mailer.poll(wait_s)

    def release(self, message_id: str, *, go: bool) -> None:
        """See `Mailer.release`."""
        self._mailer.release(message_id, go=go)

    def close(self) -> None:
        """See `Mailer.close`."""
        self._mailer.close()
