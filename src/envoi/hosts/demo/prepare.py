"""Makes the demo's project folder: the files of examples/grocer, and the shop's data as Parquet files to import."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from envoi.errors import Conflict
from envoi.hosts.demo import neighbours, offers, tills
from envoi.hosts.demo.labels import read_labels
from envoi.hosts.demo.source import open_source
from envoi.hosts.examples import example
from envoi.hosts.folder import STATE, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from envoi.hosts.demo.source import Source

#: The folder of data within the project, and the files in it; a mapping of the same name imports each.
DATA = "data"
FILES = ("people", "withdrawals", "orders", "campaigns", "coupons")
#: Says, in the folder for what machines make, that the project is a demo, and of whom.
_MARK = "demo"
#: Signs the links of the demo, which lead nowhere: fixed, so that its mails are the same to the byte everywhere.
_SECRET = b"the demo's secret is no secret\n"


def prepare(root: Path, *, households: int | None = None) -> None:
    """Makes the project in `root` with the data of so many households, or of all; one that is there stays as it is.

    Raises:
        NotFound: the data's package is not installed.
        Conflict: the folder holds something else, or a demo of other households.
    """
    mark, begun = root / STATE / _MARK, root / STATE / f"{_MARK}.begun"
    wanted = f"{households or 'all'} households\n"
    there = mark.read_text(encoding="utf-8") if mark.is_file() else ""
    if there == wanted:
        return
    if there:
        raise Conflict(f"{root} holds a demo of {there.strip()}", hint="name another folder, or remove this one")
    if root.is_dir() and any(root.iterdir()) and not begun.is_file():
        raise Conflict(f"{root} is not empty, and it is no demo", hint="name a folder that is not there yet")
    source = open_source(households=households)
    root.mkdir(parents=True, exist_ok=True)
    state = state_folder(root)
    begun.write_text(wanted, encoding="utf-8")
    shutil.copytree(example("grocer"), root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
    (state / "secret").touch(mode=0o600)
    (state / "secret").write_bytes(_SECRET)
    (root / DATA).mkdir(exist_ok=True)
    for name, table in _tables(source):
        pq.write_table(table, root / DATA / f"{name}.parquet")
    begun.replace(mark)


def _tables(source: Source) -> Iterator[tuple[str, pa.Table]]:
    yield "people", neighbours.people(source)
    yield "withdrawals", neighbours.withdrawals(source)
    yield "orders", tills.orders(source, read_labels())
    yield "campaigns", offers.campaigns(source)
    yield "coupons", offers.coupons(source)
