"""`envoi match`: clusters with scores and reasons, and how good they are where the truth is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hosts.cli.conftest import Run
from tests.people.match.crowd import ANN, KINDS, ROB, strangers

AGAIN = ("Bob", "Hall", "1990-05-01", "rob@example.org", "+44 20 7946 0018", "3 High St", "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A hundred strangers, Robert twice, and Ann of the same household."""
    rows = [*strangers(100), ROB, AGAIN, ANN]
    columns = ["id", "first_name", "surname", "dob", "email", "phone", "address", "postcode", "who"]
    assert len(columns) == len(KINDS) + 2
    whose = [*range(100), "rob", "rob", "ann"]
    lines = [",".join([f"c{n}", *row, str(who)]) for n, (row, who) in enumerate(zip(rows, whose, strict=True))]
    path = tmp_path / "crm.csv"
    path.write_text("\n".join([",".join(columns), *lines]))
    return path


def test_what_is_told(envoi: Run, file: Path) -> None:
    ran = envoi("match", file, "--truth", "who")
    assert ran.code == 0
    assert ran.err == "matched by rules: fewer than 200 records are too few to learn from\n"
    assert re.sub(r"\d+\.\d s", "0.0 s", ran.out) == (
        f"{file}: 103 records in 0.0 s\n"
        "  first_name  given name\n"
        "  surname     surname\n"
        "  dob         date\n"
        "  email       email\n"
        "  phone       phone\n"
        "  address     address\n"
        "  postcode    postcode\n"
        "2 records are 1 people; 0 clusters need somebody to look\n"
        "  1.000 merge: c100, c101\n"
        "      c100 - c101  1.000  same surname; same date of birth; same e-mail; same phone; same address; "
        "one given name is short for the other\n"
        "against who, 1 pairs:\n"
        "  at 0.50  precision 1.0000  recall 1.0000  F1 1.0000\n"
        "  at 0.90  precision 1.0000  recall 1.0000  F1 1.0000\n"
        "  at 0.95  precision 1.0000  recall 1.0000  F1 1.0000\n"
        "  at 0.99  precision 1.0000  recall 1.0000  F1 1.0000\n"
    )


def test_the_contract(envoi: Run, file: Path) -> None:
    answer = envoi("match", file, "--truth", "who", "--json").answer
    assert set(answer) == {
        *("file", "records", "unreadable", "method", "because", "key", "fields"),
        *("merge", "review", "clusters", "refused", "truth", "seconds"),
    }
    assert (answer["records"], answer["key"], answer["merge"], answer["review"]) == (103, "id", 0.99, 0.9)
    clusters = answer["clusters"]
    assert isinstance(clusters, list)
    (cluster,) = clusters
    assert set(cluster) == {"records", "score", "verdict", "parts", "links"}
    assert (cluster["records"], cluster["verdict"]) == (["c100", "c101"], "merge")
    (link,) = cluster["links"]
    assert (link["left"], link["right"], link["verdict"]) == ("c100", "c101", "merge")
    assert "same e-mail" in link["reasons"]
    truth = answer["truth"]
    assert isinstance(truth, dict)
    assert (truth["column"], truth["pairs"], truth["precision"], truth["recall"], truth["f1"]) == ("who", 1, 1, 1, 1)
    assert [each["threshold"] for each in truth["thresholds"]] == [0.5, 0.9, 0.95, 0.99]


def test_a_project_may_say_what_columns_are(envoi: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "match.toml").write_text('[fields]\nphone = "ignored"\n')
    ran = envoi("match", file, "--project", tmp_path)
    assert "  left out: phone, who\n" in ran.out


def test_a_column_that_is_not_there(envoi: Run, file: Path) -> None:
    ran = envoi("match", file, "--truth", "whom", "--json")
    assert (ran.code, ran.answer["error"]["hint"]) == (1, "did you mean 'who'?")  # type: ignore[index]


def test_of_a_projects_own_people_it_tells_who_would_be_merged(envoi: Run, shop: Path) -> None:
    ran = envoi("match", "--people", "--dry-run", "--project", shop, "--json")
    assert (ran.code, ran.answer["dry_run"]) == (0, True)
    assert ran.answer["people"] == 12
    assert ran.answer["merged"] == ran.answer["asked"] == []
    told = envoi("match", "--people", "--dry-run", "--project", shop)
    assert "0 pairs would be merged; 0 need somebody to look" in told.out


@pytest.mark.parametrize("arguments", [["--people", "crm.csv"], ["--dry-run", "crm.csv"], []])
def test_people_and_a_file_are_two_questions(envoi: Run, arguments: list[str]) -> None:
    assert envoi("match", *arguments).code == 2


def test_people_of_a_project_are_merged_once(envoi: Run, shop: Path, file: Path) -> None:
    mapping = shop / "crm.toml"
    traits = ["first_name", "surname", "dob", "email", "phone", "address", "postcode"]
    mapping.write_text(
        'kind = "people"\nsource = "desk"\nas_of = 2026-01-01\n[keys]\nuser_id = "id"\n[traits]\n'
        + "".join(f'{name} = "{name}"\n' for name in traits)
    )
    assert envoi("import", file, "--map", mapping, "--project", shop).code == 0
    merged = envoi("match", "--people", "--project", shop, "--json").answer["merged"]
    assert isinstance(merged, list)
    assert [(each["left"], each["right"]) for each in merged] == [("c100", "c101")]
    assert envoi("match", "--people", "--project", shop, "--json").answer["merged"] == []
    who = envoi("who", 'email = "rob@example.org"', "--count", "--project", shop, "--json")
    assert who.answer["count"] == 1
