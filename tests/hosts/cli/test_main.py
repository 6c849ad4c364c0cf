"""The frame around all commands: help, exit codes, one object on stdout, and what happens when something goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from envoi import __version__
from envoi.hosts.cli import who
from envoi.hosts.cli.main import COMMANDS, overview
from tests.hosts.cli.conftest import Run

LISTED = {name: each for group in COMMANDS.values() for name, each in group.items()}


def functions(name: str) -> dict[str, object]:
    """What the command runs; of one with others below it, what each of these does."""
    module = import_module(f"envoi.hosts.cli.{LISTED[name].module}")
    below: dict[str, object] = getattr(module, "COMMANDS", None) or {"": module.command}
    return below


@pytest.mark.parametrize("name", LISTED)
def test_every_command_that_is_listed_can_be_loaded(name: str) -> None:
    assert all(map(callable, functions(name).values()))


@pytest.mark.parametrize("name", LISTED)
def test_every_command_explains_itself(envoi: Run, name: str) -> None:
    for each in functions(name):
        ran = envoi(*f"{name} {each}".split(), "--help")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"Usage: envoi {name} {each}".rstrip())
        assert "--json" in ran.out


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_the_overview(envoi: Run, arguments: list[str]) -> None:
    ran = envoi(*arguments)
    assert (ran.code, ran.out, ran.err) == (0, overview() + "\n", "")
    assert all(f"  {name} " in ran.out for name in LISTED)


def test_the_overview_loads_nothing_heavy() -> None:
    code = "import sys; from envoi.hosts.cli.main import run; run([]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert loaded.isdisjoint(
        {"duckdb", "jinja2", "liquid", "numpy", "pyarrow", "pydantic", "rich", "starlette", "typer"}
    )


def test_the_version(envoi: Run) -> None:
    assert envoi("--version").out == f"envoi {__version__}\n"


def test_the_contract_of_a_command_that_works(envoi_process: Run, imported: Path) -> None:
    ran = envoi_process("who", 'country = "GB"', "--json", cwd=imported / "segments")
    assert (ran.code, ran.err) == (0, "")
    assert ran.answer == {
        "at": "2026-11-02T09:00:00Z",
        "count": 7,
        "people": ["101", "102", "104", "106", "109", "111", "112"],
    }


def test_the_contract_of_a_command_that_fails(envoi_process: Run, imported: Path) -> None:
    ran = envoi_process("who", 'contry = "GB"', "--json", "--project", imported)
    assert ran.code == 3
    assert ran.answer == {
        "error": {
            "file": "",
            "line": 1,
            "column": 1,
            "what": "no field 'contry'",
            "hint": "did you mean 'country'?",
            "exit_code": 3,
            "retry": False,
            "mistakes": [],
        }
    }
    assert "no field 'contry'" in ran.err


def test_a_fault_of_ours_is_one_line_and_a_traceback_only_if_asked(
    envoi: Run, imported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("at the worst moment")

    monkeypatch.setattr(who, "_text", broken)
    ran = envoi("who", 'country = "GB"', "--project", imported)
    monkeypatch.setenv("ENVOI_DEBUG", "1")
    debugged = envoi("who", 'country = "GB"', "--project", imported)
    assert (ran.code, debugged.code) == (1, 1)
    assert ran.err.startswith(
        "error: Envoi has a fault: ZeroDivisionError: at the worst moment\n  fix: please report it"
    )
    assert "Traceback" not in ran.err
    assert "Traceback" in debugged.err


def test_who_stops_reading_us_gets_no_complaint(imported: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", "from envoi.hosts.cli.main import main; main()", "report", "--project", str(imported)],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_terminal_without_the_letters_gets_others(envoi_process: Run, imported: Path) -> None:
    ran = envoi_process("check", "--project", imported, PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert ran.out.startswith("? no mistakes")
