"""G2: an import that is killed goes on where it was; the log, history and rejects are those of one that ran through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from envoi.hosts import importing
from envoi.hosts.importing import FileToImport, import_file
from envoi.hosts.local import open_project
from envoi.reports.answers import Imported

ENVOI_TOML = """
name = "Corner"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
"""
PLAN = """
[events."Order Completed".properties]
total = "number"
[events."Order Completed".properties.products]
kind = "items"
fields = { sku = "text", price = "number" }
"""
#: Ids come from place and content, so that only the mark keeps a resumed run from doubling what has none of its own.
MAP = """
kind = "events"
source = "tills"
event = { name = "Order Completed" }
at = "when"
keys = { user_id = "customer" }
props = { total = "total" }
"""
LINES_MAP = """
kind = "events"
source = "tills"
event = { name = "Order Completed" }
at = "when"
keys = { user_id = "customer" }
[lines]
group = "order"
into = "products"
fields = { sku = "sku", price = "total" }
sums = { total = "total" }
"""
ROWS = 6_000
CHILD = Path(__file__).with_name("import_and_die.py")


def project(root: Path) -> Path:
    (root / "events").mkdir(parents=True)
    (root / "envoi.toml").write_text(ENVOI_TOML)
    (root / "events" / "plan.toml").write_text(PLAN)
    return root


def file_of_orders(folder: Path, mapping: str) -> FileToImport:
    """Orders of one to four lines, every hundredth line with a fault."""
    rows = [
        f"o{n // (n % 4 + 1)},c{n % 13},2024-05-{n % 28 + 1:02}T09:00:00Z,s{n % 7},"
        f"{'gratis' if n % 100 == 3 else n % 50}\n"
        for n in range(ROWS)
    ]
    (folder / "orders.csv").write_text("order,customer,when,sku,total\n" + "".join(rows))
    (folder / "map.toml").write_text(mapping)
    return FileToImport(path=folder / "orders.csv", map=folder / "map.toml")


def result(root: Path, imported: Imported) -> object:
    """All that an import leaves, but for when it was."""
    with open_project(root) as envoi:
        stores = envoi.stores
        assert stores.log.position() == stores.tables.head() == stores.people.position()
        assert len({one.event.seen_at for one in stores.log.read()}) == 1
        return (
            [(one.person, msgspec.structs.replace(one.event, seen_at=0)) for one in stores.log.read()],
            list(stores.people.scan()),
            envoi.report().events,
            [(one.place, one.reason) for one in stores.log.set_aside()],
            Path(imported.rejects_file).read_text(),
        )


@pytest.mark.parametrize(
    ("mapping", "moment", "survived", "resumes"),
    [
        # The first thing an import writes to the log is that it has begun.
        (MAP, "before the log", 0, False),
        (MAP, "before the log", 4, True),
        (MAP, "after the log", 0, False),
        (MAP, "after the log", 1, True),
        (LINES_MAP, "after the log", 1, True),
        (LINES_MAP, "after the log", 7, True),
        (MAP, "before history", 5, True),
        (MAP, "after history", 5, True),
        (LINES_MAP, "before the rejects", 0, True),
        (MAP, "after the rejects", 0, True),
    ],
    ids={MAP: "rows", LINES_MAP: "lines"}.get,
)
def test_a_killed_import_goes_on_and_leaves_what_a_whole_one_leaves(
    tmp_path: Path, mapping: str, moment: str, survived: int, resumes: bool
) -> None:
    kill_and_go_on(tmp_path, mapping, [moment, survived, ""], resumes=resumes)


def test_the_same_where_another_process_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_APART_BYTES", 0)
    kill_and_go_on(tmp_path, LINES_MAP, ["after the log", 7, "apart"], resumes=True)


def kill_and_go_on(folder: Path, mapping: str, how: list[object], *, resumes: bool) -> None:
    file = file_of_orders(folder, mapping)
    through, killed = project(folder / "through"), project(folder / "killed")
    with open_project(through) as envoi:
        expected = import_file(envoi, file)
    arguments = [str(each) for each in (killed, file.path, file.map, *how)]
    assert subprocess.run([sys.executable, str(CHILD), *arguments], check=False).returncode == -9
    with open_project(killed) as envoi:
        imported = import_file(envoi, file)
        assert import_file(envoi, file).finished_at
    assert (imported.finished_at, bool(imported.resumed_at)) == ("", resumes)
    assert result(killed, imported) == result(through, expected)
