"""SendGrid (API v3): the pieces of one mail a request, since each mail is different from all others.

It signs mails itself, with the domain that is authenticated there.
Reference: twilio.com/docs/sendgrid/api-reference/mail-send/mail-send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.messages.providers.content import content_of
from envoi.adapters.messages.providers.http import said, unclear
from envoi.adapters.messages.providers.link import Request
from envoi.adapters.messages.providers.sendgrid_webhook import ARGUMENT
from envoi.messages.ledger import Receipt, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.messages.providers.link import Answer
    from envoi.messages.port import Outgoing


class SendgridApi:
    """See `Api`."""

    name = "SendGrid"
    most = 1
    knows_again = False

    def __init__(self, key: str, *, origin: str = "") -> None:
        self.origin = origin or "https://api.sendgrid.com"
        self._key = key

    def request(self, batch: Sequence[Outgoing]) -> Request:
        """See `Api.request`."""
        (outgoing,) = batch
        mail = content_of(outgoing)
        content: dict[str, object] = {
            "personalizations": [{"to": [_mailbox(mail.to)], "custom_args": {ARGUMENT: outgoing.message_id}}],
            "from": _mailbox(mail.sender),
            "subject": mail.subject,
            "content": [
                {"type": kind, "value": value}
                for kind, value in (("text/plain", mail.text), ("text/html", mail.html))
                if value
            ],
            "headers": dict(mail.headers),
            # Ours are in the mail already, for those who agreed.
            "tracking_settings": {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}},
        }
        if mail.reply_to:
            content["reply_to"] = _mailbox(mail.reply_to)
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._key}"}
        return Request(path="/v3/mail/send", headers=headers, body=msgspec.json.encode(content))

    def receipts(self, answer: Answer, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """See `Api.receipts`."""
        if answer.status == 202:  # noqa: PLR2004 - 200 is what it answers where it only tries a mail
            return [Receipt(state=State.ACCEPTED, reason=answer.headers.get("x-message-id", ""))]
        if 400 <= answer.status < 500:  # noqa: PLR2004
            return [Receipt(state=State.REJECTED, reason=f"{answer.status}{said(answer)}")]
        return unclear(answer, batch, self.name)


def _mailbox(who: tuple[str, str]) -> dict[str, str]:
    name, address = who
    return {"email": address, "name": name} if name else {"email": address}
