"""`envoi segments`: how large they are, since when they are watched, what time will change, and how they went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import At, Json, ProjectDir, moment
from envoi.hosts.cli.screen import columns, paint, show
from envoi.hosts.watching import plan_of_host
from envoi.reports.segments import in_full, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.reports.segments import InFull, Listed, Next, OfDay, Segments

#: Eighths of a line's height.
_BARS = " ▁▂▃▄▅▆▇█"


def command(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only this one, in full.", show_default=False)] = "",
    *,
    at: At = "",
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Show every segment's size and what time alone will change; or one segment NAME in full, with its history.

    Sizes are right whether 'envoi serve' runs or not. History is counted from who entered and left as long as it has
    watched the segment; the days before are judged now, as of then, and say so.
    """
    when = moment(at)
    with opened(project, read_only=True) as envoi:
        now, plan = envoi.clock.now() if when is None else when, plan_of_host(envoi.root)
        if name:
            one = in_full(envoi.project, envoi.stores, plan, name, at=now)
            show(one, _one(one), json=json)
        else:
            every = listed(envoi.project, envoi.stores.tables, plan, at=now)
            show(every, _every(every), json=json)


def _every(every: Segments) -> str:
    if not every.segments:
        return "No segments yet: describe one in a file in segments/."
    head = f"{paint(f'{len(every.segments):,} segments', 'bold')} of {every.everyone:,} people as of {every.at}"
    return "\n".join([head, columns([(one.name, _line(one)) for one in every.segments])])


def _line(one: Listed) -> str:
    turn = one.next_day
    moves = f"  within a day +{turn.enter:,} -{turn.leave:,}" if turn.enter or turn.leave else ""
    since = f"  watched since {one.since}" if one.since else ""
    return f"{one.people:>9,}{moves}{since}"


def _one(one: InFull) -> str:
    share = f"{one.people / one.everyone:.1%}" if one.everyone else "0%"
    watched = f"watched since {one.since}" if one.since else "never watched live: 'envoi serve' does that"
    return "\n\n".join(
        [
            f"{paint(one.name, 'bold')}: {one.people:,} of {one.everyone:,} people ({share}) as of {one.at}, {watched}",
            f"  {one.condition}",
            _next(one.next),
            _history(one.history),
        ]
    )


def _next(changes: Sequence[Next]) -> str:
    if not changes:
        return "Time alone changes nothing within 30 days."
    return "By time alone\n" + columns([(each.at, f"+{each.enter:,} -{each.leave:,}") for each in changes])


def _history(days: Sequence[OfDay]) -> str:
    if not days:
        return "No history yet."
    most = max(each.people for each in days) or 1
    drawn = "".join(_BARS[round(8 * each.people / most)] for each in days)
    lines = [
        (each.day, f"{each.people:>9,}" + (f"  +{each.entered:,} -{each.left:,}" if each.how == "recorded" else ""))
        for each in days[-7:]
    ]
    note = "" if days[0].how == "recorded" else ", judged now as of then unless it says who moved"
    return f"Size at the end of each day{note}\n  {drawn}\n{columns(lines)}"
