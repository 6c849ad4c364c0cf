"""Matching 100,000 records of invented people in households, by splink and by the rules; reading them is not counted.

The rival is what people do in a spreadsheet: records with the same e-mail address are one person.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from _crowd import crowd
from _measure import machine, report

from envoi.adapters.people.nicknames import english
from envoi.adapters.people.splink import SplinkLinker
from envoi.people.match.blocking import Block, blocks
from envoi.people.match.find import find
from envoi.people.match.forms import known
from envoi.people.match.gather import gather
from envoi.people.match.kinds import guess
from envoi.people.match.port import Weighed
from envoi.people.match.rules import RuleLinker
from envoi.people.match.truth import pairwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.people.match.port import Linker
    from envoi.people.match.record import People

RECORDS = 100_000


def read(records: int) -> tuple[People, list[str]]:
    """The people, and for each record who it is of."""
    columns = {name: [known(value) for value in values] for name, values in crowd(records).items()}
    truth = columns.pop("person")
    return gather(columns["id"], columns, guess(columns, {})), truth


@dataclass(frozen=True, slots=True)
class Kept:
    """A linker that weighed already."""

    name: str
    weighed: list[Weighed]

    def weigh(self, people: People, blocks: Sequence[Block]) -> list[Weighed]:
        """See `Linker.weigh`."""
        del people, blocks
        return self.weighed

    def of_two_classes(self) -> Kept:
        """The same evidence as one sum, so that households cannot be told from persons."""
        return Kept(f"{self.name}, two classes", [Weighed(*each[:2], sum(each[2:]), 0.0) for each in self.weighed])


def matched(people: People, truth: Sequence[str], linker: Linker) -> float:
    """Seconds; prints how good the clusters are, and how good they were without the class of households."""
    begun = perf_counter()
    kept = Kept(linker.name, linker.weigh(people, blocks(people)))
    found = find(people, kept, nicknames=english())
    took = perf_counter() - begun
    told(kept.name, [each.records for each in found.clusters], truth)
    two = kept.of_two_classes()
    told(two.name, [each.records for each in find(people, two, nicknames=english()).clusters], truth)
    return took


def rival(people: People, truth: Sequence[str]) -> float:
    """The same for records of one e-mail address."""
    begun = perf_counter()
    same = defaultdict(list)
    for record, email in enumerate(people.values["email"]):
        if email:
            same[email].append(record)
    took = perf_counter() - begun
    told("rival: same e-mail", same.values(), truth)
    return took


def told(what: str, clusters: Iterable[Sequence[int]], truth: Sequence[str]) -> None:
    """One line on the quality."""
    is_ = pairwise(clusters, truth)
    print(f"{what:<56} precision {is_.precision:.4f}  recall {is_.recall:.4f}  F1 {is_.f1:.4f}")


def main() -> None:
    """Prints quality and seconds."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    print(machine(), f"\n{records:,} records")
    begun = perf_counter()
    people, truth = read(records)
    print(f"{'made and read':<56} {perf_counter() - begun:7.2f} s")
    for linker in (SplinkLinker(english()), RuleLinker(english())):
        report(f"matched by {linker.name}", [matched(people, truth, linker)], "s")
    report("rival: same e-mail", [rival(people, truth)], "s")


if __name__ == "__main__":
    main()
