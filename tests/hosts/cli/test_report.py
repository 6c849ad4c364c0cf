"""`envoi report`: a campaign's numbers, with those who wait, and for what."""

from __future__ import annotations

from pathlib import Path

from envoi.hosts.cli.report import campaign_text
from envoi.reports.answers import CampaignReport
from tests.hosts.cli.conftest import Run

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


def test_a_report_to_be_passed_on_hides_small_groups(shop: Path, envoi: Run) -> None:
    with (shop / "envoi.toml").open("a", encoding="utf-8") as file:
        file.write("\n[privacy]\nsmallest_group = 4\n")
    told = envoi("report", "--shared", "--project", shop, "--json").answer
    assert told["smallest_group"] == 4
    whole = envoi("report", "--project", shop, "--json").answer
    sizes = {one["name"]: one["people"] for one in whole["segments"]}  # type: ignore[attr-defined]
    everyone = whole["people"]
    assert told["segments"] == {
        name: None if 0 < count < 4 or 0 < everyone - count < 4 else count for name, count in sizes.items()
    }
    assert "fewer than 4, or hidden" in envoi("report", "--shared", "--project", shop).out
    assert envoi("report", "hello", "--shared", "--project", shop).code == 2
