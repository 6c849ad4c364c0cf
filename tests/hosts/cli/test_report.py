"""`envoi report`: a campaign's numbers, with those who wait, and for what."""

from __future__ import annotations

from envoi.hosts.cli.report import campaign_text
from envoi.reports.answers import CampaignReport

WAITING = CampaignReport(
    campaign="picks@2026-11-23",
    description="",
    planned_at="2026-11-23T08:00:00Z",
    audience=10,
    sent=1,
    held_out=2,
    skipped={"consent withdrawn": 1},
    states={"accepted": 1, "deferred": 1, "planned": 5, "skipped": 3},
    finished=False,
    waiting={"at most 1 per day: had sale": 1, "quiet hours: 21:00 to 08:00": 3},
)


def test_who_waits_for_what_is_told_below_those_who_are_planned() -> None:
    told = [line.split() for line in campaign_text(WAITING).splitlines()[1:]]
    assert [(" ".join(words[:-1]), int(words[-1])) for words in told] == [
        ("sent", 1),
        ("deferred", 1),
        ("planned", 5),
        ("at most 1 per day: had sale", 1),
        ("quiet hours: 21:00 to 08:00", 3),
        ("held out", 2),
        ("skipped", 1),
        ("consent withdrawn", 1),
        ("audience", 10),
    ]


def test_a_transactional_campaign_says_so() -> None:
    report = CampaignReport(
        campaign="receipt", description="", planned_at="", audience=0, sent=0, held_out=0, skipped={}, states={},
        finished=False, kind="transactional",
    )  # fmt: skip
    assert campaign_text(report) == "Transactional campaign receipt: not sent yet"
