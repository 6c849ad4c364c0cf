"""Categories: what many sources call one thing, to the one name that the project's taxonomy gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from envoi.people.standardise.base import Clean, folded

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is less like a name than this is not suggested: "similar" as rapidfuzz counts, from 0 to 100.
SUGGESTED = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """The names that are used, each with what else it is called."""

    name: str
    #: The name by everything it is called, folded; the name itself among it.
    names: Mapping[str, str]
    #: The name above each, where it has one.
    above: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, terms: Mapping[str, tuple[str, ...]], above: Mapping[str, str] | None = None) -> Taxonomy:
        """The taxonomy of these names, each with its other names."""
        names = {folded(other): term for term, others in terms.items() for other in others}
        return cls(name=name, names=names | {folded(term): term for term in terms}, above=above or {})

    def path(self, term: str) -> str:
        """The names from the top down to this one.

        >>> Taxonomy(name="shop", names={}, above={"Shoes": "Clothes"}).path("Shoes")
        'Clothes > Shoes'
        """
        path = [term]
        while (upper := self.above.get(path[0])) and upper not in path:
            path.insert(0, upper)
        return " > ".join(path)


def category(text: str, *, taxonomy: Taxonomy, accept: float = 0) -> Clean:
    """The taxonomy's own name for it; what is only like a name is suggested, unless it is `accept` % like it.

    Its part is `path`, from the top of the taxonomy down.

    >>> shop = Taxonomy.of("shop", {"Shoes": ("footwear", "sneakers"), "Shirts": ("tops",)})
    >>> category("FOOTWEAR", taxonomy=shop).value, category("sneekers", taxonomy=shop).fault
    ('Shoes', 'is not in the taxonomy shop; did you mean Shoes?')
    >>> category("sneekers", taxonomy=shop, accept=85).value
    'Shoes'
    """
    key = folded(text)
    term = taxonomy.names.get(key)
    if term is None:
        found = process.extract(key, taxonomy.names.keys(), scorer=fuzz.ratio, score_cutoff=SUGGESTED, limit=5)
        near = list(dict.fromkeys(taxonomy.names[other] for other, _, _ in found))
        best = found[0][1] if found else 0
        # Two names equally near are a question to people, not an answer.
        if not (accept and best >= accept and (len(near) == 1 or _leads(found, taxonomy))):
            meant = f"; did you mean {' or '.join(near[:3])}?" if near else ""
            return Clean(fault=f"is not in the taxonomy {taxonomy.name}{meant}")
        term = near[0]
    return Clean(value=term, parts={"path": taxonomy.path(term)})


def _leads(found: list[tuple[str, float, int]], taxonomy: Taxonomy) -> bool:
    first = taxonomy.names[found[0][0]]
    return all(score < found[0][1] for other, score, _ in found if taxonomy.names[other] != first)
