"""`[quality]` of envoi.toml: what good data are, when they are audited, and who is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import Field

from envoi.campaigns.delivery_files import Length, ScheduleShape, schedule_of
from envoi.errors import DataError, did_you_mean
from envoi.events.shapes import Shape
from envoi.messages.address import check_address
from envoi.people.quality.limits import Limits
from envoi.people.quality.repair import Dependency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.mistakes import Mistakes
    from envoi.events.catalogue import Property
    from envoi.messages.schedule import Schedule

_DECIDES = re.compile(r"(?P<by>.+?)\s+decides\s+(?P<column>\S+)")
MAILTO = "mailto:"
Share = Annotated[float, Field(ge=0, le=1)]


class QualityShape(Shape):
    """`[quality]` of envoi.toml."""

    present: Length = timedelta(days=7)
    reference: Length = timedelta(days=28)
    complete: Share = 0.95
    valid: Share = 0.99
    band: float = Field(default=4.0, gt=0, le=100)
    unique: tuple[str, ...] = ()
    #: "zip decides city"
    decides: tuple[str, ...] = ()
    #: By source, how long it may be silent: { tills = "2 days" }.
    fresh: dict[str, Length] = Field(default_factory=dict)
    schedule: ScheduleShape | None = None
    #: Who hears of what is found: "mailto:data@example.org", "https://hooks.example.org/envoi".
    alerts: tuple[str, ...] = ()
    #: Whether an alert may go to an address of this machine, or of its own network.
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audits:
    """What good data are, when that is looked after, and who is told."""

    limits: Limits = field(default_factory=Limits)
    schedule: Schedule | None = None
    alerts: tuple[str, ...] = ()
    #: Whether alerts may go to private addresses.
    private: bool = False


def audits_of(mistakes: Mistakes, shape: QualityShape, file: str, traits: Mapping[str, Property]) -> Audits:
    """What the section means; its mistakes are noted."""
    for n, name in enumerate(shape.unique):
        _check_trait(mistakes, name, file, ("quality", "unique", n), traits)
    for n, target in enumerate(shape.alerts):
        if why := _wrong_target(target):
            hint = 'write "mailto:data@example.org" or "https://hooks.example.org/envoi"'
            mistakes.note(f"{target!r} {why}", file, ("quality", "alerts", n), hint=hint)
    decides = [_dependency(mistakes, text, file, n, traits) for n, text in enumerate(shape.decides)]
    if shape.schedule and shape.schedule.time_zone == "person":
        mistakes.note("an audit is at nobody's own time", file, ("quality", "schedule"), hint="leave out time_zone")
    limits = Limits(
        decides=tuple(each for each in decides if each),
        **shape.model_dump(include={"present", "reference", "complete", "valid", "band", "unique", "fresh"}),
    )
    schedule = schedule_of(shape.schedule) if shape.schedule else None
    return Audits(limits=limits, schedule=schedule, alerts=shape.alerts, private=shape.private)


def _dependency(
    mistakes: Mistakes, text: str, file: str, place: int, traits: Mapping[str, Property]
) -> Dependency | None:
    keys = ("quality", "decides", place)
    found = _DECIDES.fullmatch(text.strip())
    if not found:
        mistakes.note(f"{text!r} names no fields", file, keys, hint='write it as "zip and street decides city"')
        return None
    by, column = tuple(found["by"].split(" and ")), found["column"]
    for name in (*by, column):
        _check_trait(mistakes, name.strip(), file, keys, traits)
    return Dependency(by=tuple(name.strip() for name in by), column=column)


def _check_trait(
    mistakes: Mistakes, name: str, file: str, keys: tuple[str | int, ...], traits: Mapping[str, Property]
) -> None:
    if name not in traits:
        mistakes.unknown(f"no trait {name!r}", file, keys, hint=did_you_mean(name, traits))


def _wrong_target(target: str) -> str:
    """Why nobody can be told there; empty if they can."""
    if target.startswith(MAILTO):
        try:
            check_address(target.removeprefix(MAILTO))
        except DataError as error:
            return f"is no address: {error.what}"
        return ""
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is neither a mail address nor a web address"
    return "has a password in it, which files should not hold" if parts.password else ""
