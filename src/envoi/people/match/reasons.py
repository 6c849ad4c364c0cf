"""Why two records are held to be one person, in words; and what forbids to merge them unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.match.compare import Likeness, likeness
from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.people.match.compare import Nicknames
    from envoi.people.match.record import People

#: In the order they are told.
_ORDER = tuple(Likeness)
_SAYS = {
    Likeness.SAME: "same {what}",
    Likeness.NICKNAME: "one {what} is short for the other",
    Likeness.ONE_LETTER: "{what} differs by one letter",
    Likeness.NEAR: "{what} nearly the same",
    Likeness.PART: "{what} partly the same",
    Likeness.DIFFERENT: "{what} differs",
}
_SAYS_OF_KIND = {
    (Kind.DATE, Likeness.SAME): "same date of birth",
    (Kind.DATE, Likeness.ONE_LETTER): "dates of birth differ by one digit",
    (Kind.DATE, Likeness.PART): "born in the same month",
    (Kind.EMAIL, Likeness.PART): "same e-mail before the @",
    (Kind.POSTCODE, Likeness.PART): "post codes of one area",
    (Kind.PHONE, Likeness.ONE_LETTER): "phone numbers differ by one digit",
}
_WORDS = {Kind.EMAIL: "e-mail", Kind.DATE: "date of birth", Kind.POSTCODE: "post code"}
_SWAPPED = "given name and surname are swapped"


def reasons(people: People, left: int, right: int, nicknames: Nicknames) -> list[str]:
    """What speaks for and against, the strongest agreement first; what is not known of both is not told."""
    told = [_SWAPPED] if swapped(people, left, right) else []
    found = []
    for field in people.fields:
        if told and field.kind in (Kind.GIVEN, Kind.SURNAME):
            continue
        values = people.values[field.name]
        alike = likeness(field.kind, values[left], values[right], nicknames)
        if alike is not Likeness.UNKNOWN:
            says = _SAYS_OF_KIND.get((field.kind, alike), _SAYS[alike])
            found.append((_ORDER.index(alike), says.format(what=_what(people, field.kind, field.name))))
    return told + [says for _, says in sorted(found, key=lambda each: each[0])]


def doubt(people: People, left: int, right: int, nicknames: Nicknames) -> str:
    """Why a person should look before these two are merged; empty if nobody needs to.

    Two given names are two people of one address, or of one e-mail, unless a date of birth or an identifier says else.
    """
    if swapped(people, left, right):
        return ""
    given = set(_likenesses(people, left, right, nicknames, Kind.GIVEN))
    if Likeness.DIFFERENT not in given or len(given - {Likeness.UNKNOWN}) > 1:
        return ""
    proofs = [*_likenesses(people, left, right, nicknames, Kind.DATE)]
    proofs += _likenesses(people, left, right, nicknames, Kind.IDENTIFIER)
    return "" if Likeness.SAME in proofs or Likeness.ONE_LETTER in proofs else "the given names are two"


def swapped(people: People, left: int, right: int) -> bool:
    """Whether the given name of each is the other's surname."""
    given, surname = people.of_kind(Kind.GIVEN), people.of_kind(Kind.SURNAME)
    if not given or not surname:
        return False
    names, family = people.values[given[0].name], people.values[surname[0].name]
    one, other = (names[left], family[left]), (names[right], family[right])
    return one == other[::-1] and one != other and all(one)


def _likenesses(people: People, left: int, right: int, nicknames: Nicknames, kind: Kind) -> Iterator[Likeness]:
    for field in people.of_kind(kind):
        values = people.values[field.name]
        yield likeness(kind, values[left], values[right], nicknames)


def _what(people: People, kind: Kind, name: str) -> str:
    """The kind in words; the column's own name if several are of that kind, or if the kind says little."""
    if kind in (Kind.TEXT, Kind.CATEGORY, Kind.IDENTIFIER) or len(people.of_kind(kind)) > 1:
        return name.replace("_", " ")
    return _WORDS.get(kind, str(kind))
