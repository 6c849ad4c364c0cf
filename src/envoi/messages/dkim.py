"""DKIM signatures (RFC 6376), by RSA and by Ed25519 (RFC 8463): who answers for a mail, and that nobody changed it.

Headers are made canonical as `relaxed` asks, since servers on the way may fold them anew; the body as `simple`, since
quoted-printable leaves them nothing to change. Each field is signed; those that readers see are signed once more than
they are there, so that nobody can add a second one. A signature holds no time: equal mails have equal signatures.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from envoi.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Key = RSAPrivateKey | Ed25519PrivateKey

#: Those that a reader sees, or that say how to read: none of them may come a second time.
_ONCE = ("From", "To", "Reply-To", "Subject", "Date", "MIME-Version", "Content-Type")
#: RFC 8301: shorter keys are no signature.
_SHORTEST_RSA = 1024
_SPACE = re.compile(r"(?:[ \t]|\r\n(?=[ \t]))+")
_LABELS = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE)
#: Characters of a signature on one line.
_WIDTH = 72
_BETWEEN = ":\r\n  "


@dataclass(frozen=True, slots=True)
class Head:
    """Header fields as they are sent and as they are signed; heads add up, so that what mails share is written once."""

    names: tuple[str, ...]
    text: str
    relaxed: str

    def __add__(self, other: Head) -> Head:
        return Head(self.names + other.names, self.text + other.text, self.relaxed + other.relaxed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs: the key, and where its public half is published."""

    domain: str
    selector: str
    key: Key

    def __post_init__(self) -> None:
        for what, name in {"domain": self.domain, "selector": self.selector}.items():
            if not _LABELS.fullmatch(name):
                raise ProjectError(f"{name!r} is not a {what} for DKIM", hint="use letters, digits, hyphens and dots")

    @property
    def algorithm(self) -> str:
        """As the signature names it."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    @property
    def record_name(self) -> str:
        """The name of the TXT record that publishes the key."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """What that TXT record says."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            return f"v=DKIM1; k=rsa; p={_base64(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))}"
        return f"v=DKIM1; k=ed25519; p={_base64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}"


def read_key(pem: bytes) -> Key:
    """The private key of a PEM file, RSA or Ed25519, without a password.

    Raises:
        ProjectError: it is none, or too short to be taken for a signature.
    """
    hint = "make one with: openssl genrsa -out dkim.pem 2048"
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ProjectError(f"this is no private key: {error}", hint=hint) from None
    if isinstance(key, Ed25519PrivateKey):
        return key
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SHORTEST_RSA:
        raise ProjectError(f"DKIM takes RSA keys of {_SHORTEST_RSA} bits or more, and Ed25519 keys", hint=hint)
    return key


def written(fields: Iterable[tuple[str, str]]) -> Head:
    r"""The fields as a head; a folded value holds CRLF and a space.

    >>> written([("Subject", "A  long\r\n one")])
    Head(names=('Subject',), text='Subject: A  long\r\n one\r\n', relaxed='subject:A long one\r\n')
    """
    fields = tuple(fields)
    return Head(
        names=tuple(name for name, _ in fields),
        text=lines(fields),
        relaxed="".join([f"{name.lower()}:{_relaxed(value)}\r\n" for name, value in fields]),
    )


def _relaxed(value: str) -> str:
    """The value with its white space as `relaxed` has it (RFC 6376 3.4.2); most have none to change."""
    is_so = "  " not in value and "\t" not in value and "\r\n" not in value
    return (value if is_so else _SPACE.sub(" ", value)).strip(" ")


def lines(fields: Iterable[tuple[str, str]]) -> str:
    """The fields as they are sent."""
    return "".join([f"{name}: {value}\r\n" for name, value in fields])


def signatures(head: Head, body: bytes, signers: Sequence[Signer]) -> str:
    """The DKIM-Signature fields to put before the head, one for each signer; empty without any."""
    if not signers:
        return ""
    body_hash = _base64(sha256(_simple(body)).digest())
    return "".join([_signature(signer, head, body_hash) for signer in signers])


def _signature(signer: Signer, head: Head, body_hash: str) -> str:
    text, relaxed = _start(signer, head.names)
    signature = _base64(_sign(signer.key, f"{head.relaxed}{relaxed}{body_hash}; b=".encode()))
    folded = "\r\n ".join([signature[start : start + _WIDTH] for start in range(0, len(signature), _WIDTH)])
    return f"{text}{body_hash};\r\n b={folded}\r\n"


def _sign(key: Key, data: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, PKCS1v15(), SHA256())
    # RFC 8463 3: what is signed is the hash.
    return key.sign(sha256(data).digest())


@lru_cache(maxsize=64)
def _start(signer: Signer, names: tuple[str, ...]) -> tuple[str, str]:
    """What a signature says before the hash of the body, folded between names: as it is sent, and as it is signed."""
    start = f"v=1; a={signer.algorithm}; c=relaxed/simple; d={signer.domain}; s={signer.selector};\r\n h="
    field = written([("DKIM-Signature", f"{start}{_BETWEEN.join((*names, *_ONCE))};\r\n bh=")])
    return field.text.removesuffix("\r\n"), field.relaxed.removesuffix("\r\n")


def _simple(body: bytes) -> bytes:
    """The body with one line end at its end (RFC 6376 3.4.3)."""
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body if end == len(body) - 2 else body[:end] + b"\r\n"


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
