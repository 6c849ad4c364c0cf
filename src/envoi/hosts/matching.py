"""Looking for duplicates in a file: which columns take part, who weighs the pairs, and what is answered."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.events.files import open_source
from envoi.adapters.events.text import readable
from envoi.adapters.people.nicknames import english
from envoi.adapters.people.splink import SplinkLinker, is_installed
from envoi.errors import DataError, NotFound, did_you_mean
from envoi.people.match.cluster import Bounds
from envoi.people.match.columns import Columns
from envoi.people.match.find import find
from envoi.people.match.gather import gather
from envoi.people.match.kinds import guess, names_records
from envoi.people.match.mapping import FieldMap, parse_field_map
from envoi.people.match.rules import RuleLinker
from envoi.reports.matches import Matched, MatchField, measured, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.people.match.compare import Nicknames
    from envoi.people.match.port import Linker

    #: Told how many records were read; of how many nobody knows.
    Progress = Callable[[int, int], None]

#: Fewer records teach too little.
FEWEST = 200
_EVERY = 10_000


class FileToMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A file, and what is known about it."""

    path: Path
    #: The mapping file; without one, names and values of columns decide.
    map: Path | None = None
    #: The column whose values name the records; empty: what the mapping says, or what it seems to be.
    key: str = ""
    #: The column that says who each record really is of; it takes no part. Empty: nobody knows.
    truth: str = ""


def match_file(wanted: FileToMatch, *, progress: Progress = lambda *_: None) -> Matched:
    """The duplicates in the file.

    Raises:
        NotFound: there is no such file, or no such column.
        DataError: the file cannot be read, or the key does not tell its records apart.
        ProjectError: the mapping is wrong.
    """
    begun = time.perf_counter()
    mapping = mapping_of(wanted.map)
    table, faults = _read(wanted.path, mapping, progress)
    _needs(table, wanted.key, wanted.truth, mapping.key, *mapping.fields)
    truth = table.columns.pop(wanted.truth) if wanted.truth else []
    key = wanted.key or mapping.key or names_records(table.columns)
    names = _unique(table.columns.pop(key), key) if key else [str(number) for number in range(1, table.count + 1)]
    kinds = guess(table.columns, mapping.fields)
    people = gather(names, table.columns, kinds)
    nicknames = english()
    linker, because = linker_for(table.count, nicknames)
    found = find(people, linker, nicknames=nicknames, bounds=Bounds(cap=mapping.cap))
    clusters, refused = told(people, found, nicknames)
    return Matched(
        file=str(wanted.path),
        records=table.count,
        unreadable=dict(faults.most_common()),
        method=linker.name,
        because=because,
        key=key,
        fields=[MatchField(column=column, kind=kind) for column, kind in kinds.items()],
        clusters=clusters,
        refused=refused,
        truth=measured(found, wanted.truth, truth, cap=mapping.cap) if wanted.truth else None,
        seconds=round(time.perf_counter() - begun, 3),
    )


def linker_for(records: int, nicknames: Nicknames) -> tuple[Linker, str]:
    """Who weighs the pairs of so many records, and why it is the rules, if it is."""
    if not is_installed():
        return RuleLinker(nicknames), "splink is not installed; pip install 'envoi[identity]' finds more"
    if records < FEWEST:
        return RuleLinker(nicknames), f"fewer than {FEWEST} records are too few to learn from"
    return SplinkLinker(nicknames), ""


def _read(path: Path, mapping: FieldMap, progress: Progress) -> tuple[Columns, Counter[str]]:
    table, faults = Columns(), Counter[str]()
    for record in open_source(path, encoding=mapping.encoding, delimiter=mapping.delimiter).read():
        if record.fault:
            faults[record.fault] += 1
        else:
            table.add(record.fields)
        if record.position % _EVERY == 0:
            progress(record.position, 0)
    return table, faults


def _needs(table: Columns, *columns: str) -> None:
    """Refuses a column that is not there."""
    for column in columns:
        if column and column not in table.columns:
            raise NotFound(f"there is no column {column!r}", hint=did_you_mean(column, table.columns))


def _unique(names: list[str], key: str) -> list[str]:
    seen: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names, 1):
        seen[name].append(number)
    twice = next((name for name, numbers in seen.items() if not name or len(numbers) > 1), None)
    if twice is not None:
        what = f"{len(seen[twice])} records have the {key} {twice!r}" if twice else f"record {seen[''][0]} has no {key}"
        raise DataError(what, hint="name with --key a column whose values differ in each record, or leave it out")
    return names


def mapping_of(path: Path | None) -> FieldMap:
    """What the mapping file says; nothing if there is none.

    Raises:
        NotFound: there is no such file.
        ProjectError: it is wrong.
    """
    if path is None:
        return FieldMap()
    with readable(path):
        text = path.read_text(encoding="utf-8", errors="replace")
    return parse_field_map(text, file=str(path))
