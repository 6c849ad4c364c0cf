"""What a mail tells that came to the mailboxes of bounces and of wishes to unsubscribe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.messages.feedback import Odd
from envoi.messages.returned import What, read
from envoi.messages.returned_feedback import BOUNCE, about, feedback
from envoi.messages.unsubscribe_mail import asked_to_leave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.feedback import Feedback
    from envoi.messages.returned_feedback import Proof

#: So much is kept of a mail that is set aside.
_RAW = 32 << 10


def received(raw: bytes, proof: Proof) -> Iterator[Feedback | Odd]:
    """What a mail tells that came to the mailbox of bounces; letters of people count only as a wish to unsubscribe."""
    returned = read(raw)
    if returned.what in {What.AUTOMATIC, What.OTHER}:
        wish = asked_to_leave(returned.came_to, proof.links.keys)
        if wish is not None:
            yield wish
        return
    message_id = about(returned, proof)
    told = feedback(returned, message_id)
    if told is not None and message_id:
        yield told
    else:
        why = "nothing that only we can sign says which mail it is about" if told else "it says nothing of a mail"
        yield Odd(provider=BOUNCE, reason=f"{returned.what}: {why}", raw=raw[:_RAW].decode("utf-8", "backslashreplace"))
