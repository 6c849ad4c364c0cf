"""Finds people in stores by their pseudonyms alone, as whoever has a receipt must."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.people.privacy.pseudonym import pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from envoi.people.privacy.pseudonym import Pseudonym

#: What may be an address, or a phone number as rules write it.
_ADDRESS = re.compile(r"[^\s\"'<>()\[\]{},;:=&?/\\]+@[^\s\"'<>()\[\]{},;:=&?/\\]+|\+\d{7,15}")


def finder(wanted: Collection[Pseudonym], secret: bytes) -> Callable[[str], bool]:
    """Tells whether a name is one of these; of a name that was asked for before, without working it out again."""
    known: dict[str, bool] = {}

    def is_wanted(name: str) -> bool:
        if name not in known:
            known[name] = pseudonym(name, secret) in wanted
        return known[name]

    return is_wanted


def addresses_in(text: str) -> Iterator[str]:
    """Whatever looks like an address in a text, in small letters.

    >>> list(addresses_in('{"email":"Ada@Example.org","phone":"+351210987654"}'))
    ['ada@example.org', '+351210987654']
    """
    return (found[0].casefold().rstrip(".") for found in _ADDRESS.finditer(text))
