"""What was put off is tried again later and later, never all at once, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from envoi.clock import Instant, duration
from envoi.events.event import PersonId
from envoi.messages.ledger import Entry, Receipt, State
from envoi.messages.retry import Retry

NOW = Instant(1_000_000_000)
LATER = Receipt(state=State.DEFERRED, reason="450 later")


def entry_of(person: str, attempts: int = 0) -> Entry:
    return Entry(campaign="spring", person=PersonId(person), address="", decision=1, attempts=attempts)


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 2), (2, 4), (7, 128), (8, 240), (99, 240)])
def test_each_wait_is_twice_the_last_up_to_the_longest_with_up_to_a_half_more_or_less(
    attempts: int, minutes: int
) -> None:
    waits = [Retry().wait(entry_of(f"p{n}", attempts)) for n in range(200)]
    plain = timedelta(minutes=minutes)
    assert plain / 2 <= min(waits) < plain * 0.6
    assert plain * 1.4 < max(waits) <= plain * 1.5
    assert len(set(waits)) == 200


def test_the_same_entry_waits_the_same_time() -> None:
    assert Retry().after(entry_of("p1"), LATER, NOW) == Retry().after(entry_of("p1"), LATER, NOW)


def test_what_the_server_asks_for_is_granted() -> None:
    asked = replace(LATER, again_s=7200.0)
    assert Retry().after(entry_of("p1"), asked, NOW).due == NOW + 7200 * 1_000_000
    # A server that wants it sooner than we do waits like the others.
    hasty = replace(LATER, again_s=0.1)
    assert Retry().after(entry_of("p1"), hasty, NOW) == replace(Retry().after(entry_of("p1"), LATER, NOW), again_s=0.1)


def test_after_days_it_is_given_up_with_the_last_words() -> None:
    # 1 + 2 + ... + 128 minutes, then every four hours, for less than two days: 8 and 10 tries.
    given_up = next(n for n in range(99) if Retry().after(entry_of("p1", n), LATER, NOW).state is State.REJECTED)
    assert given_up + 1 == 19
    found = Retry().after(entry_of("p1", given_up), LATER, NOW)
    assert (found.state, found.reason, found.due) == (State.REJECTED, "gave up after 19 tries: 450 later", 0)


def test_nothing_is_tried_at_or_after_the_deadline() -> None:
    retry = Retry(deadline=Instant(NOW + duration(timedelta(seconds=90))))
    assert {retry.after(entry_of(f"p{n}"), LATER, NOW).state for n in range(50)} == {State.DEFERRED}
    assert {retry.after(entry_of(f"p{n}", 2), LATER, NOW).state for n in range(50)} == {State.REJECTED}
