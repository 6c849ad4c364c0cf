"""The first days of a domain: never more mails than the day allows, fairly shared, and all of them in the end."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date

from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.memory_days import MemoryDayBook
from envoi.clock import FixedClock, Instant, parse_instant
from envoi.events.event import PersonId
from envoi.messages.ledger import Entry, State
from envoi.messages.verdict import GO, Skip, Wait
from envoi.messages.warm_up import Warmth, allowance, warmed
from envoi.settings import WarmUp

MINUTE = 60_000_000
DAY = 86_400_000_000
START = parse_instant("2026-11-01T08:00:00Z")
NEW = WarmUp(starts=date(2026, 11, 1), per_day=(10, 20, 40))


def entries(campaign: str, count: int, state: State = State.CLAIMED) -> list[Entry]:
    return [
        Entry(campaign=campaign, person=PersonId(str(n)), address="", decision=1, state=state) for n in range(count)
    ]


def everybody(some: object) -> list[object]:
    return [GO for _ in some]  # type: ignore[attr-defined]


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=4),
    st.lists(st.integers(1, 30), min_size=1, max_size=4),
    st.integers(1, 12),
)
def test_no_day_has_more_than_it_may_and_campaigns_share_it(sizes: list[int], per_day: list[int], lot: int) -> None:
    clock, days = FixedClock(START), MemoryDayBook()
    warm_up = WarmUp(starts=date(2026, 11, 1), per_day=tuple(per_day))
    left = {f"c{n}": size for n, size in enumerate(sizes)}
    due = dict.fromkeys(left, START)
    sent: Counter[tuple[str, int]] = Counter()

    def waiting() -> list[str]:
        return [name for name in left if left[name] and due[name] <= clock.at]

    warmth = Warmth(domain="d", warm_up=warm_up, zone=UTC, book=days, clock=clock, sharers=waiting)
    for _ in range(5_000):
        for name in list(left):
            while name in waiting():
                verdicts = warmed(everybody, name, warmth)(entries(name, min(lot, left[name])))  # type: ignore[arg-type]
                went = verdicts.count(GO)
                sent[name, clock.at // DAY] += went
                left[name] -= went
                due[name] = max([one.until for one in verdicts if isinstance(one, Wait)], default=due[name])
        if not any(left.values()):
            break
        clock.at = min(due[name] for name in left if left[name])
    assert not any(left.values())
    for n, most in enumerate(per_day):
        gone = [sent[name, START // DAY + n] for name in left]
        assert sum(gone) <= most
    # On the first day all was used, and who did not get all had as much as anybody, but for what cannot be divided.
    first = [sent[f"c{n}", START // DAY] for n in range(len(sizes))]
    assert sum(first) == min(per_day[0], sum(sizes))
    assert all(went == size or went >= max(first) - len(sizes) for went, size in zip(first, sizes, strict=True))


def test_the_rest_waits_for_the_next_day() -> None:
    clock, days = FixedClock(START), MemoryDayBook()
    gate = warmed(everybody, "a", Warmth(domain="d", warm_up=NEW, zone=UTC, book=days, clock=clock))  # type: ignore[arg-type]
    # What is only about to be claimed does not count yet.
    assert [*gate(entries("a", 12, State.PLANNED))].count(GO) == 10
    verdicts = gate(entries("a", 12))
    tomorrow = Wait(until=parse_instant("2026-11-02T00:00:00Z"), reason="warm-up: 10 mails today")
    assert verdicts == [GO] * 10 + [tomorrow] * 2
    assert days.sent("d", parse_instant("2026-11-01")) == {"a": 10}
    clock.at = tomorrow.until
    assert [*gate(entries("a", 30))].count(GO) == 20


def test_what_does_not_go_anyway_uses_up_nothing() -> None:
    days = MemoryDayBook()

    def closed(some: object) -> list[object]:
        return [Skip(reason="no") for _ in some]  # type: ignore[attr-defined]

    gate = warmed(closed, "a", Warmth(domain="d", warm_up=NEW, zone=UTC, book=days, clock=FixedClock(START)))  # type: ignore[arg-type]
    assert gate(entries("a", 5)) == [Skip(reason="no")] * 5
    assert days.sent("d", parse_instant("2026-11-01")) == {}


def test_who_had_their_share_looks_again_soon() -> None:
    days, clock = MemoryDayBook(), FixedClock(START)
    warmth = Warmth(domain="d", warm_up=NEW, zone=UTC, book=days, clock=clock, sharers=lambda: ["a", "b"])
    verdicts = warmed(everybody, "a", warmth)(entries("a", 6))  # type: ignore[arg-type]
    assert verdicts[5] == Wait(until=Instant(START + 5 * MINUTE), reason="warm-up: 10 mails today")
    assert verdicts[:5] == [GO] * 5


def test_days_are_the_projects_own_and_end_after_the_last() -> None:
    assert allowance(NEW, parse_instant("2026-10-01"), UTC) == allowance(
        WarmUp(starts=date(2026, 10, 1), per_day=(10,)), parse_instant("2026-10-01"), UTC
    )
    assert allowance(NEW, parse_instant("2026-11-04"), UTC) is None
