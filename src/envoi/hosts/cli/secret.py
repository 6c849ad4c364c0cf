"""`envoi secret`: replaces what public links are signed with, while the links in mails that are out still work."""

from __future__ import annotations

from typing import Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import show
from envoi.hosts.folder import add_secret, secrets_of
from envoi.reports.answers import Secrets


def command(
    *,
    renew: Annotated[bool, typer.Option("--renew", help="Sign new links with a new secret from now on.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Say how many secrets public links were signed with, or renew: all are read, the last one makes new links.

    Take a line out of .envoi/secret to have its links refused, as after somebody told it. The first line must stay: by
    it suppressed addresses are kept, too.
    """
    root = root_of(project)
    with quoting(root=root):
        count = add_secret(root) if renew else len(secrets_of(root))
    made = "a new secret makes links from now on; " if renew else ""
    show(
        Secrets(secrets=count, renewed=renew),
        f"{made}{count} {'secret is' if count == 1 else 'secrets are'} read",
        json=json,
    )
