"""The return path of a mail: an address of ours that says which mail came back, and that only we can make (VERP).

bounce+TOKEN@example.org, where TOKEN is the Message-ID, signed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import NotFound
from envoi.messages.tokens import for_address, from_address, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.messages.tokens import Keys

_USE = "return path"


def return_path(keys: Keys, message_id: str, mailbox: str) -> str:
    """The envelope sender of this mail, which is in the given mailbox."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{for_address(keys.signed(_USE, bytes.fromhex(message_id)))}@{domain}"


def came_back(keys: Keys, addresses: Iterable[str]) -> str:
    """The Message-ID of the mail that came back to these addresses.

    Raises:
        NotFound: none of them is a return path that we made.
    """
    for address in addresses:
        token = from_address(address.rpartition("@")[0].rpartition("+")[2])
        try:
            return keys.verified(_USE, token).hex()
        except NotFound:
            continue
    raise refusal()
