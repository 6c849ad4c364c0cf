"""The keys with which a project's mails are signed, read from their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import ProjectError
from envoi.messages.dkim import Signer, read_key

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.settings import Settings


def signers_of(root: Path, settings: Settings) -> tuple[Signer, ...]:
    """Who signs, in the order of `[[dkim]]`; paths are within the project unless they are absolute.

    Raises:
        ProjectError: a file is not there or holds no key, or its domain or selector cannot be one.
    """
    return tuple(
        Signer(domain=each.domain, selector=each.selector, key=read_key(_pem(root / each.key)))
        for each in settings.dkim
    )


def _pem(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "make one with 'openssl genrsa -out FILE 2048', or name the one you have in [[dkim]]"
        raise ProjectError(f"the key {path} cannot be read: {error.strerror}", hint=hint) from error
