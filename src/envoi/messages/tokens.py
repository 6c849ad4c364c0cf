"""Tokens: what a public address stands for, made with the project's secret alone, and told from all others by it.

A sealed token holds what it stands for, unreadable (AES-SIV, RFC 5297): it works even where the database has lost what
it is about. A signed one is short: a name that the database knows, and its HMAC. Both begin with a mark of the secret
that made them, so that a secret can be replaced while mails made with those before are still about. The same content
gives the same token, so that a mail is the same to the byte however often it is made.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from envoi.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Bytes of a signature that are kept: 2 ** 96 guesses, and a signed name of 16 bytes fits the local part of an address.
SIGNATURE_BYTES = 12


class Keys:
    """What tokens are made and read with; the secrets never leave it."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        """Takes the project's secrets, at least one: the last one makes tokens, all of them read.

        >>> old, new = Keys([b"one"]), Keys([b"one", b"two"])
        >>> new.opened("view", old.sealed("view", b"17"))
        b'17'
        """
        self._keys = [_Key(secret) for secret in secrets]
        self._current = self._keys[-1]

    def sealed(self, use: str, content: bytes) -> str:
        """A token that holds `content`, which is not empty, for this use alone."""
        key = self._current
        return for_url(key.mark + key.cipher.encrypt(content, [use.encode()]))

    def opened(self, use: str, token: str) -> bytes:
        """What a sealed token holds.

        Raises:
            NotFound: it was not made by `sealed` for this use; the same for every kind of wrong token.
        """
        raw = from_url(token)
        for key in self._made_by(raw):
            with suppress(InvalidTag, ValueError):
                return key.cipher.decrypt(raw[1:], [use.encode()])
        raise refusal()

    def signed(self, use: str, name: bytes, *, about: str = "") -> bytes:
        """A token that holds `name` for all to read; `about` is what it must be held against, and is not in it."""
        return self._current.mark + name + self._current.signature(use, name, about)

    def verified(self, use: str, token: bytes, *, about: str = "") -> bytes:
        """The name in a signed token.

        Raises:
            NotFound: it was not made by `signed` for this use and about this; the same for every kind of wrong token.
        """
        name, signature = token[1:-SIGNATURE_BYTES], token[-SIGNATURE_BYTES:]
        for key in self._made_by(token):
            if hmac.compare_digest(signature, key.signature(use, name, about)):
                return name
        raise refusal()

    def fingerprint(self, use: str, *parts: str) -> bytes:
        """Twelve bytes that stand for these texts, and that nobody can find other texts for."""
        return self._current.signature(use, msgspec.msgpack.encode(parts), "")

    def _made_by(self, token: bytes) -> list[_Key]:
        """The keys that may have made a token: by its mark one, but for chance."""
        return [key for key in self._keys if token[:1] == key.mark]


class _Key:
    """What is derived from one secret."""

    def __init__(self, secret: bytes) -> None:
        #: What tokens made with it begin with, wherever the secret stands among others.
        self.mark = hmac.digest(secret, b"envoi: mark", "sha256")[:1]
        self._signing = hmac.digest(secret, b"envoi: sign", "sha256")
        self._sealing = hmac.digest(secret, b"envoi: seal", "sha512")

    @cached_property
    def cipher(self) -> AESSIV:
        return AESSIV(self._sealing)

    def signature(self, use: str, name: bytes, about: str) -> bytes:
        content = msgspec.msgpack.encode((use, about, name))
        return hmac.digest(self._signing, content, "sha256")[:SIGNATURE_BYTES]


def for_address(token: bytes) -> str:
    """A signed token as the local part of an address may hold it: its letters mean the same in either case.

    >>> from_address(for_address(b"token").upper())
    b'token'
    """
    return b32encode(token).decode().rstrip("=").lower()


def from_address(text: str) -> bytes:
    """The token that `for_address` wrote; nothing if it did not."""
    try:
        raw = b32decode(text.upper() + "=" * (-len(text) % 8))
    except (Error, ValueError):
        return b""
    return raw if for_address(raw) == text.lower() else b""


def for_url(token: bytes) -> str:
    """A signed token as an address on the web holds it."""
    return urlsafe_b64encode(token).decode().rstrip("=")


def from_url(text: str) -> bytes:
    """The token that `for_url` wrote; nothing if it did not, be it only another spelling of the same bytes."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        return b""
    return raw if for_url(raw) == text else b""


def refusal() -> NotFound:
    """What every wrong token gets: the same, so that nobody learns how wrong it is."""
    return NotFound("this link is not one of ours", hint="use the link in the mail as it is")
