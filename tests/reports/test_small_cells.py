"""What is shared tells of no group of few: not by its number, and not by what is missing from the sum."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.reports.answers import CampaignReport, Engagement, Hits, Report, SegmentSize
from envoi.reports.sharing import shared_report
from envoi.reports.small_cells import alone, in_words, shared

groups = st.dictionaries(st.sampled_from("abcdefgh"), st.one_of(st.integers(0, 12), st.integers(0, 5000)), max_size=8)


@given(groups, st.integers(2, 20))
def test_no_small_group_is_told(parts: dict[str, int], smallest: int) -> None:
    told = shared(parts, smallest)
    assert all(count is None or count == parts[key] for key, count in told.items())
    assert not any(0 < count < smallest for count in told.values() if count is not None)


@given(groups, st.integers(2, 20))
def test_the_sum_gives_no_small_group_away(parts: dict[str, int], smallest: int) -> None:
    hidden = [key for key, count in shared(parts, smallest).items() if count is None]
    missing = sum(parts[key] for key in hidden)
    # What is missing from the sum is of two groups at least, and of as many people as a group needs; or it is all.
    assert not hidden or len(hidden) == len(parts) or (len(hidden) >= 2 and missing >= smallest)


@given(groups, st.integers(2, 20))
def test_nothing_is_hidden_without_need(parts: dict[str, int], smallest: int) -> None:
    if not any(0 < count < smallest for count in parts.values()):
        assert shared(parts, smallest) == parts


@given(st.permutations([("a", 3), ("b", 40), ("c", 7), ("d", 0)]))
def test_the_order_does_not_matter(parts: list[tuple[str, int]]) -> None:
    assert shared(dict(parts), 5) == {"a": None, "b": 40, "c": None, "d": 0}


def test_words() -> None:
    assert [in_words(alone(count, 10), 10) for count in (0, 9, 10)] == ["0", "fewer than 10, or hidden", "10"]


def test_a_report_that_is_shared() -> None:
    hits = Hits(hits=40, machines=0, people=38, reached=38)
    campaign = CampaignReport(
        campaign="hello", description="", planned_at="2026-01-01", audience=100, sent=40, held_out=3,
        skipped={"consent withdrawn": 50, "no e-mail address": 7}, states={"accepted": 40, "skipped": 60},
        finished=True, read=Engagement(opens=hits, clicks=hits, links=[], machines={}),
    )  # fmt: skip
    sizes = [
        SegmentSize(name=name, description="", condition="", people=n)
        for name, n in (("all", 998), ("few", 4), ("some", 500))
    ]
    told = shared_report(Report(project="p", at="", people=1000, events={}, segments=sizes, campaigns=[campaign]), 5)
    assert told.segments == {"all": None, "few": None, "some": 500}
    (one,) = told.campaigns
    assert (one.audience, one.states, one.skipped) == (
        100,
        {"accepted": 40, "held out": None},
        {"consent withdrawn": 50, "no e-mail address": None},
    )
    # Two of those who got it did not open it: who opened would say who did not.
    assert one.opened_by is None
