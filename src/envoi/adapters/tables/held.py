"""What history holds: its columns and what was seen in them, and the room for more."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from envoi.tables import column

#: The most columns of a table. A property that finds no room stays in the log only; a planned one always finds room.
MOST_COLUMNS = 1_000
#: The most properties to tell of: beyond them, names are made of ids.
MOST_OBSERVED = 10_000


@dataclass(frozen=True, slots=True)
class Held:
    """What history holds; a column once made is filled ever after."""

    #: The columns of each table.
    columns: dict[str, set[str]]
    #: (event name, path, "num", "bool" or "text") of what was seen; no path for the event itself, "[]." after a list.
    observed: set[tuple[str, str, str]]
    #: The paths that have a column, and what comes before each dot in them.
    paths: set[str]

    def copy(self) -> Held:
        """A copy to change while it is not yet certain that the change will be committed."""
        return Held({table: set(names) for table, names in self.columns.items()}, set(self.observed), set(self.paths))

    def see(self, name: str, path: str = "", kind: str = "", *, of: str = "") -> None:
        """Remembers that an event has been seen, or a property of it, or of the items in its list `of`."""
        if len(self.observed) < MOST_OBSERVED:
            self.observed.add((name, f"{of}[].{path}" if of else path, kind))
        self.open(path, of=of)

    def open(self, path: str, *, of: str = "") -> None:
        """Lets the path be reached however many columns there are.

        >>> held = Held({}, set(), set())
        >>> held.open("size.width", of="products")
        >>> sorted(held.paths)
        ['products', 'products.size', 'products.size.width']
        """
        self.paths.update(accumulate(_way(path, of).split("."), "{}.{}".format))

    def reaches(self, table: str, path: str, *, of: str = "") -> bool:
        """Whether a value at `path`, or below it, could go into a column."""
        return len(self.columns[table]) < MOST_COLUMNS or _way(path, of) in self.paths

    def admits(self, table: str, kind: str, prop: str) -> bool:
        """Whether the property has a column; gives it one while there is room."""
        names = self.columns[table]
        if len(names) < MOST_COLUMNS:
            names.add(column(kind, prop))
        return column(kind, prop) in names


def _way(path: str, of: str) -> str:
    return f"{of}.{path}" if of else path
