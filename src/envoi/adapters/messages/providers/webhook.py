"""What a provider posts to us: verified before it is read, and read into the one vocabulary."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import msgspec

from envoi.clock import MICROS_PER_SECOND, Instant, parse_instant
from envoi.errors import DataError, ProjectError
from envoi.messages.feedback import Odd
from envoi.messages.loose import objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envoi.messages.feedback import Feedback
    from envoi.messages.loose import Object

#: How long after it was signed a request is believed: as long as providers try again what could not be taken in.
#: Within it nothing counts twice, since every event has an id.
WINDOW_S = 25 * 3_600
#: How far a provider's clock may be ahead of ours.
AHEAD_S = 300

_OURS = re.compile(r"[0-9a-f]{32}")

#: Fetches what is at an address of a provider's own.
Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One request."""

    body: bytes
    #: By their names in small letters.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The public address that it was posted to, as the provider knows it.
    url: str = ""


class Webhook(Protocol):
    """One provider's way of telling."""

    def distrust(self, posted: Posted, now: Instant) -> str:
        """Why the request is not the provider's, or too old; empty if it is to be believed."""
        ...

    def once(self, posted: Posted) -> str:
        """What the provider signs no more than once, where its signature does not cover what it tells; else empty."""
        ...

    def read(self, posted: Posted) -> Iterable[Feedback | Odd]:
        """What is told, in order; what is not in the vocabulary comes with the reason. Asked only if it is believed."""
        ...


class Signed:
    """The half of a webhook whose signature covers all it tells."""

    def once(self, posted: Posted) -> str:  # noqa: ARG002 - whatever it is, it is covered
        """Nothing: telling it again says nothing new."""
        return ""


class ByPassword(Signed):
    """The half of a webhook that signs nothing, and so is believed by a user and password that we gave it."""

    #: What people call the provider.
    name: ClassVar[str]
    #: Whether it can also be given a token without a user.
    takes_token: ClassVar[bool] = False

    def __init__(self, credentials: str) -> None:
        """Takes `user:password` or, of some, a token.

        Raises:
            ProjectError: it is neither.
        """
        user, _, password = credentials.partition(":")
        if not ((user and password) or (self.takes_token and credentials)):
            raise ProjectError(f"the password of {self.name}'s webhook is missing", hint="write it as user:password")
        self._credentials = credentials

    def distrust(self, posted: Posted, now: Instant) -> str:  # noqa: ARG002 - of no time it is said that it is true
        """See `Webhook.distrust`."""
        known = knows(posted, self._credentials)
        return "" if known else f"the user or password is not the one that {self.name} was given"


def each_of(
    provider: str, posted: Posted, one: Callable[[Object], Feedback | Odd], *, content: str | None = None
) -> Iterator[Feedback | Odd]:
    """What `one` makes of each event in the JSON posted, or in its `content`; without any, all is set aside."""
    found = objects(loaded(posted.body if content is None else content))
    if not found:
        yield unread(provider, "no list of events", posted.body)
    yield from map(one, found)


def is_timely(signed_s: float | None, now: Instant) -> bool:
    """Whether something that was signed at this time, in seconds since 1970, is to be believed now."""
    if signed_s is None:
        return False
    age_s = now / MICROS_PER_SECOND - signed_s
    return -AHEAD_S <= age_s <= WINDOW_S


def knows(posted: Posted, secret: str) -> bool:
    """Whether who posts knows the secret: as `user:password` of Basic authentication, or as a Bearer token.

    >>> knows(Posted(body=b"", headers={"authorization": "Basic dXNlcjpwYXNz"}), "user:pass")
    True
    """
    scheme, _, said = posted.headers.get("authorization", "").partition(" ")
    given = said.strip().encode("utf-8", "replace")
    if scheme.lower() == "basic":
        try:
            given = b64decode(given, validate=True)
        except (NotBase64, ValueError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return bool(secret) and compare_digest(given, secret.encode())


def loaded(body: bytes | str) -> Any:  # noqa: ANN401 - it may be any JSON
    """The JSON in a body; None if it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def unread(provider: str, reason: str, raw: object) -> Odd:
    """Something that is set aside, as it came."""
    if isinstance(raw, bytes):
        return Odd(provider=provider, reason=reason, raw=raw.decode("utf-8", "backslashreplace"))
    return Odd(provider=provider, reason=reason, raw=msgspec.json.encode(raw).decode())


def ours(message_id: str) -> str:
    """Our name for a mail in the Message-ID that we gave it; empty if we did not.

    >>> ours("<0123456789abcdef0123456789abcdef@mail.example.org>"), ours("<1@example.org>")
    ('0123456789abcdef0123456789abcdef', '')
    """
    local = message_id.strip().strip("<>").partition("@")[0]
    return local if _OURS.fullmatch(local) else ""


def named(*parts: object) -> str:
    """An id made of what is told, where the provider gives none."""
    return blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()


def from_seconds(seconds: float | None) -> Instant | None:
    """The instant so many seconds after 1970; None if it is none in which there was mail."""
    return Instant(round(seconds * MICROS_PER_SECOND)) if seconds is not None and 0 < seconds < 1e11 else None  # noqa: PLR2004


def from_iso(text: str) -> Instant | None:
    """The instant that an ISO 8601 text names; None if it names none."""
    try:
        return parse_instant(text)
    except (DataError, OverflowError):
        return None
