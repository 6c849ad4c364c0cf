"""`envoi demo`: the example project, from a shop's data to mails, and where to look next."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.clock import moment, parse_instant
from envoi.hosts.cli.faults import FAILED
from envoi.hosts.cli.options import Json
from envoi.hosts.cli.screen import columns, note, paint, progress, show
from envoi.hosts.demo.steps import CAMPAIGN, Demo, Shown, Until

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path("demo")
#: How wide the longest bar is.
_BAR = 24
#: Steps that took less are not worth a word.
_NOTABLE_S = 0.05


def command(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where; made if it is not there.")] = _HERE,
    until: Annotated[Until, typer.Option(help="Stop after this step.")] = Until.SEND,
    households: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Only so many of the data's 2,469 households.", show_default=False),
    ] = None,
    json: Json = False,
) -> int:
    """Turn a real shop's data into personal mail: a grocer, its neighbours, segments, and a mail for each of them.

    The purchases are real, names and addresses are invented, and no mail leaves this machine. Run it again: it goes on
    where it stopped, and nothing happens twice.
    """
    try:
        shown = Demo(root=folder, households=households, progress=progress).run(until)
    except KeyboardInterrupt:
        note("stopped; the same command goes on from here, and nobody is written to twice")
        raise
    show(shown, "\n\n".join("\n".join(part) for part in _parts(shown)), json=json)
    return FAILED if until is Until.SEND and not shown.verified else 0


def _parts(shown: Shown) -> Iterator[Iterator[str] | list[str]]:
    yield _head(shown)
    yield _segments(shown)
    if shown.audience:
        yield _campaign(shown)
    yield _next(shown)
    seconds = ", ".join(f"{step} {took:.1f}" for step, took in shown.seconds.items() if took >= _NOTABLE_S)
    yield [paint(f"{sum(shown.seconds.values()):.1f} s ({seconds}), at most {shown.peak_memory_mb:,} MB", "dim")]


def _head(shown: Shown) -> Iterator[str]:
    at = moment(parse_instant(shown.at))
    yield paint("Maple & Main Market", "bold") + f"   on the morning of {at:%B} {at.day}, {at.year}"
    yield (f"  {shown.people:,} people, {shown.events:,} things that happened, {shown.products:,} products on receipts")
    yield paint("  The purchases are real (Complete Journey, 84.51°). All names and addresses are invented.", "dim")


def _segments(shown: Shown) -> Iterator[str]:
    yield paint("Who they are", "bold")
    most = max(shown.segments.values(), default=0) or 1
    ranked = sorted(shown.segments.items(), key=lambda segment: -segment[1])
    yield columns(
        [(name, f"{people:>6,}  {paint('▇' * round(people / most * _BAR), 'green')}") for name, people in ranked]
    )


def _campaign(shown: Shown) -> Iterator[str]:
    yield paint("The weekly picks", "bold")
    subjects = {sample.content: sample.subject for sample in shown.samples}
    done = shown.sent == shown.planned
    yield columns(
        [
            ("sent" if done else "to send", f"{shown.planned:>6,}"),
            *((f"  {name}", f"{n:>6,}  {paint(subjects.get(name, ''), 'dim')}") for name, n in shown.content.items()),
            ("held out", f"{shown.held_out:>6,}  {paint('one in ten, to see what the mail changes', 'dim')}"),
            ("skipped", f"{sum(shown.skipped.values()):>6,}"),
            *((f"  {reason}", f"{n:>6,}") for reason, n in shown.skipped.items()),
            ("audience", f"{shown.audience:>6,}"),
        ]
    )
    if shown.verified:
        proof = "everyone is in exactly one state, the sums match, and each mail sent is a file in"
        yield f"  {paint('✓', 'green')} {proof} {shown.mail}"
    elif shown.sent:
        yield f"  {paint('✗', 'red')} it does not add up: {_envoi()} verify {CAMPAIGN} --project {shown.project}"
    else:
        yield "  Decided and recorded, with reasons; nothing is sent yet."


def _next(shown: Shown) -> Iterator[str]:
    here = f"--project {shown.project}"
    yield paint("Look around", "bold")
    rows = [(f"{_envoi()} serve {here}", "all of it in a browser")]
    if shown.samples:
        sample = shown.samples[-1]
        rows.append((f"{_envoi()} why {sample.person} --message {sample.message} {here}", "why that mail"))
    else:
        rows.append((f"{_envoi()} send {CAMPAIGN} {here}", "the mails, as files in the project"))
    rows.append((f"{_envoi()} who 'in segment \"Champions\"' {here}", "who is in a segment"))
    yield columns([(command, paint(what, "dim")) for command, what in rows])


def _envoi() -> str:
    """How this command was called, so that the next one can be copied."""
    called = Path(sys.argv[0])
    found = shutil.which("envoi")
    return "envoi" if found and called.resolve() == Path(found).resolve() else sys.argv[0]
