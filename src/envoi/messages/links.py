"""Signed links: who a public link is for is in its token, and only the project's secret can make one."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass

import msgspec

from envoi.errors import NotFound
from envoi.events.event import PersonId

#: Bytes of the signature kept: 2 ** 128 guesses.
_SIGNATURE_BYTES = 16


class Unsubscribe(msgspec.Struct, frozen=True, array_like=True):
    """What an unsubscribe link stands for."""

    person: PersonId
    purpose: str
    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and reads a project's links; the secret never leaves it."""

    base: str
    secret: bytes

    def unsubscribe(self, person: PersonId, *, purpose: str, campaign: str) -> str:
        """The address at which one click ends mail of this purpose for this person (RFC 8058)."""
        return f"{self.base}/unsubscribe/{self._token(Unsubscribe(person, purpose, campaign))}"

    def read(self, token: str) -> Unsubscribe:
        """What the token of a link stands for.

        Raises:
            NotFound: the token was not made with this secret; the same for every kind of wrong token.
        """
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            if hmac.compare_digest(signature, self._signature(body)):
                return msgspec.json.decode(body, type=Unsubscribe)
        except (Error, ValueError, msgspec.MsgspecError):
            pass
        raise NotFound("this link is not one of ours", hint="use the link in the mail as it is")

    def _token(self, link: Unsubscribe) -> str:
        body = msgspec.json.encode(link)
        return urlsafe_b64encode(self._signature(body) + body).rstrip(b"=").decode()

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self.secret, b"unsubscribe\0" + body, "sha256")[:_SIGNATURE_BYTES]
