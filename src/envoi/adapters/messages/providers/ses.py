"""Amazon SES (API v2): the mail as it is, one a request, signed as Amazon asks (Signature Version 4).

The signature is some thirty lines, held to Amazon's own example; its library for that weighs more than all of Envoi.
Reference: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html,
docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from envoi.adapters.messages.providers.http import said, unclear
from envoi.adapters.messages.providers.link import Request
from envoi.adapters.messages.providers.ses_webhook import TAG
from envoi.adapters.messages.providers.webhook import loaded
from envoi.clock import moment
from envoi.errors import MailerBusy, ProjectError
from envoi.messages.ledger import Receipt, State
from envoi.messages.loose import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.adapters.messages.providers.link import Answer
    from envoi.clock import Clock, Instant
    from envoi.messages.port import Outgoing

_PATH = "/v2/email/outbound-emails"
#: Faults that are about the account and not about a mail.
_ACCOUNT = frozenset({"AccountSuspendedException", "SendingPausedException", "MailFromDomainNotVerifiedException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are to Amazon."""

    key_id: str
    secret: str = field(repr=False)
    #: Of credentials that end after a while.
    session: str = field(default="", repr=False)


class SesApi:
    """See `Api`."""

    name = "Amazon SES"
    most = 1
    knows_again = False

    def __init__(
        self, region: str, credentials: Credentials, clock: Clock, *, configuration_set: str = "", origin: str = ""
    ) -> None:
        self.origin = origin or f"https://email.{region}.amazonaws.com"
        self._region = region
        self._credentials = credentials
        self._clock = clock
        self._set = configuration_set

    def request(self, batch: Sequence[Outgoing]) -> Request:
        """See `Api.request`."""
        (outgoing,) = batch
        content: dict[str, object] = {
            "Content": {"Raw": {"Data": b64encode(outgoing.data).decode()}},
            "Destination": {"ToAddresses": [outgoing.recipient]},
            "EmailTags": [{"Name": TAG, "Value": outgoing.message_id}],
        }
        if self._set:
            content["ConfigurationSetName"] = self._set
        body = msgspec.json.encode(content)
        headers = {"content-type": "application/json", "host": urlsplit(self.origin).netloc}
        signed = Signing(region=self._region, service="ses", credentials=self._credentials, at=self._clock.now())
        return Request(path=_PATH, headers=signed.headers("POST", _PATH, headers, body), body=body)

    def receipts(self, answer: Answer, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """See `Api.receipts`."""
        found = loaded(answer.body)
        fault = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
        if fault in _ACCOUNT:
            raise ProjectError(f"{self.name} takes no mail: {fault}{said(answer)}", hint="see the account at Amazon")
        if fault == "LimitExceededException":
            raise MailerBusy(f"{self.name} takes no more mail today{said(answer)}", hint="go on tomorrow")
        if answer.status == 200 and isinstance(found, dict) and text(found, "MessageId"):  # noqa: PLR2004
            return [Receipt(state=State.ACCEPTED, reason=text(found, "MessageId"))]
        if 400 <= answer.status < 500:  # noqa: PLR2004
            return [Receipt(state=State.REJECTED, reason=f"{fault or answer.status}{said(answer)}")]
        return unclear(answer, batch, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """One signature: for a region and a service, by who we are, at a moment."""

    region: str
    service: str
    credentials: Credentials
    at: Instant

    def headers(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> dict[str, str]:
        """The headers, which are in small letters and include the host, with those that prove who we are."""
        stamp = moment(self.at).strftime("%Y%m%dT%H%M%SZ")
        known = self.credentials
        given = {**headers, "x-amz-date": stamp, **({"x-amz-security-token": known.session} if known.session else {})}
        names = ";".join(sorted(given))
        lines = "".join(f"{name}:{' '.join(given[name].split())}\n" for name in sorted(given))
        canonical = "\n".join([method, path, query, lines, names, sha256(body).hexdigest()])
        scope = f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"
        content = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{known.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, content.encode(), "sha256").hex()
        proof = f"AWS4-HMAC-SHA256 Credential={known.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        return {**given, "authorization": proof}
