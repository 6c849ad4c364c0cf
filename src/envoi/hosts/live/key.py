"""The write key: who knows it may send events."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hmac import compare_digest
from typing import TYPE_CHECKING

from envoi.hosts.folder import state_folder

if TYPE_CHECKING:
    from pathlib import Path

#: Overrides the key that the project made for itself.
WRITE_KEY = "ENVOI_WRITE_KEY"


def write_key(root: Path) -> str:
    """The project's write key: the one the environment names, or one made once, at random, in the project's folder."""
    if given := os.environ.get(WRITE_KEY):
        return given
    path = state_folder(root) / "write-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(24) + "\n")
    return path.read_text(encoding="utf-8").strip()


class Lock:
    """Says who brings the key: as the user name of Basic authentication, or in the body as `writeKey`."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        # What the clients send, to the letter: it is compared without being decoded.
        self._usual = b"Basic " + b64encode(self._key + b":")

    def admits(self, authorization: bytes) -> bool:
        """Whether this header has the key."""
        if compare_digest(authorization, self._usual):
            return True
        scheme, _, said = authorization.partition(b" ")
        try:
            user, _, _ = b64decode(said.strip(), validate=True).partition(b":")
        except (NotBase64, ValueError):
            return False
        return scheme.lower() == b"basic" and compare_digest(user, self._key)

    def fits(self, said: object) -> bool:
        """Whether this is the key."""
        return isinstance(said, str) and compare_digest(said.encode("utf-8", "replace"), self._key)
