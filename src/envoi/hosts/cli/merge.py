"""`envoi merge`: two people are one."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import show
from envoi.hosts.identity import Word, merge

Person = Annotated[str, typer.Argument(help="An id as 'envoi who' lists them: 17, email:ada@example.org.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, in words; it is kept.")]


def command(one: Person, other: Person, *, because: Because, project: ProjectDir = None, json: Json = False) -> None:
    """Make two people one: profile, history, segments and campaigns follow at once, and 'envoi separate' undoes it.

    Who has the more trusted key stays, or else who was seen first. Where one said no to a purpose and the other yes,
    the no stands until the person says yes again.
    """
    root = root_of(project)
    with quoting(root=root):
        answer = merge(root, one, other, Word(because=because, by=getpass.getuser()))
    done = f"{answer.gone} is {answer.person} from now on." if answer.changed else f"They are {answer.person} already."
    undo = f"To undo it: envoi separate {answer.person} {' '.join(answer.nodes)} --because TEXT"
    show(answer, f"{done}\n{undo}" if answer.changed else done, json=json)
