"""A stable number in [0, 1) for any key: how people are split, today and after every restart, without remembering."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b


def bucket(salt: str, key: str) -> float:
    """Where `key` falls under `salt`, uniform in [0, 1); the same on every machine and in every process.

    Different salts place the same keys independently, so one experiment's split says nothing about another's.

    >>> bucket("holdout", "17") == bucket("holdout", "17")
    True
    >>> sum(bucket("holdout", str(n)) < 0.1 for n in range(10_000))
    980
    """
    digest = blake2b(key.encode(), digest_size=8, person=_salted(salt)).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)


@lru_cache(maxsize=256)
def _salted(salt: str) -> bytes:
    return blake2b(salt.encode(), digest_size=16).digest()
