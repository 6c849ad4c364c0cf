"""Duplicates in files: what is read, and on real sets at least what splink finds when it is set up by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.errors import DataError, NotFound
from envoi.hosts import matching
from envoi.hosts.matching import FileToMatch, match_file
from envoi.reports.matches import Matched

#: F1 at 0.90 and 0.99 of splink set up by hand (bench/match_quality.py), and less than 0.01 below what ours was.
MEASURES = {
    "febrl/dataset1.parquet": ("entity_id", 0.997, 0.997),
    "febrl/dataset3.parquet": ("entity_id", 0.9996, 0.9996),
    "splink_fake_1000/fake_1000.parquet": ("cluster", 0.95, 0.85),
}


def matched(path: Path, **known: str | Path) -> Matched:
    return match_file(FileToMatch(path=path, **known))  # type: ignore[arg-type]


@pytest.mark.parametrize("file", MEASURES)
def test_real_sets(envoi_data: Path, file: str) -> None:
    column, review, merge = MEASURES[file]
    found = matched(envoi_data / file, truth=column)
    assert found.truth
    assert (found.method, found.because) == ("splink", "")
    by_threshold = {each.threshold: each for each in found.truth.thresholds}
    assert found.truth.f1 == by_threshold[0.9].f1 >= review
    assert by_threshold[0.99].f1 >= merge
    # The probability means what it says, or better: of those merged unseen one in a hundred may be wrong.
    assert by_threshold[0.99].precision >= 0.99
    assert column not in {each.column for each in found.fields}


def test_without_splink_the_rules_do_it_and_say_so(envoi_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "is_installed", lambda: False)
    found = matched(envoi_data / "febrl/dataset3.parquet", truth="entity_id")
    assert found.truth
    assert (found.method, found.truth.f1 >= 0.997) == ("rules", True)
    assert "pip install 'envoi[identity]'" in found.because


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.jsonl"
    path.write_text(
        '{"no": 7, "name": "Ada King", "mail": "ada@example.org"}\nno JSON\n{"no": 8, "phone": "020 7946 0018"}\n'
    )
    return path


def test_records_may_lack_fields_and_be_unreadable(people: Path) -> None:
    found = matched(people)
    assert (found.records, sum(found.unreadable.values()), found.key) == (2, 1, "no")
    assert [each.column for each in found.fields] == ["name", "mail", "phone"]


@pytest.mark.parametrize("known", [{"truth": "nme"}, {"key": "nme"}])
def test_a_column_that_is_not_there(people: Path, known: dict[str, str]) -> None:
    with pytest.raises(NotFound, match="did you mean 'name'"):
        matched(people, **known)


def test_a_key_has_to_tell_records_apart(people: Path) -> None:
    with pytest.raises(DataError, match="record 2 has no mail"):
        matched(people, key="mail")
    people.write_text('{"no": 7}\n{"no": 7}\n')
    with pytest.raises(DataError, match="2 records have the no '7'"):
        matched(people, key="no")


def test_a_mapping(people: Path, tmp_path: Path) -> None:
    (tmp_path / "match.toml").write_text('key = "mail"\n[fields]\nname = "ignored"\n')
    people.write_text('{"name": "Ada", "mail": "a@b.org"}\n{"name": "Ida", "mail": "b@b.org"}\n')
    found = matched(people, map=tmp_path / "match.toml")
    assert (found.key, {each.column: each.kind for each in found.fields}) == ("mail", {"name": "ignored"})
    (tmp_path / "match.toml").write_text('[fields]\nnam = "ignored"\n')
    with pytest.raises(NotFound, match="did you mean 'name'"):
        matched(people, map=tmp_path / "match.toml")
