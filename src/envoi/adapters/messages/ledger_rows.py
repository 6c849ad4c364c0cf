"""A row of the ledger in SQL, as an entry: the same columns in every database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envoi.messages.ledger import Entry, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import PersonId

COLUMNS = "campaign, person, address, decision, state, reason, fence, at, due, attempts"
STATES = {state.value: state for state in State}


def entry_from(row: Sequence[Any], person: PersonId) -> Entry:
    """The entry of a row of COLUMNS, whose person is written as each database does."""
    campaign, _, address, decision, state, reason, fence, at, due, attempts = row
    return Entry(
        campaign=campaign,
        person=person,
        address=address,
        decision=decision,
        state=STATES[state],
        reason=reason,
        fence=fence,
        at=at,
        due=due,
        attempts=attempts,
    )
