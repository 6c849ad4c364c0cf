"""Wrong cells of a table, found and mended by what the table says elsewhere: dependencies, and spellings.

Where some columns decide another (a code decides its name), rows that agree in the first and differ in the second
cannot all be right, and the many are believed against the few. A rare value that is nearly a common one of its column
is a slip of spelling. Both only propose: a proposal names its reason, and nobody's record is changed unseen.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from envoi.errors import DataError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Row = Mapping[str, str]
    Cell = tuple[int, str]

#: A mended cell may show a further one: after so many rounds the tables we know have come to rest.
_ROUNDS = 4
#: A value is common if it stands in a hundredth of the rows, and in more than a few; a slip of it is so much rarer.
_COMMON_SHARE, _COMMON, _RARER = 0.01, 4, 20
#: Slips are at most this share of a value's letters.
_SLIPS = 0.2
#: Words with fewer letters have too many others near.
_LETTERS = 4
#: So many rows, and so large a share of those like them, contradict a dependency not by chance.
_SYSTEMATIC, _NEARLY_ALL = 3, 0.8
#: Codes and numbers with another letter or digit in them are other things, however near.
_DIGIT = re.compile(r"\d")
_CLAUSE = re.compile(r"(EQ|IQ)\(t1\.(\w+),\s*t2\.(\w+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Rows with the same values in `by` have the same value in `column`."""

    by: tuple[str, ...]
    column: str

    def __str__(self) -> str:
        """As people read it.

        >>> str(Dependency(by=("zip",), column="city"))
        'zip decides city'
        """
        return f"{' and '.join(self.by)} decides {self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A cell that is probably wrong, and what it should probably be."""

    row: int
    column: str
    before: str
    after: str
    #: In words, with what speaks for it.
    reason: str


def dependencies(text: str, *, file: str = "") -> list[Dependency]:
    """The dependencies that a file of denial constraints states, one a line, as HoloClean reads them.

    >>> [str(each) for each in dependencies("t1&t2&EQ(t1.zip,t2.zip)&IQ(t1.city,t2.city)")]
    ['zip decides city']

    Raises:
        DataError: a line is no dependency: equal columns, then one that differs.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        clauses = _CLAUSE.findall(line)
        by = tuple(left for kind, left, right in clauses if kind == "EQ" and left == right)
        decided = [left for kind, left, right in clauses if kind == "IQ" and left == right]
        if line.strip() and (len(decided) != 1 or not by or len(by) + 1 != len(clauses)):
            what = f"this constraint is no dependency: {line.strip()}"
            raise DataError(
                what, hint="write it as t1&t2&EQ(t1.a,t2.a)&IQ(t1.b,t2.b)", at=Place(file=file, line=number)
            )
        if decided:
            found.append(Dependency(by=by, column=decided[0]))
    return found


def repairs(rows: Sequence[Row], known: Sequence[Dependency]) -> list[Repair]:
    """What should probably be mended, in the order of rows; a cell twice mended counts once, by its last reason."""
    table = [dict(row) for row in rows]
    proposed: dict[Cell, tuple[str, str]] = {}
    for _ in range(_ROUNDS):
        news = {**_misspelt(table), **_outvoted(table, known)}
        news = {cell: found for cell, found in news.items() if table[cell[0]][cell[1]] != found[0]}
        if not news:
            break
        for (row, column), (value, _) in news.items():
            table[row][column] = value
        proposed |= news
    return [
        Repair(row=row, column=column, before=rows[row][column], after=value, reason=reason)
        for (row, column), (value, reason) in sorted(proposed.items())
        if rows[row][column] != value
    ]


def _outvoted(table: Sequence[Row], known: Sequence[Dependency]) -> dict[Cell, tuple[str, str]]:
    """Cells that other rows contradict, each with the value for which most of them speak."""
    votes: dict[Cell, Counter[str]] = defaultdict(Counter)
    reasons: dict[tuple[Cell, str], str] = {}
    for dependency in known:
        column = dependency.column
        groups = [(members, Counter(table[row][column] for row in members)) for members in _groups(table, dependency)]
        exempt = _exempt(table, dependency, groups)
        for members, values in groups:
            for row in members:
                if row in exempt:
                    # Its own value stands, as firmly as the group's does for the others.
                    votes[row, column][table[row][column]] += len(members)
                    continue
                for value, count in (values - Counter([table[row][column]])).items():
                    votes[row, column][value] += count
                    reasons.setdefault(((row, column), value), f"{dependency}, and {count} other rows say {value!r}")
    return {cell: (best, reasons[cell, best]) for cell, said in votes.items() if (best := _elected(table, cell, said))}


def _elected(table: Sequence[Row], cell: Cell, said: Counter[str]) -> str:
    """The value for which more rows speak than for any other, the present one with its own vote; else nothing."""
    own = table[cell[0]][cell[1]]
    (best, most), (_, second) = [*said.most_common(2), ("", 0)][:2]
    return best if best != own and most > max(said[own] + 1, second) else ""


def _groups(table: Sequence[Row], dependency: Dependency) -> Iterator[list[int]]:
    """The rows that agree in the deciding columns, where none of those is empty."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(table):
        if all(key := tuple(row[column] for column in dependency.by)):
            groups[key].append(number)
    yield from groups.values()


