"""What providers do before they post: signing, with keys of our own."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from envoi.adapters.messages.providers.brevo_webhook import BrevoWebhook
from envoi.adapters.messages.providers.mailgun_webhook import MailgunWebhook
from envoi.adapters.messages.providers.mailjet_webhook import MailjetWebhook
from envoi.adapters.messages.providers.mandrill_webhook import MandrillWebhook
from envoi.adapters.messages.providers.postmark_webhook import PostmarkWebhook
from envoi.adapters.messages.providers.sendgrid_webhook import SendgridWebhook
from envoi.adapters.messages.providers.ses_webhook import SesWebhook
from envoi.adapters.messages.providers.webhook import Posted, Webhook
from envoi.clock import Instant, instant, iso

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = instant(datetime(2026, 11, 20, 12, tzinfo=UTC))
NOW_S = NOW // 1_000_000
URL = "https://mail.example.org/webhooks/mandrill"
KEY = "a key of the provider's"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"

EC = ec.derive_private_key(271_828_182_845_904_523, ec.SECP256R1())
# Small, since nothing is kept secret with it.
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def sendgrid(events: object, *, at_s: int = NOW_S) -> Posted:
    body = json.dumps(events).encode()
    signature = b64encode(EC.sign(str(at_s).encode() + body, ec.ECDSA(SHA256()))).decode()
    name = "x-twilio-email-event-webhook-"
    return Posted(body=body, headers={f"{name}signature": signature, f"{name}timestamp": str(at_s)})


def postmark(event: object) -> Posted:
    headers = {"authorization": "Basic " + b64encode(b"envoi:" + KEY.encode()).decode()}
    return Posted(body=json.dumps(event).encode(), headers=headers)


def mailgun(event: object, *, at_s: int = NOW_S, token: str = "one") -> Posted:  # noqa: S107
    signature = hmac.digest(KEY.encode(), f"{at_s}{token}".encode(), "sha256").hex()
    content = {"signature": {"timestamp": str(at_s), "token": token, "signature": signature}, "event-data": event}
    return Posted(body=json.dumps(content).encode())


def mandrill(events: object, *, url: str = URL) -> Posted:
    content = json.dumps(events)
    signature = b64encode(hmac.digest(KEY.encode(), f"{url}mandrill_events{content}".encode(), "sha1")).decode()
    body = urlencode({"mandrill_events": content}).encode()
    return Posted(body=body, headers={"x-mandrill-signature": signature}, url=url)


def ses(message: object, *, version: str = "2", at: Instant = NOW, fields: dict[str, str] | None = None) -> Posted:
    """A notification of SNS; `fields` go over what it says."""
    envelope: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": json.dumps(message),
        "Timestamp": iso(at),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **(fields or {}),
    }
    names = ("Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type")
    content = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode()
    signature = RSA.sign(content, PKCS1v15(), SHA1() if version == "1" else SHA256())  # noqa: S303 - SNS does so
    return Posted(body=json.dumps({**envelope, "Signature": b64encode(signature).decode()}).encode())


def fetch(url: str) -> bytes:
    """The certificate, where SNS has it."""
    assert url == CERTIFICATE
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(RSA.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(RSA, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def webhooks() -> dict[str, Webhook]:
    public = EC.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "sendgrid": SendgridWebhook(b64encode(public).decode()),
        "postmark": PostmarkWebhook(f"envoi:{KEY}"),
        "mailgun": MailgunWebhook(KEY),
        "mandrill": MandrillWebhook(KEY),
        "ses": SesWebhook([TOPIC], fetch),
        "brevo": BrevoWebhook(f"envoi:{KEY}"),
        "mailjet": MailjetWebhook(f"envoi:{KEY}"),
    }


POSTS: dict[str, Callable[[Any], Posted]] = {
    "sendgrid": sendgrid,
    "postmark": postmark,
    "mailgun": mailgun,
    "mandrill": mandrill,
    "ses": ses,
    "brevo": postmark,
    "mailjet": postmark,
}
