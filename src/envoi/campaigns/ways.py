"""So few people of an audience that between them they take every branch of a mail that anyone takes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from envoi.campaigns.edge_cases import EdgeCase
from envoi.templates.branches import Branches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.events.event import PersonId
    from envoi.templates.branches import Branch
    from envoi.templates.mail import MailTemplate


class Ways:
    """Looks at one person after the other; keeps the first of each way through the template."""

    def __init__(self, template: MailTemplate) -> None:
        """Before anybody was looked at."""
        self._branches = Branches(template)
        #: By the branches that somebody takes: the first who takes just these, and for how many each branch was taken.
        self._first: dict[frozenset[int], PersonId] = {}
        self._people = Counter[int]()

    def look_at(self, person: PersonId, data: Mapping[str, object]) -> None:
        """Sees which branches the person's data lead through."""
        taken = self._branches.taken(data)
        self._first.setdefault(taken, person)
        self._people.update(taken)

    def found(self) -> list[EdgeCase]:
        """A person for each branch, in the order of the template; those that nobody takes are said too."""
        shows = self._shows()
        numbered = sorted(enumerate(self._branches.all), key=lambda pair: (pair[1].at.file, pair[1].at.line, pair[0]))
        return [
            _case(branch, shows.get(number), self._people[number])
            for number, branch in numbered
            if number in shows or branch.is_written
        ]

    def _shows(self) -> dict[int, PersonId]:
        """By branch, whose mail shows it: greedily, who shows most that nobody before did."""
        shows: dict[int, PersonId] = {}
        left = set(self._people)
        while left:
            taken = max(self._first, key=lambda each: len(each & left))
            shows |= dict.fromkeys(taken & left, self._first[taken])
            left -= taken
        return shows


def _case(branch: Branch, person: PersonId | None, people: int) -> EdgeCase:
    where = f"{branch.at.file}, line {branch.at.line}" if branch.at.file else f"line {branch.at.line}"
    told = f"{branch}: " + (f"taken by {people:,}" if person else "taken by nobody")
    return EdgeCase(label=f"branch, {where}", why=told, person=person)
