"""Values of keys that stand for nobody in particular: whoever has them is not one person by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.standardise.base import words
from envoi.people.standardise.email import ROLES

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

#: What programs write where they know nothing.
_NOBODY = words("-1 anonymous empty false guest n/a na nan nil none not-set null true undefined unknown")
#: And before the @, where a form insists on an address.
_NO_ADDRESS = _NOBODY | {"noemail", "no-email", "no.email", "nobody"}


def blocked(kind: str, value: str, also: AbstractSet[str] = frozenset()) -> str:
    """Why this key names nobody in particular; empty if it may name someone. `also`: in lower case.

    >>> blocked("email", "Info@example.org"), blocked("device", "00000000-0000-0000-0000-000000000000")
    ('a role address', 'it stands for nobody')
    >>> blocked("anonymous_id", "null"), blocked("email", "ada@example.org"), blocked("user_id", "0")
    ('it stands for nobody', '', 'it stands for nobody')
    """
    plain = value.strip().lower()
    if plain in also:
        return "blocked by the project"
    if plain in _NOBODY or not plain.strip("0-.+ ") or plain.startswith("[object"):
        return "it stands for nobody"
    if kind == "email":
        local, _, _ = plain.partition("@")
        if local in _NO_ADDRESS:
            return "it stands for nobody"
        return "a role address" if local.partition("+")[0] in ROLES else ""
    return ""
