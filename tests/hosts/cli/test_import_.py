"""`envoi import`: what was taken in, what was set aside and why, and how to go on after an interruption."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.hosts import importing
from tests.hosts.cli.conftest import Run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five events, one of a person that nobody names and one without a time."""
    path = tmp_path / "web.csv"
    path.write_text(
        "user_id,event,timestamp,page\n"
        "1,Page Viewed,2026-10-01,/a\n"
        "2,Page Viewed,2026-10-02,/b\n"
        ",Page Viewed,2026-10-02,/b\n"
        "3,Left,2026-10-02,\n"
        "3,Left,soon,\n"
    )
    return path


def test_what_was_taken_in_and_what_was_not(envoi: Run, fresh: Path, file: Path) -> None:
    ran = envoi("import", file, "--events", "--project", fresh)
    assert (ran.code, ran.err) == (0, "")
    rejects = next((fresh / ".envoi" / "rejects").iterdir())
    assert re.sub(r"\d+\.\d s(, [\d,]+ a second)?", "0.0 s", ran.out) == (
        f"{file}: 5 records in 0.0 s\n"
        "  took in 3 events of 3 people\n"
        "    Left                 1\n"
        "    Page Viewed          2\n"
        "  2 set aside\n"
        "            1  nobody is named\n"
        '               line 4: {"user_id":null,"event":"Page Viewed","timestamp":"2026-10-02","page":"/b"}\n'
        "            1  'timestamp' should be a time written as 2017-12-01T09:00:00Z\n"
        '               line 6: {"user_id":"3","event":"Left","timestamp":"soon","page":null}\n'
        f"  all of them, with their reasons: {rejects}\n"
    )
    assert rejects.read_text().count("\n") == 2


def test_a_file_taken_in_before(envoi: Run, fresh: Path, file: Path) -> None:
    line = ["import", file, "--events", "--project", fresh]
    first, again = envoi(*line, "--json"), envoi(*line, "--json")
    assert (first.answer["events"], again.answer["events"]) == ({"Left": 1, "Page Viewed": 2}, {})
    assert "was taken in whole at 20" in envoi(*line).out


def test_a_dry_run(envoi: Run, fresh: Path, file: Path) -> None:
    ran = envoi("import", file, "--events", "--dry-run", "--project", fresh)
    assert ran.code == 0
    assert "  nothing is stored; would take in 3 events of 3 people\n" in ran.out
    assert envoi("report", "--project", fresh, "--json").answer["people"] == 0


def test_an_interruption_says_how_to_go_on(
    envoi: Run, fresh: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(importing, "BATCH", 2)
        append, calls = SqliteEventLog.append, iter(range(9))

        def interrupted(*given: object) -> object:
            if next(calls) == 2:
                raise KeyboardInterrupt
            return append(*given)  # type: ignore[arg-type]

        patch.setattr(SqliteEventLog, "append", interrupted)
        ran = envoi("import", file, "--events", "--project", fresh)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == "stopped; the same command goes on from here, and nothing counts twice\n"
    on = envoi("import", file, "--events", "--project", fresh)
    assert "  went on from record 3, where an earlier run was interrupted\n" in on.out
    assert envoi("report", "--project", fresh, "--json").answer["events"] == {"Page Viewed": 2, "Left": 1}


def test_a_mapping_with_a_mistake_is_shown(envoi: Run, fresh: Path) -> None:
    mapping = fresh / "maps" / "people.toml"
    mapping.write_text(mapping.read_text().replace("[traits]", "[trait]"))
    ran = envoi("import", fresh / "data" / "people.csv", "--map", mapping, "--project", fresh)
    assert ran.code == 3
    assert ran.err.startswith(f"error: unknown key 'trait'\n  at {mapping}:")
    assert "    [trait]\n  fix: did you mean 'traits'?\n" in ran.err


def test_a_column_that_is_not_there_is_suggested(envoi: Run, fresh: Path) -> None:
    mapping = fresh / "maps" / "people.toml"
    mapping.write_text(mapping.read_text().replace('"birthday"\n', '"birth_day"\n'))
    ran = envoi("import", fresh / "data" / "people.csv", "--map", mapping, "--project", fresh)
    assert ran.code == 3
    assert ran.err.startswith("error: the mapping names a column that is not there: 'birth_day'\n")
    assert "did you mean 'birthday'?" in ran.err


def test_a_dry_run_shows_what_the_rules_would_do(envoi: Run, fresh: Path, tmp_path: Path) -> None:
    (fresh / "rules").mkdir()
    (fresh / "rules" / "crm.toml").write_text('[fields.state]\nrule = "state"\n')
    people = tmp_path / "people.csv"
    people.write_text("user_id,state\n1,NY\n2,new york state\n3,Atlantis\n")
    ran = envoi("import", people, "--people", "--dry-run", "--project", fresh)
    assert ran.out.endswith(
        "  put in standard form by the rules:\n"
        "            2  state (state)\n"
        "               'NY' -> 'US-NY'\n"
        "               'new york state' -> 'US-NY'\n"
        "            1  state is no state of US: 'Atlantis'\n"
    )
