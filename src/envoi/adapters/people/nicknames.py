"""The nicknames of English given names, from the package of that name (Carlton Northern's list, Apache-2.0)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from nicknames import name_triplets

if TYPE_CHECKING:
    from envoi.people.match.compare import Nicknames


def english() -> Nicknames:
    """By a name, the names that it may be short for.

    >>> sorted(english()["lizzie"])
    ['elizabeth']
    """
    found: dict[str, set[str]] = defaultdict(set)
    for each in name_triplets():
        found[each.name2].add(each.name1)
    return {short: frozenset(names) for short, names in found.items()}
