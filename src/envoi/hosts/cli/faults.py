"""How a command says what went wrong: what, where with the line itself, and what to do; or the same as JSON."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from envoi.errors import EnvoiError, InvalidProject, Place
from envoi.hosts.cli.screen import note, paint
from envoi.reports.answers import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Exit codes besides an error's own (`EnvoiError.exit_code`).
FAILED, USAGE, INVALID, UNREACHABLE = 1, 2, 3, 5
#: A longer line, and a larger file, was not written by a person: quoting it is no help.
_WIDEST = 160
_LARGEST_BYTES = 1 << 20
_COLOURS = {"error": "red", "warning": "yellow"}


class Failure(Mistake, frozen=True, kw_only=True):
    """Why a command failed."""

    exit_code: int
    #: Whether the same command may succeed later without anyone changing anything.
    retry: bool
    #: Each mistake, if there are several.
    mistakes: list[Mistake]


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """What a command that failed answers with --json."""

    error: Failure


def tell(error: EnvoiError, *, json: bool, code: int | None = None) -> int:
    """Says it to the person, and with `json` to the program that asked; returns the exit code."""
    code = error.exit_code if code is None else code
    parts: Sequence[EnvoiError] = error.mistakes if isinstance(error, InvalidProject) else (error,)
    for part in parts:
        note(told(mistake_of(part), "\n".join(getattr(part, "__notes__", [])), stream=sys.stderr))
    if json:
        failure = Failure(
            **msgspec.structs.asdict(mistake_of(error)),
            exit_code=code,
            retry=error.retry,
            mistakes=[mistake_of(part) for part in parts] if len(parts) > 1 else [],
        )
        print(msgspec.json.encode(Failed(error=failure)).decode(), flush=True)
    return code


def tell_unexpected(error: Exception, *, json: bool) -> int:
    """The same for what should not have happened; the traceback is for those who set ENVOI_DEBUG."""
    if os.environ.get("ENVOI_DEBUG"):
        traceback.print_exception(error)
    what = f"Envoi has a fault: {type(error).__name__}: {error}"
    hint = "please report it, with what you ran; ENVOI_DEBUG=1 shows where it happened"
    return tell(EnvoiError(what, hint=hint), json=json)


def mistake_of(error: EnvoiError) -> Mistake:
    """The error as a record."""
    at = error.at
    return Mistake(file=at.file, line=at.line, column=at.column, what=error.what, hint=error.hint)


def told(mistake: Mistake, quoted: str = "", *, sort: str = "error", stream: IO[str] | None = None) -> str:
    """The mistake as a person reads it.

    >>> print(told(Mistake(file="vip.toml", line=1, column=8, what="no field 'ag'", hint="did you mean 'age'?")))
    error: no field 'ag'
      at vip.toml:1:8
      fix: did you mean 'age'?
    """
    place = Place(file=mistake.file, line=mistake.line, column=mistake.column)
    lines = [f"{paint(f'{sort}:', _COLOURS[sort], stream=stream)} {mistake.what}"]
    lines += [f"  at {place}"] if str(place) else []
    lines += [f"    {line}" for line in quoted.splitlines()]
    lines += [f"  fix: {mistake.hint}"] if mistake.hint else []
    return "\n".join(lines)


def excerpt(text: str, line: int, column: int) -> str:
    """The line with a mark below the column; empty if there is no such line, or if it is too long to help.

    >>> print(excerpt("age > 3 and", 1, 5))
    age > 3 and
        ^
    """
    lines = text.splitlines()
    if not 0 < line <= len(lines) or len(lines[line - 1]) > _WIDEST:
        return ""
    found = lines[line - 1]
    blank = "".join("\t" if letter == "\t" else " " for letter in found[: column - 1])
    return f"{found}\n{blank}^" if column else found


@contextmanager
def quoting(*, text: str = "", root: Path | None = None) -> Iterator[None]:
    """Errors raised within quote the line they speak of: of `text`, or of a file, which may lie in `root`."""
    try:
        yield
    except EnvoiError as error:
        for part in error.mistakes if isinstance(error, InvalidProject) else (error,):
            source = _text_of(part.at.file, root) if part.at.file else text
            quoted = excerpt(source, part.at.line, part.at.column)
            if quoted and not hasattr(part, "__notes__"):
                part.add_note(quoted)
        raise


def _text_of(file: str, root: Path | None) -> str:
    for path in ((root or Path()) / file, Path(file)):
        try:
            if path.stat().st_size <= _LARGEST_BYTES:
                return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return ""
