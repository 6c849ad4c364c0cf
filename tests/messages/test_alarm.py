"""Some people's data may break a mail; when a tenth of all mails break, it is the mail."""

from __future__ import annotations

from envoi.events.event import PersonId
from envoi.messages.alarm import NOT_RENDERED, Alarm
from envoi.messages.ledger import Entry, State


def lot(*, broken: int = 0, sent: int = 0, skipped: int = 0) -> list[Entry]:
    def entry(state: State, reason: str = "") -> Entry:
        return Entry(
            campaign="spring", person=PersonId("p"), address="p@b.example", decision=1, state=state, reason=reason
        )

    return [
        *[entry(State.SKIPPED, f"{NOT_RENDERED}: no such price")] * broken,
        *[entry(State.ACCEPTED)] * sent,
        *[entry(State.SKIPPED, "unsubscribed")] * skipped,
    ]


def test_a_few_are_some_peoples_own_data() -> None:
    assert Alarm().hear(lot(broken=19)) == ""
    assert Alarm().hear(lot(broken=20, sent=180)) == ""


def test_a_tenth_is_the_mails_fault_and_is_told_once() -> None:
    alarm = Alarm()
    assert alarm.hear(lot(broken=15, sent=90, skipped=900)) == ""
    assert alarm.hear(lot(broken=10, sent=90)) == "25 of 205 mails could not be rendered"
    assert alarm.hear(lot(broken=99)) == ""
