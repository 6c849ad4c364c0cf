"""Records that come one by one, each with fields of its own, laid out as columns of one length."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.people.match.forms import known

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Columns:
    """The columns so far, each as long as there are records; "" where nothing is known."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    def add(self, fields: Mapping[str, object]) -> None:
        """One more record; a column that it or those before it lack holds nothing there."""
        for name, value in fields.items():
            if name not in self.columns:
                self.columns[name] = [""] * self.count
            self.columns[name].append(known(value))
        self.count += 1
        for values in self.columns.values():
            if len(values) < self.count:
                values.append("")
