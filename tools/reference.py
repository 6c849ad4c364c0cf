"""Writes docs/reference/commands.md from the commands themselves; a test holds the page to what it would write."""

from __future__ import annotations

import os
import re
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

from envoi.hosts.cli.main import COMMANDS, run

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"
HEAD = """# Commands

*Written by `tools/reference.py` from the commands themselves.*

Every command works on a project: the folder that `--project` names, else the nearest one, from here upwards, that holds
an `envoi.toml`.

Answers go to stdout; notes, progress and errors to stderr. With `--json` stdout holds exactly one JSON object: the
answer, whose fields are a contract, or, if the command failed, `{"error": {...}}` with `what`, `hint`, `file`, `line`,
`column`, `exit_code`, `retry` and, if there are several, all `mistakes`.

| exit code | means |
|---|---|
| 0 | it worked |
| 1 | it failed: something is not there, or does not add up |
| 2 | the command line is wrong |
| 3 | the project's files or the data are wrong |
| 4 | applying would change something |
| 5 | a server, or a store that another command holds, cannot be reached now: try again |
| 130 | interrupted with Ctrl-C; the same `demo`, `import` or `send` goes on from there |

| variable | does |
|---|---|
| `ENVOI_MAIL_URL` | where mail goes, before `envoi.toml`: `smtp:`, `folder:`, [others](../how-to/mail-providers.md) |
| `ENVOI_WEBHOOK_...` | lets [a provider](../how-to/mail-providers.md#webhooks) tell what becomes of mails |
| `ENVOI_QUALITY_SECRET` | signs [alerts about the data](../how-to/data-quality.md#hear-of-it) |
| `ENVOI_DEBUG=1` | shows where a fault of Envoi's own happened |
| `NO_COLOR=1` | no colours |
"""


def page() -> str:
    """The whole page."""
    # So that the lines break alike on every terminal.
    os.environ["COLUMNS"] = "100"
    listed = {name: each.does for group in COMMANDS.values() for name, each in group.items()}
    parts = [f"## envoi {name}\n\n{does}.\n\n{explained(name)}" for name, does in listed.items()]
    return "\n".join([HEAD, *parts])


def explained(name: str) -> str:
    """What the command, or each of those below it, says of itself."""
    module = import_module(f"envoi.hosts.cli.{next(g[name].module for g in COMMANDS.values() if name in g)}")
    below = [[name, each] for each in getattr(module, "COMMANDS", ())]
    return "\n".join(f"```\n{said(words)}\n```\n" for words in below or [[name]])


def said(words: list[str]) -> str:
    """What the command of these words says of itself."""
    out = StringIO()
    with redirect_stdout(out):
        run([*words, "--help"])
    return re.sub(r" +$", "", out.getvalue().strip(), flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
