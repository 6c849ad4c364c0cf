"""A mail to unsubscribe (RFC 2369): whoever writes to the address in a mail's head wants no more, whatever they say.

unsubscribe+TOKEN@example.org, where TOKEN is the Message-ID, signed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import NotFound
from envoi.messages.feedback import Feedback, Told
from envoi.messages.tokens import SIGNATURE_BYTES, for_address, from_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.messages.tokens import Keys

#: How the person said it.
MAIL = "mail"
_USE = "leave"
#: The longest local part that leaves room for a token in the 64 characters of RFC 5321 (4.5.3.1.1).
LONGEST_LOCAL = 64 - len("+") - len(for_address(bytes(1 + 16 + SIGNATURE_BYTES)))


def address_to_leave(keys: Keys, message_id: str, mailbox: str) -> str:
    """The address, in the given mailbox, by which the reader of this mail leaves."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{for_address(keys.signed(_USE, bytes.fromhex(message_id)))}@{domain}"


def asked_to_leave(came_to: Iterable[str], keys: Keys) -> Feedback | None:
    """What a mail to these addresses asks for; None if none of them was in the head of a mail of ours."""
    for address in came_to:
        try:
            message_id = keys.verified(_USE, from_address(address.rpartition("@")[0].rpartition("+")[2])).hex()
        except NotFound:
            continue
        return Feedback(told=Told.UNSUBSCRIBED, provider=MAIL, id=message_id, recipient="", message_id=message_id)
    return None
