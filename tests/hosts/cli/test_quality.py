"""`envoi report quality`: for people, and as JSON; for a project with people, without any, and for one of its past."""

from __future__ import annotations

from pathlib import Path

import msgspec

from envoi.reports.quality.answers import QualityReport
from tests.hosts.cli.conftest import Run


def test_findings_fields_and_what_would_complete_profiles(envoi: Run, imported: Path) -> None:
    ran = envoi("report", "quality", "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Corner Shop: data of 12 people as of 2026-11-02T09:00:00Z\n\n! email is missing for 8 %")
    assert "envoi who 'email is missing'" in ran.out
    assert "  birthday                              91.7 %" in ran.out.splitlines()
    assert "1 of 12 profiles lacks something that the project uses" in ran.out


def test_as_json(envoi: Run, imported: Path) -> None:
    found = msgspec.convert(envoi("report", "quality", "--json", "--project", imported).answer, QualityReport)
    assert (found.project, found.people) == ("Corner Shop", 12)
    assert {each.source for each in found.volumes} == {"crm", "shop"}


def test_of_an_earlier_moment(envoi: Run, imported: Path) -> None:
    ran = envoi("report", "quality", "--at", "2020-01-01", "--project", imported)
    assert ran.out.endswith("Nobody is known yet: 'envoi import FILE --people' brings some.\n")


def test_before_anything_is_known(envoi: Run, fresh: Path) -> None:
    ran = envoi("report", "quality", "--project", fresh)
    assert "Nobody is known yet" in ran.out
