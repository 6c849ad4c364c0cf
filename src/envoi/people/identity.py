"""Whose event is it: from the keys an event carries to one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.event import PersonId

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Kinds of key from the most to the least trusted; the first one an event carries names the person.
TRUST = ("user_id", "email", "phone", "anonymous_id")


def resolve(keys: Mapping[str, str]) -> PersonId | None:
    """The person these keys belong to; None if there is no key to go by.

    A user id is the person's id as it stands. Other keys carry their kind, so that they never meet a user id by chance.

    >>> resolve({"anonymous_id": "a-1", "user_id": "17"}), resolve({"email": " Ada@Example.org"}), resolve({})
    ('17', 'email:ada@example.org', None)
    """
    for kind in TRUST:
        value = keys.get(kind, "").strip()
        if value:
            if kind == "user_id":
                return PersonId(value)
            return PersonId(f"{kind}:{value.lower() if kind == 'email' else value}")
    return None
