"""The people of an audience whose mail is most likely to look wrong, found in their data, each with the reason.

A random person hides what these show: a missing name, the longest one, one from right to left or with an emoji, nothing
to recommend, and every content once. The branches of the template are found in `ways`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from envoi.campaigns.campaign import Campaign
    from envoi.decisions.decision import Decision
    from envoi.events.event import PersonId
    from envoi.people.profile import Profile

#: The traits that make up a name, as compose writes it into the To header.
NAME = ("first_name", "last_name")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
#: Where emoji lie, besides the symbols that Unicode calls so (So): modifiers, joiners and the selector of their form.
_EMOJI = (0x1F000, 0x1FAFF)
_EMOJI_SELECTOR = "\ufe0f"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeCase:
    """One person worth looking at."""

    #: A few words: "no name", "longest name", "content: regulars".
    label: str
    #: Why this person was picked.
    why: str
    #: None if there is nobody: then no preview can show it.
    person: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeCases:
    """What was found, and among how many people."""

    looked_at: int
    found: Sequence[EdgeCase]


@dataclass(slots=True)
class _Search:
    """Looks for the person in whom something is most so; of equals, for the first."""

    label: str
    #: How much it is so of a person; 0: not at all.
    weight: Callable[[Decision, Profile], int]
    why: Callable[[Decision, Profile, int], str]
    #: Said if there is nobody; if empty, then nothing is said.
    nobody: str = ""
    people: int = 0
    best: int = 0
    found: tuple[Decision, Profile] | None = None

    def look_at(self, decision: Decision, profile: Profile) -> None:
        weight = self.weight(decision, profile)
        self.people += weight > 0
        if weight > self.best:
            self.best, self.found = weight, (decision, profile)

    def told(self) -> EdgeCase | None:
        if self.found is None:
            return EdgeCase(label=self.label, why=self.nobody, person=None) if self.nobody else None
        decision, profile = self.found
        return EdgeCase(label=self.label, why=self.why(decision, profile, self.people), person=decision.person)


def edge_cases(
    campaign: Campaign, people: Iterable[tuple[Decision, Profile]], *, printed: Iterable[str] = ()
) -> EdgeCases:
    """The edge cases among the people for whom there is a decision, looked at in one pass.

    `printed` are the traits that the template uses: for each one, someone who lacks it.
    """
    searches = [*_names(), *_gaps(printed), *_products(campaign), *_contents(campaign)]
    looked_at = 0
    for decision, profile in people:
        looked_at += 1
        for search in searches:
            search.look_at(decision, profile)
    told = (search.told() for search in searches)
    return EdgeCases(looked_at=looked_at, found=[case for case in told if case])


def name_of(profile: Profile) -> str:
    """The whole name; empty if none is known."""
    parts = (profile.value(trait) for trait in NAME)
    return " ".join(part for part in parts if isinstance(part, str) and part.strip())


def is_right_to_left(text: str) -> bool:
    """Whether any letter of it is of a script that is written from right to left.

    >>> is_right_to_left("נועה"), is_right_to_left("ليلى"), is_right_to_left("Noa")
    (True, True, False)
    """
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)


def has_emoji(text: str) -> bool:
    """Whether there is an emoji in it.

    >>> has_emoji("Zoë 🌸"), has_emoji("♥ Mia"), has_emoji("Zoë")
    (True, True, False)
    """
    low, high = _EMOJI
    return any(
        low <= ord(letter) <= high or letter == _EMOJI_SELECTOR or unicodedata.category(letter) == "So"
        for letter in text
    )


def _names() -> list[_Search]:
    return [
        _Search(
            label="no name",
            weight=lambda _, profile: not name_of(profile),
            why=lambda _, __, people: f"{_others(people)} neither {' nor '.join(NAME)}",
        ),
        _Search(
            label="longest name",
            weight=lambda _, profile: len(name_of(profile)),
            why=lambda _, profile, __: f"{len(name_of(profile))} letters",
        ),
        _Search(
            label="right-to-left name",
            weight=lambda _, profile: is_right_to_left(name_of(profile)),
            why=lambda _, profile, __: f"“\u2068{name_of(profile)}\u2069” is written from right to left",
        ),
        _Search(
            label="emoji in name",
            weight=lambda _, profile: has_emoji(name_of(profile)),
            why=lambda _, profile, __: f"“{name_of(profile)}” is more than letters",
        ),
    ]


def _gaps(printed: Iterable[str]) -> list[_Search]:
    """A person without it for each trait that the template uses."""

    def search(trait: str) -> _Search:
        return _Search(
            label=f"no {trait}",
            weight=lambda _, profile: profile.value(trait) in (None, ""),
            why=lambda _, __, people: f"the template uses person.{trait}; {_others(people)} none",
        )

    return [search(trait) for trait in dict.fromkeys(printed)]


def _products(campaign: Campaign) -> list[_Search]:
    if campaign.products is None:
        return []
    return [
        _Search(
            label="no recommendations",
            weight=lambda decision, _: not decision.products,
            why=lambda _, __, people: f"nothing could be recommended; {_others(people)} no products",
        )
    ]


def _contents(campaign: Campaign) -> list[_Search]:
    """A person for each content that a decision can choose."""

    def search(content: str) -> _Search:
        return _Search(
            label=f"content: {content}",
            weight=lambda decision, _: decision.content == content,
            why=lambda _, __, people: f"chosen for {people:,}",
            nobody="chosen for nobody",
        )

    return [search(content) for content in campaign.contents()]


def _others(people: int) -> str:
    return "the only one who has" if people == 1 else f"one of {people:,} who have"
