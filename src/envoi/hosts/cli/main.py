"""The command `envoi`: finds the command that is meant, loads it alone, and turns how it went into an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NamedTuple

from envoi import __version__
from envoi.errors import EnvoiError, StoreFailed, did_you_mean
from envoi.hosts.cli import screen
from envoi.hosts.cli.faults import FAILED, USAGE, tell, tell_unexpected


class Listed(NamedTuple):
    """A command: the module whose function `command` it is, or whose COMMANDS are below it; and what it does."""

    module: str
    does: str


#: All commands, under the headings of the overview.
COMMANDS = {
    "Begin": {
        "demo": Listed("demo", "Turn a real shop's data into personal mail, and look at all of it"),
        "init": Listed("init", "Make a project folder: commented files, ready for git"),
        "check": Listed("check", "Find every mistake in a project's files"),
        "doctor": Listed("doctor", "See whether this machine and this project are fit to send mail"),
        "secret": Listed("secret", "Sign new links with a new secret; those in old mails still work"),
    },
    "People": {
        "import": Listed("import_", "Take in events or people from CSV, JSON lines or Parquet"),
        "imports": Listed("imports", "List the files that were taken in, and what each brought"),
        "match": Listed("match", "Find the records, or the people of the project, that are one person"),
        "merge": Listed("merge", "Make two people one; it can be undone"),
        "separate": Listed("separate", "Give keys of a person back, as if they had never been theirs"),
        "enrich": Listed("enrich", "Ask other sources for what people lack, of who consents to it"),
        "impute": Listed("impute", "Estimate what people did not tell, marked as estimates"),
        "who": Listed("who", "List the people for whom a condition holds"),
        "segments": Listed("segments", "Show the sizes of segments, what time will change, and how they went"),
        "consents": Listed("consents", "Show what people agreed to, in which words and with what proof"),
        "why": Listed("why", "Show why a person is in a segment, or got a mail"),
    },
    "Privacy": {
        "privacy": Listed("privacy", "Export or erase a person, restrict the use of their data, and prove it"),
        "audit": Listed("audit", "Show what was done with people's data, and prove that no entry was changed"),
    },
    "Mail": {
        "preview": Listed("preview", "Show the mail that one person would get"),
        "send": Listed("send", "Send a campaign, to each person at most once"),
        "pause": Listed("pause", "Begin no more mail of a campaign for now"),
        "resume": Listed("resume", "Let a campaign go on, or change its rate"),
        "cancel": Listed("cancel", "Cancel what is left of a campaign"),
        "inbox": Listed("inbox", "Take in bounces, complaints and wishes to unsubscribe that came as mail"),
        "suppressions": Listed("suppressions", "Show the addresses that mail does not go to, and change one by hand"),
        "verify": Listed("verify", "Prove that everyone of a campaign is in exactly one state"),
        "report": Listed("report", "Show segments, campaigns and how they went"),
        "serve": Listed("serve", "Take events in over HTTP, and open the project in a browser"),
    },
}
_FOOT = """Every command takes --help, --project DIR (else the nearest folder with an envoi.toml) and --json.
Exit codes: 0 ok, 1 failed, 2 usage, 3 invalid project or data, 4 would change, 5 unreachable."""
_INTERRUPTED = 130


def main() -> None:
    """What the console script runs."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command and returns its exit code; nothing it raises comes through."""
    screen.prepare()
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _explained(error, json="--json" in arguments)
    return code


def _explained(error: Exception, *, json: bool) -> int:
    if isinstance(error, EnvoiError):
        return tell(error, json=json)
    if isinstance(error, OSError) and error.filename:
        hint = "name a place that is there, and that you may read and write"
        return tell(StoreFailed(f"{error.strerror}: {error.filename}", hint=hint), json=json)
    return tell_unexpected(error, json=json)


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "--help"
    if name in ("--help", "-h", "help"):
        print(overview())
        return 0
    if name == "--version":
        print(f"envoi {__version__}")
        return 0
    listed = {name: each for group in COMMANDS.values() for name, each in group.items()}
    if name not in listed:
        hint = did_you_mean(name, listed) or "see all with 'envoi --help'"
        return tell(EnvoiError(f"there is no command {name!r}", hint=hint), json="--json" in arguments, code=USAGE)
    return _run_one(name, listed[name].module, arguments[1:])


def _run_one(name: str, module: str, arguments: list[str]) -> int:
    # Loaded now: `envoi --help` needs none of it.
    import typer

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    settings = {"help_option_names": ["-h", "--help"]}
    loaded = import_module(f"envoi.hosts.cli.{module}")
    for each, function in getattr(loaded, "COMMANDS", {name: getattr(loaded, "command", None)}).items():
        app.command(each, context_settings=settings)(function)
    app.info.context_settings = settings
    try:
        code = typer.main.get_command(app).main(args=arguments, prog_name=f"envoi {name}", standalone_mode=False)
    except typer.Abort:
        # The person said no.
        return FAILED
    except typer.TyperException as refusal:
        usage = EnvoiError(refusal.format_message(), hint=f"see 'envoi {name} --help'")
        return tell(usage, json="--json" in arguments, code=USAGE)
    return code if isinstance(code, int) else 0


def overview() -> str:
    """What `envoi --help` prints."""
    width = max(len(name) for group in COMMANDS.values() for name in group)
    groups = [
        "\n".join([heading, *(f"  {name:<{width}}  {each.does}" for name, each in group.items())])
        for heading, group in COMMANDS.items()
    ]
    head = "Envoi writes to each customer what that customer should read, and can show why.\n\nUsage: envoi COMMAND ..."
    return "\n\n".join([head, *groups, _FOOT])
