"""What people are told: for each mistake they can make, the exit code, the cause, the place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.cli.conftest import Run


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (["whoo"], 2, "error: there is no command 'whoo'\n  fix: did you mean 'who'?\n"),
        (["who"], 2, "error: Missing argument 'CONDITION'.\n  fix: see 'envoi who --help'\n"),
        (
            ["who", 'country = "GB"', "--cuont"],
            2,
            "error: No such option: --cuont (Possible options: --count, --json)\n  fix: see 'envoi who --help'\n",
        ),
        (
            ["who", 'country = "GB"', "--at", "noon"],
            2,
            "error: Invalid value for --at: 'noon' is not a date or time; write it as 2017-12-01 or"
            " 2017-12-01T09:00:00Z\n  fix: see 'envoi who --help'\n",
        ),
        (
            ["why", "104"],
            2,
            "error: Invalid value for --segment, --message or --condition: give exactly one of them\n"
            "  fix: see 'envoi why --help'\n",
        ),
        (
            ["who", 'did "Order Completed" in the lst 30 days'],
            3,
            "error: expected 'and', 'or' or the end, found 'in'\n  at line 1, column 23\n"
            '    did "Order Completed" in the lst 30 days\n'
            "                          ^\n"
            "  fix: where and windows go right after the event, before a comparison; a window is written:"
            " in the last 30 days\n",
        ),
        (
            ["who", 'did "Order Complete"'],
            3,
            'error: no event "Order Complete"\n  at line 1, column 5\n'
            '    did "Order Complete"\n'
            "        ^\n"
            "  fix: did you mean 'Order Completed'?\n",
        ),
        (["why", "104", "--segment", "Lapsin"], 1, "error: no segment 'Lapsin'\n  fix: did you mean 'Lapsing'?\n"),
        (
            ["why", "999", "--segment", "Lapsing"],
            1,
            "error: person '999' had not been seen by 2026-11-02T09:00:00Z\n  fix: see who there is with 'envoi who'\n",
        ),
        (
            ["preview", "come-bak", "--as", "104"],
            1,
            "error: no campaign 'come-bak'\n  fix: did you mean 'come-back'?\n",
        ),
        (
            ["preview", "come-back", "--as", "999"],
            1,
            "error: no person '999'\n  fix: see who there is with 'envoi who'\n",
        ),
        (["verify", "come-back"], 1, "error: campaign 'come-back' was never planned\n"),
        (["report", "come-bak"], 1, "error: no campaign 'come-bak'\n  fix: did you mean 'come-back'?\n"),
        (
            ["import", "gone.csv", "--events"],
            1,
            "error: there is no file gone.csv\n",
        ),
        (
            ["import", "gone.csv"],
            2,
            "error: Invalid value for --events or --people: say which its records are\n"
            "  fix: see 'envoi import --help'\n",
        ),
        (
            ["serve", "--host", "0.0.0.0"],  # noqa: S104 - that is what is refused
            2,
            "error: Invalid value for --host: 0.0.0.0 can be reached from other machines, and the pages have no login"
            " yet: whoever comes sees everyone's data; add --anywhere if that is meant\n"
            "  fix: see 'envoi serve --help'\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_people_are_told(envoi: Run, imported: Path, line: list[str], code: int, told: str) -> None:
    project = [] if line == ["whoo"] else ["--project", imported]
    ran = envoi(*line, *project)
    assert (ran.code, ran.out, ran.err) == (code, "", told)


def test_a_folder_that_is_no_project(envoi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hint = "  fix: make a project with 'envoi init', or name its folder with --project\n"
    assert envoi("who", 'country = "GB"').err == f"error: there is no envoi.toml in {tmp_path} or above it\n{hint}"
    assert envoi("who", 'country = "GB"', "--project", "x").err == f"error: there is no envoi.toml in x\n{hint}"
    assert list(tmp_path.iterdir()) == []


def test_all_mistakes_of_a_project_come_at_once_each_with_its_line(envoi: Run, fresh: Path) -> None:
    (fresh / "segments" / "lapsing.toml").write_text("nam = 1\ncondition = 'did \"Order Completed\" in 30 days'\n")
    ran = envoi("who", 'country = "GB"', "--project", fresh)
    asked = envoi("who", 'country = "GB"', "--project", fresh, "--json")
    assert ran.code == asked.code == 3
    assert ran.err == (
        "error: no segment 'Lapsing'\n"
        "  at campaigns/come-back.toml:3:13\n"
        "    audience = 'in segment \"Lapsing\"'\n"
        "                ^\n"
        "  fix: did you mean 'lapsing'?\n"
        "error: unknown key 'nam'\n"
        "  at segments/lapsing.toml:1\n"
        "    nam = 1\n"
        "  fix: did you mean 'name'?\n"
    )
    error = asked.answer["error"]
    assert isinstance(error, dict)
    assert [each["file"] for each in error["mistakes"]] == ["campaigns/come-back.toml", "segments/lapsing.toml"]
