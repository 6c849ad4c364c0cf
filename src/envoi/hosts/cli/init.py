"""`envoi init`: a new project folder, small, commented and ready for git."""

from __future__ import annotations

import json as json_text
import shutil
from pathlib import Path
from typing import Annotated

import typer

from envoi.errors import Conflict
from envoi.hosts.cli.options import Json
from envoi.hosts.cli.screen import columns, paint, show
from envoi.hosts.examples import example
from envoi.hosts.folder import STATE
from envoi.reports.answers import Answer

#: What the shop of the starter is called, wherever its files name it.
_STARTER_NAME = '"Corner Shop"'


class Made(Answer, frozen=True, kw_only=True):
    """What `envoi init` wrote."""

    folder: str
    files: list[str]


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; made if it is not there.")] = Path(),
    name: Annotated[str, typer.Option(help="What the project and its sender are called.")] = "",
    json: Json = False,
) -> None:
    """Make a project in DIR: commented files, twelve invented people to try it on, ready for git.

    No file is ever overwritten.
    """
    made = Made(folder=str(folder), files=make(folder, name=name))
    show(made, _text(made), json=json)


def make(folder: Path, *, name: str = "") -> list[str]:
    """Writes the starter project into `folder`, and returns its files.

    Raises:
        Conflict: one of the files is there already; then none is written.
    """
    starter = example("starter")
    found = (path.relative_to(starter) for path in starter.rglob("*") if path.is_file())
    files = sorted(path for path in found if STATE not in path.parts)
    there = [path for path in files if (folder / path).exists()]
    if there:
        hint = "name an empty folder: envoi init my-shop"
        raise Conflict(f"there is {there[0]} in {folder.resolve()} already, and init overwrites nothing", hint=hint)
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(starter / path, folder / path)
    if name:
        main = folder / "envoi.toml"
        text = main.read_text(encoding="utf-8")
        # A JSON text is a TOML text.
        main.write_text(text.replace(_STARTER_NAME, json_text.dumps(name, ensure_ascii=False)), encoding="utf-8")
    return [path.as_posix() for path in files]


def _text(made: Made) -> str:
    steps = [
        ("envoi check", "see that its files are right"),
        ("envoi import data/people.csv --people --map maps/people.toml", "the sample people"),
        ("envoi import data/orders.csv --events --map maps/orders.toml", "and what they bought"),
        ("envoi preview come-back --as 104", "the mail that one of them would get"),
    ]
    go = [] if made.folder == "." else [(f"cd {made.folder}", "")]
    return (
        f"{paint(f'{len(made.files)} files', 'bold')} in {made.folder}; its README.md says what is what.\nNext:\n"
        + columns(go + steps)
    )
