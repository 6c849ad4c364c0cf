"""Segments: how large each is, what it asks, who is in it and who moves, and what it shares with others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.clock import Instant, SystemClock
from envoi.conditions.bind import bind
from envoi.conditions.written import written
from envoi.errors import NotFound
from envoi.hosts.live.status import read_status
from envoi.hosts.watching import plan_of_host
from envoi.hosts.web.chart import chart
from envoi.hosts.web.moving import LAST
from envoi.hosts.web.say import Times
from envoi.hosts.web.view import asked_page, html, page, with_page
from envoi.reports.changes import next_changes
from envoi.reports.moves import by_day, last_moves, moves_of
from envoi.reports.outcome import people_seen, segment_sizes
from envoi.reports.person import full_name
from envoi.reports.segment import overlaps, people_in
from envoi.reports.segments import watched_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.events.event import Stored
    from envoi.hosts.live.status import Status
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.memory import Memory
    from envoi.hosts.web.moving import Seen
    from envoi.reports.changes import Change
    from envoi.reports.moves import Day

PEOPLE_A_PAGE = 25
#: How long what takes long to find out is told again.
FRESH = 10 * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A segment as the live host has it now."""

    segment: str
    seen: Seen
    status: Status

    @property
    def task(self) -> str:
        """What the host is still doing for it, in words; empty if nothing."""
        task = self.status.task
        if task is None:
            return ""
        doing = {
            "replaying": "After a start, events are judged again",
            "learning": "It is new or was edited: all of history is gone through",
            "telling": "People are let in and out, one after another",
        }
        return doing.get(task.what, task.what)


def segments(request: Request, envoi: Envoi) -> Response:
    """All segments and their sizes."""
    now, tables = envoi.clock.now(), envoi.stores.tables
    sizes, everyone, status = segment_sizes(envoi.project, tables, now), people_seen(tables, now), _status(envoi)
    if status is not None:
        # History follows a few seconds behind.
        counted = request.app.state.moving.sizes()
        sizes = [replace(one, people=counted.get(one.name, 0)) for one in sizes]
        everyone = max(everyone, *counted.values(), 0)
    return page(envoi, "segments.html", sizes=sizes, everyone=everyone, status=status)


def segment(request: Request, envoi: Envoi) -> Response:
    """One segment."""
    found = envoi.project.segment(request.path_params["segment"])
    at, now = asked_page(request, size=PEOPLE_A_PAGE), envoi.clock.now()
    changes, days = _outlook(request.app.state.memory, envoi, found.name, now)
    since = watched_since(plan_of_host(envoi.root)).get(found.name)
    past = last_moves(found.name, envoi.stores.tables, envoi.stores.archive, limit=LAST)
    moves = moves_of(past, envoi.stores.archive)
    profiles = envoi.stores.people.get([move.person for move in moves])
    return page(
        envoi,
        "segment.html",
        segment=found,
        people=people_in(envoi.project, envoi.stores, found.name, at=now, page=at),
        everyone=people_seen(envoi.stores.tables, now),
        overlaps=overlaps(envoi.project, envoi.stores.tables, found.name, at=now),
        changes=changes,
        chart=chart(days),
        live=_live(request, envoi, found.name, past),
        moves=moves,
        names={person: full_name(profile) for person, profile in profiles.items()},
        since=since,
        behind=envoi.stores.log.position() - envoi.stores.tables.head(),
        saved="saved" in request.query_params,
        at=at,
        link=lambda number: with_page(request, number),
    )


def moving(request: Request) -> Response:
    """What of a segment's page moves: its size, and who came and went; read without opening history."""
    name = request.path_params["segment"]
    status = read_status(request.app.state.hold.root)
    if status is None:
        raise NotFound("the live host has ended", hint="start it with 'envoi serve'")
    live = Live(segment=name, seen=request.app.state.moving.look(name), status=status)
    times = Times(zone=UTC, now=SystemClock().now())
    return html("_moving.html", {"live": live, "times": times})


def _status(envoi: Envoi) -> Status | None:
    """How the live host is doing; None if none runs, or if the project lives at a time that is not the host's."""
    return None if envoi.project.settings.as_of is not None else read_status(envoi.root)


def _live(request: Request, envoi: Envoi, name: str, past: Sequence[Stored]) -> Live | None:
    status = _status(envoi)
    if status is None:
        return None
    return Live(segment=name, seen=request.app.state.moving.look(name, past), status=status)


def _outlook(memory: Memory, envoi: Envoi, name: str, now: Instant) -> tuple[Sequence[Change], Sequence[Day]]:
    """What time will change and how the size went; for a moment the same, unless the segment or history is not."""
    tables, condition = envoi.stores.tables, envoi.project.segments[name].condition

    def found() -> tuple[Sequence[Change], Sequence[Day]]:
        bound = bind(condition, envoi.project.definitions)
        days = by_day(name, bound, tables, at=now, zone=envoi.project.settings.zone)
        return next_changes(bound, tables, envoi.stores.archive, at=now), days

    return memory.of((tables.head(), name, written(condition), now // FRESH), found)
