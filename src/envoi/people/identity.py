"""What an event's keys name: each key is a node, and the most trusted one of an event is the event's own node.

A person is a set of nodes, called by the most trusted of them; which nodes are one person is decided by link.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.event import PersonId
from envoi.settings import TRUST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.events.event import Event

_OTHERS = frozenset(TRUST) - {"user_id"}


def resolve(keys: Mapping[str, str]) -> PersonId | None:
    """The node of the most trusted of these keys; None if there is no key to go by.

    A user id is the person's id as it stands. Other keys carry their kind, so that they never meet a user id by chance.

    >>> resolve({"anonymous_id": "a-1", "user_id": "17"}), resolve({"email": " Ada@Example.org"}), resolve({})
    ('17', 'email:ada@example.org', None)
    """
    for kind in TRUST:
        value = keys.get(kind, "").strip()
        if value:
            return node_of(kind, value)
    return None


def node_of(kind: str, value: str) -> PersonId:
    """The node that one key names.

    >>> node_of("user_id", "17"), node_of("email", "Ada@Example.org")
    ('17', 'email:ada@example.org')
    """
    if kind == "user_id":
        return PersonId(value)
    return PersonId(f"{kind}:{value.lower() if kind == 'email' else value}")


def kind_of(node: PersonId) -> str:
    """The kind of key that a node is.

    >>> kind_of(PersonId("17")), kind_of(PersonId("email:ada@example.org")), kind_of(PersonId("crm:17"))
    ('user_id', 'email', 'user_id')
    """
    kind, colon, _ = node.partition(":")
    return kind if colon and kind in _OTHERS else "user_id"


def words_of(node: PersonId) -> str:
    """A node as people say it.

    >>> words_of(PersonId("17")), words_of(PersonId("anonymous_id:a-1"))
    ('user id 17', 'anonymous id a-1')
    """
    kind = kind_of(node)
    return f"{kind.replace('_', ' ')} {node if kind == 'user_id' else node.removeprefix(f'{kind}:')}"


def home_of(event: Event, *, otherwise: PersonId) -> PersonId:
    """The node that an event of the log says again and again: where it goes when its person turns out to be two."""
    return resolve(event.keys) or otherwise


def keys_of(person: PersonId) -> dict[str, str]:
    """The key that an id was made of: `resolve` makes the same id of it.

    >>> keys_of(PersonId("17")), keys_of(PersonId("email:ada@example.org")), keys_of(PersonId("x:1"))
    ({'user_id': '17'}, {'email': 'ada@example.org'}, {'user_id': 'x:1'})
    """
    kind, _, value = person.partition(":")
    return {kind: value} if value and kind in _OTHERS else {"user_id": person}
