"""What may be estimated: never what a person must have said themselves, nor what reaches or names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from envoi.events.catalogue import Kind, Property
from envoi.events.event import CONSENT, IMPUTED, MODEL
from envoi.people.standardise.rule import Kind as RuleKind
from envoi.settings import TRUST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.people.standardise.rule import Rule

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
#: What names of such fields have in them.
_REACHES = frozenset({"address", "city", "email", "house", "mail", "mobile", "phone", "post", "postal", "postcode"})
_REACHES |= {"street", "tel", "telephone", "zip"}
_NAMES = frozenset({"firstname", "forename", "lastname", "name", "surname"})
_KEYS = frozenset({"id", "key", "uuid", *TRUST})
_RULES = {
    RuleKind.EMAIL: "an address",
    RuleKind.PHONE: "a phone number",
    RuleKind.ADDRESS: "an address",
    RuleKind.NAME: "a name",
}
_KINDS = (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN)


class Method(StrEnum):
    """How numbers are estimated; categories always are the most frequent one."""

    MEDIAN = "median"
    #: Each field from all others, round after round (scikit-learn's IterativeImputer); needs the extra `ml`.
    RIDGE = "bayesian ridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impute:
    """`[impute]`: which fields are estimated, and from what."""

    fields: tuple[str, ...]
    #: Further fields that estimates are made from.
    using: tuple[str, ...] = ()
    method: Method = Method.RIDGE


def refusal(name: str, planned: Property, rules: Iterable[Rule] = ()) -> str:
    """Why a field is never estimated, as the end of "it is ..."; empty if it may be.

    >>> refusal("age", Property(kind=Kind.NUMBER)), refusal("consent.newsletter", Property(kind=Kind.BOOLEAN))
    ('', 'consent, which only a person gives')
    >>> [refusal(name, Property(kind=Kind.TEXT)) for name in ("workEmail", "zip", "last_name", "user_id")]
    ['what reaches a person', 'what reaches a person', 'a name', 'a key that says who somebody is']
    """
    if name.startswith(CONSENT):
        return "consent, which only a person gives"
    if name.startswith((MODEL, IMPUTED)):
        return "an estimate itself"
    words = {word.lower() for word in _WORD.findall(name)} | {name.lower()}
    for rule in rules:
        if rule.path == name and rule.kind in _RULES:
            return f"{_RULES[rule.kind]}, by its rule"
    told = {"what reaches a person": _REACHES, "a name": _NAMES, "a key that says who somebody is": _KEYS}
    for what, those in told.items():
        if words & those:
            return what
    return (
        "" if planned.kind in _KINDS else f"a {planned.kind.value}: numbers, categories and yes or no can be estimated"
    )