def _exempt(table: Sequence[Row], dependency: Dependency, groups: Sequence[tuple[list[int], Counter[str]]]) -> set[int]:
    """Rows for which the dependency does not hold at all: nearly every row like them in some column contradicts it.

    A code decides the average of its state only within that state: the rows of another are exceptions, not slips.
    """
    exceptions = {
        row
        for members, values in groups
        for row in members
        if table[row][dependency.column] != values.most_common(1)[0][0]
    }
    exempt: set[int] = set()
    for column in table[0] if table else ():
        if column == dependency.column:
            continue
        everywhere = Counter(row[column] for row in table)
        among = Counter(table[row][column] for row in exceptions)
        systematic = {
            value
            for value, count in among.items()
            if value and count >= _SYSTEMATIC and count >= everywhere[value] * _NEARLY_ALL
        }
        exempt |= {row for row in exceptions if table[row][column] in systematic}
    return exempt


def _misspelt(table: Sequence[Row]) -> dict[Cell, tuple[str, str]]:
    """Cells with a rare value that is nearly one of the common values of its column, or has such a word."""
    found = {}
    for column in table[0] if table else ():
        values = Counter(row[column] for row in table if row[column])
        meant = _nearly(values, least=max(_COMMON, len(table) * _COMMON_SHARE))
        words = Counter(word for value, count in values.items() for word in value.split() * count)
        meant_words = _nearly(
            Counter({word: count for word, count in words.items() if len(word) >= _LETTERS and word.isalpha()}),
            least=max(_COMMON, len(table) * _COMMON_SHARE),
        )
        for number, row in enumerate(table):
            value = row[column]
            mended = meant.get(value) or " ".join(meant_words.get(word, word) for word in value.split(" "))
            if mended != value:
                found[number, column] = mended, f"{column} is spelt {mended!r} elsewhere, and nearly so here"
    return found


def _nearly(counts: Counter[str], *, least: float) -> dict[str, str]:
    """Each rare text that is nearly one, and only one, of the common ones, with that one."""
    common = [value for value, count in counts.items() if count >= least]
    return {
        value: near
        for value, count in counts.items()
        if not _DIGIT.search(value) and (near := _nearest(value, common)) and count * _RARER <= counts[near]
    }


def _nearest(value: str, common: Sequence[str]) -> str:
    """The one common text from which few letters part it; empty if there is none, or more than one as near."""
    most = max(1, int(len(value) * _SLIPS))
    near = process.extract(value, common, scorer=Levenshtein.distance, score_cutoff=most, limit=2)
    if not near or (len(near) > 1 and near[1][1] == near[0][1]):
        return ""
    return str(near[0][0])
