"""How many parts of US addresses are found exactly: on addresses the parser learned from, and on ones it never saw.

usaddress was trained on the labelled addresses themselves, so the first figure is its memory. For the second its own
kind of model is trained anew on four fifths of the addresses and asked about the last, five times. Needs ENVOI_DATA.
"""

from __future__ import annotations

import gzip
import json
import os
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pycrfsuite
import usaddress
from _measure import machine

from envoi.people.standardise.address import mended

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Words = Sequence[tuple[str, str]]
    Parse = Callable[[str], Words]

FOLDS = 5


def labelled() -> list[tuple[str, Words]]:
    """The addresses, each with its words and what they are."""
    path = Path(os.environ["ENVOI_DATA"]) / "us_addresses_labeled" / "addresses.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["raw"], [(word, label) for label, word in row["parts"]]) for row in rows]


def parts(words: Words) -> set[tuple[str, int, tuple[str, ...]]]:
    """Runs of words with one label, each with where it stands."""
    found, at = set(), 0
    for label, run in groupby(words, key=lambda pair: pair[1]):
        said = tuple(word for word, _ in run)
        found.add((label, at, said))
        at += len(said)
    return found


def score(rows: Sequence[tuple[str, Words]], parse: Parse) -> tuple[int, int, int]:
    """Parts found exactly, parts there are, and addresses of which all were found."""
    pairs = [(parts(truth), parts(parse(raw))) for raw, truth in rows]
    return sum(len(t & f) for t, f in pairs), sum(len(t) for t, _ in pairs), sum(t == f for t, f in pairs)


def trained(rows: Sequence[tuple[str, Words]], file: str) -> Parse:
    """A parser that learned from these addresses only, as usaddress does."""
    trainer = pycrfsuite.Trainer(verbose=False, params={"feature.minfreq": 0})
    for _, words in rows:
        tokens = [word for word, _ in words]
        trainer.append(usaddress.tokens2features(tokens), [label for _, label in words])
    trainer.train(file)
    tagger = pycrfsuite.Tagger()
    tagger.open(file)

    def parse(text: str) -> Words:
        tokens = usaddress.tokenize(text)
        return list(zip(tokens, tagger.tag(usaddress.tokens2features(tokens)), strict=True)) if tokens else []

    return parse


def show(what: str, found: tuple[int, int, int], addresses: int) -> None:
    """One line."""
    exact, parts_there, whole = found
    print(f"{what:<64} {exact / parts_there:6.1%} of parts, {whole / addresses:6.1%} of addresses whole")


def main() -> None:
    """Prints both figures, with and without our corrections."""
    rows = labelled()
    print(machine(), f"- {len(rows)} addresses")
    for name, with_ours in (("usaddress", False), ("usaddress, corrected", True)):

        def known(text: str, *, ours: bool = with_ours) -> Words:
            words = usaddress.parse(text)
            return mended(words) if ours else words

        show(f"{name}, on what it learned from", score(rows, known), len(rows))
        total = [0, 0, 0]
        for fold in range(FOLDS):
            with TemporaryDirectory() as folder:
                parse = trained([row for n, row in enumerate(rows) if n % FOLDS != fold], f"{folder}/model")

                def unseen(text: str, *, ours: bool = with_ours, parse: Parse = parse) -> Words:
                    return mended(parse(text)) if ours else parse(text)

                part = score([row for n, row in enumerate(rows) if n % FOLDS == fold], unseen)
            total = [a + b for a, b in zip(total, part, strict=True)]
        show(f"{name}, trained anew, on addresses it never saw", (total[0], total[1], total[2]), len(rows))


if __name__ == "__main__":
    main()
