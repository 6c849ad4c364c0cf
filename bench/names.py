"""How many names of people are taken apart rightly: given and family name, against two libraries.

Names of one word are left out, for nothing in them says which of the two they are. probablepeople was trained on
these very names, so its figure is its memory. Needs ENVOI_DATA, nameparser and probablepeople.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import nameparser
import probablepeople
from _measure import machine

from envoi.people.standardise.name import read_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def ours(text: str) -> tuple[str, str]:
    """The first person's given and family name, by Envoi."""
    people = read_name(text)
    return (people[0].given, people[0].family) if people else ("", "")


def of_nameparser(text: str) -> tuple[str, str]:
    """By nameparser."""
    name = nameparser.HumanName(text)
    return name.first, name.last


def of_probablepeople(text: str) -> tuple[str, str]:
    """By probablepeople."""
    try:
        found, _ = probablepeople.tag(text)
    except probablepeople.RepeatedLabelError:
        return "", ""
    return found.get("GivenName", found.get("FirstInitial", "")), found.get("Surname", found.get("LastInitial", ""))


def truth(parts: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The first person's given name, and the family name, as labelled."""
    told: dict[str, str] = defaultdict(str)
    for label, word in parts:
        if label == "And":
            break
        told[label] += word
    family = told["Surname"] or told["LastInitial"] or "".join(word for label, word in parts if label == "Surname")
    return told["GivenName"] or told["FirstInitial"], family


def letters(pair: tuple[str, str]) -> tuple[str, ...]:
    """What is compared: no case, no points."""
    return tuple(re.sub("[^a-z]", "", text.lower()) for text in pair)


def main() -> None:
    """Prints the shares."""
    path = Path(os.environ["ENVOI_DATA"]) / "names_labeled" / "names.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["kind"] == "person" and len(row["parts"]) > 1]
    print(machine(), f"- {len(rows)} names")
    parsers: dict[str, Callable[[str], tuple[str, str]]] = {
        "Envoi": ours,
        "nameparser": of_nameparser,
        "probablepeople, on what it learned from": of_probablepeople,
    }
    for name, parse in parsers.items():
        right = sum(letters(parse(row["raw"])) == letters(truth(row["parts"])) for row in rows)
        print(f"{name:<44} {right / len(rows):6.1%} with both names right")


if __name__ == "__main__":
    main()
