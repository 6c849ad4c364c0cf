"""How well wrong cells of a table are found and mended, against doing nothing and against spelling alone.

The table is of hospitals, with letters replaced in one cell of forty and the dependencies that hold in it. The rival is
what tools for tables offer as nearest neighbours: a value that occurs once or twice becomes the frequent one of its
column that differs in the fewest letters, up to a quarter of them. HoloClean's paper (2017) has an F1 of 0.83 on the
whole set. Needs ENVOI_DATA.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from _measure import machine
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from envoi.people.quality.repair import dependencies, repairs

Rows = list[dict[str, str]]
Cells = dict[tuple[int, str], str]
RARE, FREQUENT, SHARE = 2, 5, 0.25


def nearest(rows: Rows) -> Cells:
    """What nearest neighbours would change."""
    changed: Cells = {}
    for column in rows[0]:
        counts = Counter(row[column] for row in rows if row[column])
        frequent = [value for value, count in counts.items() if count >= FREQUENT]
        for number, row in enumerate(rows):
            value = row[column]
            if value and counts[value] <= RARE:
                most = max(1, int(len(value) * SHARE))
                near = process.extractOne(value, frequent, scorer=Levenshtein.distance, score_cutoff=most)
                if near:
                    changed[number, column] = near[0]
    return changed


def show(what: str, changed: Cells, dirty: Rows, clean: Rows) -> None:
    """Precision, recall and F1 of cells."""
    wrong = sum(
        before[column] != after[column] for before, after in zip(dirty, clean, strict=True) for column in before
    )
    right = sum(clean[row][column] == value for (row, column), value in changed.items())
    precision, recall = right / len(changed) if changed else 0.0, right / wrong
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    print(f"{what:<24} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  ({len(changed)} of {wrong} cells)")


def main() -> None:
    """Prints the three."""
    folder = Path(os.environ["ENVOI_DATA"]) / "hospital_cleaning"
    dirty, clean = (pq.read_table(folder / f"{name}.parquet").drop(["tid"]).to_pylist() for name in ("dirty", "clean"))
    known = dependencies((folder / "hospital_constraints.txt").read_text(encoding="utf-8"))
    print(machine(), f"- {len(dirty)} rows of {len(dirty[0])} columns, {len(known)} dependencies")
    show("Envoi", {(each.row, each.column): each.after for each in repairs(dirty, known)}, dirty, clean)
    show("nearest neighbours", nearest(dirty), dirty, clean)
    show("doing nothing", {}, dirty, clean)


if __name__ == "__main__":
    main()
