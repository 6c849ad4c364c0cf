"""What became of a mail, as an event: so that conditions, reports and models can speak of it like of any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.event import ENVOI, Event, Name
from envoi.messages.ledger import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.ledger import Entry

#: What a settled entry is called in the log.
NAMES = {State.ACCEPTED: Name.EMAIL_SENT, State.REJECTED: Name.EMAIL_FAILED, State.UNKNOWN: Name.EMAIL_FAILED}


def outcome(entry: Entry) -> Event:
    """The event of an entry in one of the states of NAMES; the same entry gives the same event."""
    message_id = entry.message_id
    return Event(
        id=f"{message_id}:{entry.state}",
        source=ENVOI,
        name=NAMES[entry.state],
        keys={"user_id": entry.person},
        at=entry.at,
        seen_at=entry.at,
        props={
            "campaign": entry.campaign,
            "message_id": message_id,
            "state": entry.state.value,
            "reason": entry.reason,
        },
    )


def outcome_ids(message_id: str) -> Iterator[str]:
    """The ids that the event of this mail may have."""
    return (f"{message_id}:{state}" for state in NAMES)
