"""The report as numbers: its fields are a contract, each source has its own, and it is true of any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import parse_instant
from envoi.hosts.local import open_project
from envoi.reports.quality.answers import QualityReport
from tests.reports.quality.shop import NOW, PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.reports.quality.answers import FieldQuality


def field(report: QualityReport, name: str, source: str = "", event: str = "") -> FieldQuality:
    [found] = [each for each in report.fields if (each.field, each.source, each.event) == (name, source, event)]
    return found


def test_the_numbers_of_a_field_add_up(bad: QualityReport) -> None:
    birthday = field(bad, "birthday")
    assert (birthday.total, birthday.filled) == (PEOPLE, PEOPLE - 172)
    assert birthday.complete == birthday.filled / birthday.total
    assert sum(count for _, count, _ in birthday.days) == PEOPLE - 261
    assert [(use.kind, use.name, use.how) for use in birthday.used_by] == [("campaign", "birthday", "its audience")]


def test_each_source_has_its_own_numbers(bad: QualityReport) -> None:
    crm, web = field(bad, "birthday", "crm"), field(bad, "birthday", "web")
    assert crm.total + web.total == PEOPLE
    assert crm.filled + web.filled == field(bad, "birthday").filled
    assert crm.newest < web.newest


def test_a_field_with_numbers_and_texts_tells_the_misfits(bad: QualityReport) -> None:
    age = field(bad, "age")
    assert (age.filled, age.misfits) == (PEOPLE - 8, 8)
    assert age.drift is not None
    assert (age.drift.measure, age.drift.verdict) == ("ks", "steady")


def test_what_nobody_ever_told_is_there_with_nothing_in_it(bad: QualityReport) -> None:
    nickname = field(bad, "nickname")
    assert (nickname.filled, nickname.complete, nickname.newest, nickname.drift) == (0, 0.0, "", None)


def test_each_day_has_its_band_and_a_first_one_has_none(bad: QualityReport) -> None:
    [orders] = [each for each in bad.volumes if each.event == "Order Completed"]
    assert len(orders.days) == 28
    assert [(each.day, each.verdict) for each in orders.days if each.verdict != "as expected"] == [
        ("2024-04-28", "too few")
    ]
    [profiles] = [each for each in bad.volumes if (each.event, each.source) == ("Profile Updated", "web")]
    assert profiles.days[0].verdict == "too little history"


def test_incomplete_profiles_say_what_would_complete_them(bad: QualityReport) -> None:
    incomplete = bad.incomplete
    assert (incomplete.people, incomplete.of, incomplete.condition) == (172, PEOPLE, "birthday is missing")
    assert [(each.field, each.missing, each.only, each.weight) for each in incomplete.fields] == [
        ("birthday", 172, 172, 3)
    ]
    assert all(each.lacks == ["birthday"] for each in incomplete.examples)


def test_a_report_of_an_earlier_moment_knows_nothing_of_later_ones(bad_shop: Path) -> None:
    with open_project(bad_shop, read_only=True) as envoi:
        before = envoi.quality(at=parse_instant("2024-04-11T00:00:00Z"))
    assert before.people < PEOPLE
    assert not [each for each in before.findings if each.kind in {"lost", "volume", "drift"}]
    assert max(each.newest for each in before.fields) < "2024-04-11"


def test_the_answer_is_plain_data_and_comes_back_whole(bad: QualityReport) -> None:
    assert msgspec.json.decode(msgspec.json.encode(bad), type=QualityReport) == bad
    assert bad.at == "2024-05-01T09:00:00Z"
    assert parse_instant(bad.present_from) == NOW - 7 * 86_400_000_000
