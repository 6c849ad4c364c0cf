"""Every defect that was put into the shop is found, nothing else is, and each is said in words with its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.reports.quality.answers import QualityReport

#: By rank: what touches campaigns comes first.
GOLDEN = {
    "silent /  /  / crm": "nothing came from crm since 25 April, and it should not be silent for longer than 3 days",
    "drift /  / country / web": (
        "the values of country from web have shifted: 'US' 80 % instead of 0 %, 'FR' 10 % instead of 67 %, 'DE' 10 %"
        ' instead of 33 %; campaign "birthday" uses it'
    ),
    "lost /  / birthday / ": (
        "birthday is missing for 43 % of the people who came since 12 April, and for under 1 % of those before;"
        ' campaign "birthday" uses it'
    ),
    "volume / Order Completed /  / tills": (
        "too few Order Completed events from tills on 28 April: 4, where 16 to 66 were expected;"
        ' campaign "birthday" uses it'
    ),
    "lost / Order Completed / channel / ": (
        "Order Completed.channel is missing for 50 % of Order Completed events since 22 April, and for 0 % of those"
        " before"
    ),
    "invalid /  / tier / ": ('tier is not valid for 2 %; campaign "birthday" and segment "gold" use it'),
    "repair /  / city / ": (
        'city is probably wrong for 16 people; campaign "birthday" and template "hello.mjml" use it'
    ),
    "shared /  / email / ": ('10 people share their email with another; campaign "birthday" uses it'),
    "misfit /  / age / ": "age is a number: 8 values are not, and count as missing",
    "set aside /  /  / tills": "5 records from tills could not be taken in",
}
#: What may be about a person is apart.
EXAMPLES = {
    "invalid /  / tier / ": "'glod' is none of the values that the tracking plan lists",
    "repair /  / city / ": (
        "125 has 'Jenan' where it should be 'Jena', as zip decides city, and 236 other rows say 'Jena'"
    ),
    "shared /  / email / ": "'family@example.org' is that of 10",
    "set aside /  /  / tills": "because no key names a person",
}


def test_every_defect_is_found_and_nothing_else(bad: QualityReport) -> None:
    assert {each.key: each.says for each in bad.findings} == GOLDEN
    assert {each.key: each.example for each in bad.findings if each.example} == EXAMPLES


def test_the_worst_comes_first(bad: QualityReport) -> None:
    assert [each.rank for each in bad.findings] == sorted((each.rank for each in bad.findings), reverse=True)
    assert [each.key for each in bad.findings if each.kind in {"lost", "misfit"}] == [
        "lost /  / birthday / ",
        "lost / Order Completed / channel / ",
        "misfit /  / age / ",
    ]


def test_good_data_have_no_findings(good: QualityReport) -> None:
    assert good.findings == []
    assert good.incomplete.people == 0


@pytest.mark.parametrize(
    ("key", "count"),
    [
        ("lost /  / birthday / ", 172),
        ("invalid /  / tier / ", 24),
        ("shared /  / email / ", 10),
        ("repair /  / city / ", 16),
        ("drift /  / country / web", 112),
    ],
)
def test_a_number_opens_the_list_of_whom_it_counts(bad: QualityReport, bad_shop: Path, key: str, count: int) -> None:
    finding = next(each for each in bad.findings if each.key == key)
    with open_project(bad_shop, read_only=True) as envoi:
        assert envoi.who(finding.condition, only_count=True).count == count
    assert finding.kind == "drift" or finding.count == count
