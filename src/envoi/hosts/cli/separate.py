"""`envoi separate`: one person is two."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.merge import Because, Person
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import show
from envoi.hosts.identity import Word, separate


def command(
    person: Person,
    nodes: Annotated[list[str], typer.Argument(metavar="NODE...", help="Keys: 18, email:bo@example.org.")],
    *,
    because: Because,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Give keys of PERSON back: what they did is somebody else's again, as if it had never been PERSON's.

    Several keys together become one person, called by the most trusted of them. No rule joins them with PERSON again.
    """
    root = root_of(project)
    with quoting(root=root):
        answer = separate(root, person, nodes, Word(because=because, by=getpass.getuser()))
    show(answer, f"{answer.to} is not {answer.person} any more, and has {', '.join(answer.nodes)}.", json=json)
