"""What is drawn where: colours only on a terminal that wants them, progress as lines elsewhere."""

from __future__ import annotations

import io
import sys
import time

import pytest

from envoi.hosts.cli import screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert screen.paint("no", "red", stream=Terminal()) == "\x1b[31mno\x1b[0m"
    assert screen.paint("no", "red", stream=io.StringIO()) == "no"
    monkeypatch.setenv("NO_COLOR", "1")
    assert screen.paint("no", "red", stream=Terminal()) == "no"


def test_progress_without_a_terminal_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = iter([0.0, 9.9, 10.0, 10.0, 19.9, 20.0, 20.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    with screen.progress("read", "records") as advance:
        for done, total in ((5_000, 0), (9_000, 0), (9_500, 10_000), (10_000, 10_000)):
            advance(done, total)
    assert capsys.readouterr() == ("", "read 9,000 records\nread 10,000 of 10,000 records\n")


def test_progress_on_a_terminal_is_a_bar_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with screen.progress("read", "records") as advance:
        advance(9_000, 10_000)
    assert "read 9,000 records" in terminal.getvalue()
    assert capsys.readouterr().out == ""
