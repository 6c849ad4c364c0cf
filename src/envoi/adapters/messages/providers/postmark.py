"""Postmark: the pieces of up to 500 mails a request, with an answer for each inside one that says 200.

It signs mails itself, with the domain that is verified there.
Reference: postmarkapp.com/developer/api/email-api#send-batch-emails, api/overview#error-codes.
"""

from __future__ import annotations

from email.utils import formataddr
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.messages.providers.content import content_of
from envoi.adapters.messages.providers.http import said, unclear
from envoi.adapters.messages.providers.link import Request
from envoi.adapters.messages.providers.postmark_webhook import METADATA
from envoi.adapters.messages.providers.webhook import loaded
from envoi.errors import ProjectError
from envoi.messages.ledger import Receipt, State
from envoi.messages.loose import objects, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.messages.providers.link import Answer
    from envoi.messages.loose import Object
    from envoi.messages.port import Outgoing

#: Codes by which it says "later": maintenance, too many requests.
_LATER = frozenset({"100", "429"})


class PostmarkApi:
    """See `Api`."""

    name = "Postmark"
    #: It takes 500, and 50 MB together: so many mails of 500 KB.
    most = 100
    knows_again = False

    def __init__(self, token: str, *, stream: str = "", origin: str = "") -> None:
        self.origin = origin or "https://api.postmarkapp.com"
        self._token = token
        self._stream = stream or "broadcast"

    def request(self, batch: Sequence[Outgoing]) -> Request:
        """See `Api.request`."""
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "x-postmark-server-token": self._token,
        }
        body = msgspec.json.encode([self._mail(outgoing) for outgoing in batch])
        return Request(path="/email/batch", headers=headers, body=body)

    def receipts(self, answer: Answer, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """See `Api.receipts`."""
        told = loaded(answer.body)
        found = [each for each in objects(told) if "ErrorCode" in each] if isinstance(told, list) else []
        if answer.status == 200 and len(found) == len(batch):  # noqa: PLR2004
            return [_receipt(each) for each in found]
        if answer.status == 422:  # noqa: PLR2004 - it could not take the batch as such, and took nothing of it
            raise ProjectError(f"{self.name} refuses us{said(answer)}", hint="see what its settings say of this server")
        if 400 <= answer.status < 500:  # noqa: PLR2004
            return [Receipt(state=State.REJECTED, reason=f"{answer.status}{said(answer)}")] * len(batch)
        return unclear(answer, batch, self.name)

    def _mail(self, outgoing: Outgoing) -> dict[str, object]:
        mail = content_of(outgoing)
        return {
            "From": formataddr(mail.sender),
            "To": formataddr(mail.to),
            **({"ReplyTo": formataddr(mail.reply_to)} if mail.reply_to else {}),
            "Subject": mail.subject,
            "TextBody": mail.text,
            "HtmlBody": mail.html,
            "Headers": [{"Name": name, "Value": value} for name, value in mail.headers.items()],
            "Metadata": {METADATA: outgoing.message_id},
            "MessageStream": self._stream,
            # Ours are in the mail already, for those who agreed.
            "TrackOpens": False,
            "TrackLinks": "None",
        }


def _receipt(told: Object) -> Receipt:
    code, words = text(told, "ErrorCode"), text(told, "Message")
    if code == "0":
        return Receipt(state=State.ACCEPTED, reason=text(told, "MessageID"))
    state = State.DEFERRED if code in _LATER else State.REJECTED
    return Receipt(state=state, reason=f"{code} {words}".strip())
