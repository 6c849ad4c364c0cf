"""Suppression as a fold: hard bounces and complaints at once, soft ones by number, whatever the order they come in."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, duration
from envoi.events.event import ENVOI, Event, Name, Value
from envoi.messages.suppression import (
    SOFT_BOUNCES,
    SOFT_WITHIN,
    Standing,
    Strike,
    by_hand,
    key_of,
    lift,
    merge,
    reason,
    standings,
)

SECRET = b"a secret"
ANN = key_of("ann@example.org", SECRET)
DAY = duration(timedelta(days=1))


def bounced(
    day: float, *, kind: str = "soft", mail: str = "", source: str = ENVOI, address: str = "ann@example.org"
) -> Event:
    return told(
        Name.EMAIL_BOUNCED,
        day,
        source=source,
        props={
            "kind": kind,
            "code": "5.1.1",
            "reason": "no such user",
            "recipient": address,
            "message_id": mail or f"m{day}",
        },
    )


def told(name: Name, day: float, *, source: str = ENVOI, props: dict[str, Value] | None = None) -> Event:
    at = Instant(int(day * DAY))
    usual: dict[str, Value] = {"recipient": "ann@example.org", "message_id": "m1"}
    return Event(
        id=f"{name}:{day}",
        source=source,
        name=name,
        keys={"user_id": "17"},
        at=at,
        seen_at=at,
        props=usual if props is None else props,
    )


def said_of(*events: Event) -> str:
    return reason(standings(events, SECRET).get(ANN))


def test_one_hard_bounce_suppresses() -> None:
    assert said_of(bounced(1, kind="hard")) == "hard bounce: 5.1.1 no such user"


def test_one_complaint_suppresses() -> None:
    assert said_of(told(Name.EMAIL_COMPLAINED, 1)) == "complaint: the recipient called a mail spam"


@pytest.mark.parametrize(
    ("days", "is_suppressed"),
    [
        ([1, 2, 3, 4], False),
        ([1, 2, 3, 4, 5], True),
        # Five within thirty days exactly, and a moment more.
        ([0, 1, 2, 3, 30], True),
        ([0, 1, 2, 3, 30.001], False),
        # The oldest do not count any more, the newest five do.
        ([0, 40, 50, 60, 65, 69], True),
    ],
)
def test_soft_bounces_count(days: list[float], is_suppressed: bool) -> None:
    assert bool(said_of(*map(bounced, days))) is is_suppressed


def test_bounces_of_no_certain_kind_count_as_soft_ones_do() -> None:
    assert not said_of(*(bounced(day, kind="undetermined") for day in range(1, SOFT_BOUNCES)))
    assert said_of(*(bounced(day, kind="undetermined") for day in range(SOFT_BOUNCES)))


def test_a_mail_counts_once_however_often_it_bounces() -> None:
    assert not said_of(*(bounced(day, mail="m1") for day in range(SOFT_BOUNCES * 2)))


def test_other_events_say_nothing() -> None:
    names = set(Name) - {Name.EMAIL_BOUNCED, Name.EMAIL_COMPLAINED}
    assert standings((told(name, 1) for name in sorted(names)), SECRET) == {}


def test_what_a_shop_sends_in_under_the_same_name_suppresses_nobody() -> None:
    assert said_of(bounced(1, kind="hard", source="http")) == ""


def test_an_address_is_one_however_it_is_written() -> None:
    assert reason(standings([bounced(1, kind="hard", address="ANN@Example.ORG")], SECRET).get(ANN))
    assert not standings([bounced(1, kind="hard", address="bob@example.org")], SECRET).get(ANN)


def test_the_key_tells_nothing_of_the_address() -> None:
    assert "ann" not in ANN
    assert key_of("ann@example.org", b"another secret") != ANN


def test_lifting_forgives_what_was_before_and_not_what_comes_after() -> None:
    forgiven = lift(ANN, at=Instant(5 * DAY), who="support", why="the mailbox works again")
    before = standings([bounced(4, kind="hard"), *(bounced(0.1 * n) for n in range(9))], SECRET)[ANN]
    assert reason(before)
    assert not reason(merge(before, forgiven))
    # The same, told late; and told again.
    assert not reason(merge(forgiven, merge(before, before)))
    assert reason(merge(merge(before, forgiven), standings([bounced(6, kind="hard")], SECRET)[ANN]))


def test_a_person_may_suppress_by_hand() -> None:
    assert reason(by_hand(ANN, at=Instant(1), who="ada", why="asked by phone")) == "suppressed by ada: asked by phone"


strikes = st.builds(
    Strike,
    st.integers(0, 100).map(lambda day: Instant(day * DAY)),
    st.sampled_from([f"m{n}" for n in range(9)]),
    st.sampled_from(["full", "gone"]),
)
known = st.builds(
    Standing,
    key=st.just(ANN),
    hard=st.none() | strikes,
    soft=st.lists(strikes, max_size=1).map(tuple),
    lifted=st.none() | strikes,
)


@given(st.lists(known, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(told: list[Standing], random: object) -> None:
    shuffled = told * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reduce(merge, shuffled, told[0]) == reduce(merge, told)


@given(st.lists(known, min_size=3, max_size=12))
def test_parts_merge_to_the_whole(told: list[Standing]) -> None:
    half = len(told) // 2
    assert merge(reduce(merge, told[:half]), reduce(merge, told[half:])) == reduce(merge, told)


def test_the_promised_numbers() -> None:
    assert (5, timedelta(days=30)) == (SOFT_BOUNCES, SOFT_WITHIN)
