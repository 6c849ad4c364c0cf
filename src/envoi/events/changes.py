"""What the rules of a project did to what came in: how often, and before and after of the first of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.events.values import shown

if TYPE_CHECKING:
    from envoi.events.event import Event, Value

#: How many pairs of before and after are kept of each field: enough to see whether the rule does what was meant.
_EXAMPLES = 3
_KEY = "keys."


@dataclass(slots=True)
class Changed:
    """What became of one field."""

    rule: str
    #: Values that were put in standard form.
    changed: int = 0
    #: Some of them as they were, each with what it is now.
    examples: dict[str, str] = field(default_factory=dict)
    #: Values that have no standard form, by reason.
    faults: Counter[str] = field(default_factory=Counter)
    #: The first value of each reason.
    faulty: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """All fields that rules changed so far; one within a list counts as one field, whatever its place there."""

    fields: dict[str, Changed] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Counts what was changed in one more event."""
        for path, (before, told) in event.raw.items():
            # A key and the property of that name are one field to whoever looks.
            if path.startswith(_KEY) and path.removeprefix(_KEY) in event.raw:
                continue
            rule, _, fault = told.partition(": ")
            named = ".".join(part for part in path.removeprefix(_KEY).split(".") if not part.isdecimal())
            found = self.fields.setdefault(named, Changed(rule))
            if fault:
                reason = fault.partition(": ")[0]
                found.faults[reason] += 1
                found.faulty.setdefault(reason, shown(before))
                continue
            found.changed += 1
            if len(found.examples) < _EXAMPLES and (spelled := _spelled(before)) not in found.examples:
                found.examples[spelled] = _spelled(_at(event, path))


def _at(event: Event, path: str) -> Value:
    """The value at the path."""
    value: Value = dict(event.keys) if path.startswith(_KEY) else event.props
    for part in path.removeprefix(_KEY).split("."):
        if isinstance(value, list):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
    return value


def _spelled(value: Value) -> str:
    return "nothing" if value is None else shown(value)
