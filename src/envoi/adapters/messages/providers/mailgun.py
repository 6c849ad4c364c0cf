"""Mailgun: the mail as it is, one a request, for one domain.

Reference: documentation.mailgun.com/docs/mailgun/api-reference, "Send an email in MIME format".
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.http import said, unclear
from envoi.adapters.messages.providers.link import Request
from envoi.adapters.messages.providers.mailgun_webhook import VARIABLE
from envoi.adapters.messages.providers.webhook import loaded
from envoi.messages.ledger import Receipt, State
from envoi.messages.loose import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.messages.providers.link import Answer
    from envoi.messages.port import Outgoing

#: Where Mailgun keeps what it is given.
REGIONS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}


class MailgunApi:
    """See `Api`."""

    name = "Mailgun"
    most = 1
    knows_again = False

    def __init__(self, domain: str, key: str, *, region: str = "us", origin: str = "") -> None:
        self.origin = origin or REGIONS[region]
        self._path = f"/v3/{domain}/messages.mime"
        self._key = key

    def request(self, batch: Sequence[Outgoing]) -> Request:
        """See `Api.request`."""
        (outgoing,) = batch
        # Ours are in the mail already, for those who agreed.
        fields = {"to": outgoing.recipient, f"v:{VARIABLE}": outgoing.message_id, "o:tracking": "no"}
        boundary = _boundary(outgoing.data)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="message"; filename="message.eml"\r\n'
        body = b"".join(
            [
                *(part.encode() for part in parts),
                f"{head}Content-Type: message/rfc822\r\n\r\n".encode(),
                outgoing.data,
                f"\r\n--{boundary}--\r\n".encode(),
            ]
        )
        headers = {
            "content-type": f"multipart/form-data; boundary={boundary}",
            "authorization": "Basic " + b64encode(f"api:{self._key}".encode()).decode(),
        }
        return Request(path=self._path, headers=headers, body=body)

    def receipts(self, answer: Answer, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """See `Api.receipts`."""
        found = loaded(answer.body)
        if answer.status == 200 and isinstance(found, dict) and text(found, "id"):  # noqa: PLR2004
            return [Receipt(state=State.ACCEPTED, reason=text(found, "id"))]
        if 400 <= answer.status < 500:  # noqa: PLR2004
            return [Receipt(state=State.REJECTED, reason=f"{answer.status}{said(answer)}")]
        return unclear(answer, batch, self.name)


def _boundary(data: bytes) -> str:
    """A line that is not in the mail: its own digest."""
    return blake2b(data, digest_size=16).hexdigest()
