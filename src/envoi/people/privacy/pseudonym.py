"""Stands for a person where their id must not stand: only who has the project's secret can make it."""

from __future__ import annotations

import hmac
from typing import NewType

#: The same person has the same one in every record of a project, and it tells nobody who that is.
Pseudonym = NewType("Pseudonym", str)


def pseudonym(name: str, secret: bytes) -> Pseudonym:
    """The pseudonym of an id or another name of a person.

    A plain hash of a short id, such as a customer number, is found by trying all numbers: hence the secret.

    >>> pseudonym("17", b"s") == pseudonym("17", b"s") != pseudonym("17", b"t")
    True
    """
    return Pseudonym(hmac.digest(secret, b"person\0" + name.encode("utf-8", "replace"), "sha256").hex()[:32])
