"""Since when a project's schedules have been known: what was due before is not sent because a file was edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.messages.schedule import run_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, tzinfo
    from pathlib import Path

    from envoi.campaigns.campaign import Campaign
    from envoi.messages.schedule import Schedule
    from envoi.settings import Settings

FILE = "schedules.json"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule, and when it was first seen as it is."""

    schedule: str
    at: Instant


def seen(state: Path, campaigns: Mapping[str, Campaign], now: Instant) -> dict[str, Seen]:
    """Since when each campaign has had its present schedule; what is new is known from now on."""
    path = state / FILE
    before = msgspec.json.decode(path.read_bytes(), type=dict[str, Seen]) if path.exists() else {}
    found = {name: repr(one.when.schedule) for name, one in campaigns.items() if one.when.schedule}
    after = {
        name: before[name] if name in before and before[name].schedule == schedule else Seen(schedule=schedule, at=now)
        for name, schedule in found.items()
    }
    if after != before:
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(after))
        beside.replace(path)
    return after


def to_begin(
    campaign: Campaign, since: Seen, planned: Collection[str], settings: Settings, now: Instant
) -> Iterator[str]:
    """The runs of a campaign that are due by now, are not too late, and have not been planned.

    Those that were due before the schedule was known are left out, unless it names their very day.
    """
    schedule = campaign.when.schedule
    if schedule is None:
        return
    for day in schedule.open_at(now, settings.zone, campaign.when.late or settings.delivery.late):
        run = run_name(campaign.name, schedule, day)
        if run not in planned and _is_meant(schedule, day, since, settings.zone):
            yield run


def _is_meant(schedule: Schedule, day: date, since: Seen, zone: tzinfo) -> bool:
    return day == schedule.starts or schedule.begins(day, zone) >= since.at
