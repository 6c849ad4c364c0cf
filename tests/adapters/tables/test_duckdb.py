"""History in DuckDB survives its process, has one owner, follows the plan, and keeps its width."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from envoi.adapters.tables import held
from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.errors import NotFound, StoreBusy, StoreFailed
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.tables import Query
from tests.contracts.happenings import happening, stored

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.events.event import Stored, Value
    from envoi.tables import Tables

NO_PLAN = Catalogue()
AT_ONCE = Resources(wait_s=0)
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.duckdb"


def planned(**kinds: Kind) -> Catalogue:
    properties = {name: Property(kind=kind) for name, kind in kinds.items()}
    return Catalogue(events={"Page Viewed": EventPlan(name="Page Viewed", properties=properties)})


def viewed(number: int, **props: Value) -> list[Stored]:
    return stored(happening(number, props=props), after=number - 1)


def rows(tables: Tables, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in tables.query(Query(sql)).to_pylist()]


def test_what_was_written_is_there_when_it_is_opened_again(path: Path) -> None:
    with closing(DuckTables(path, NO_PLAN)) as tables:
        tables.write(viewed(1, page="home", items=[{"sku": "X"}]))
        observed = tables.observed()
    with closing(DuckTables(path, NO_PLAN)) as tables:
        assert (tables.head(), tables.observed()) == (1, observed)
        tables.write(viewed(1) + viewed(2, page="about"))
        assert rows(tables, 'SELECT seq, person, "text:page" FROM events ORDER BY seq') == [
            (1, 1, "home"),
            (2, 1, "about"),
        ]


def test_a_reader_needs_a_history_and_changes_nothing(path: Path) -> None:
    with pytest.raises(NotFound, match="import events first"):
        DuckTables(path, NO_PLAN, read_only=True)
    DuckTables(path, NO_PLAN).close()
    with closing(DuckTables(path, NO_PLAN, read_only=True)) as tables, pytest.raises(StoreFailed):
        tables.write(viewed(1))


@pytest.mark.parametrize("read_only", [False, True])
def test_a_new_plan_is_answered_at_once(path: Path, *, read_only: bool) -> None:
    with closing(DuckTables(path, NO_PLAN)) as tables:
        tables.write(viewed(1, page="home"))
    plan = planned(page=Kind.TEXT, seconds=Kind.NUMBER, Due=Kind.TIME)
    with closing(DuckTables(path, plan, read_only=read_only)) as tables:
        sql = 'SELECT "text:page", "num:seconds", "num:^Due" FROM events'
        assert rows(tables, sql) == [("home", None, None)]


def test_another_process_that_holds_the_file_is_named(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for read_only in (False, True):
            with pytest.raises(StoreBusy, match=f"process {holder.pid} has the history open") as caught:
                DuckTables(path, NO_PLAN, read_only=read_only, resources=AT_ONCE)
            assert caught.value.retry
        holder.communicate()
    DuckTables(path, NO_PLAN, resources=AT_ONCE).close()


def test_it_waits_for_another_process_to_let_go(path: Path) -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        opening = pool.submit(DuckTables, path, NO_PLAN, resources=Resources(wait_s=60))
        holder.communicate()
        opening.result().close()


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    DuckTables(path, NO_PLAN).close()
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("UPDATE about SET version = 99")
    with pytest.raises(StoreFailed, match=r"version 99.*newer Envoi"):
        DuckTables(path, NO_PLAN)


def test_a_file_that_is_no_history_is_refused(path: Path) -> None:
    path.write_text("Dear diary, " * 1_000)
    with pytest.raises(StoreFailed, match="not a valid DuckDB database"):
        DuckTables(path, NO_PLAN)


def test_sql_reads_no_other_file_and_no_variable_of_the_program(path: Path) -> None:
    path.with_name("secret.csv").write_text("a\n1\n")
    secret = pa.table({"a": [1]})
    with closing(DuckTables(path, NO_PLAN)) as tables:
        for source in (f"'{path.with_name('secret.csv')}'", "secret"):
            with pytest.raises(StoreFailed):
                tables.query(Query(f"SELECT * FROM {source}"))
        assert len(secret) == 1


def test_other_threads_query_while_one_writes() -> None:
    with closing(DuckTables(None, NO_PLAN)) as tables, ThreadPoolExecutor(4) as pool:
        counted = []
        for number in range(1, 31):
            counted.append(pool.submit(rows, tables, "SELECT count(*) FROM events"))
            tables.write(viewed(number, page=str(number)))
        counts = [each.result()[0][0] for each in counted]
        assert all(isinstance(count, int) and number <= count <= 30 for number, count in enumerate(counts))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST_COLUMNS", 9)


@pytest.mark.usefixtures("narrow")
def test_a_table_has_room_for_so_many_columns_and_fills_those_it_has_ever_after(path: Path) -> None:
    plan = planned(total=Kind.NUMBER)
    with closing(DuckTables(path, plan)) as tables:
        tables.write(viewed(1, lines=[{"sku": "X"}], shop={"city": "Lviv"}, a=1, total=3))
        tables.write(viewed(2, b=2, c=3))
        kinds = {"lines[].sku": "text", "shop.city": "text", "a": "num", "total": "num", "b": "num"}
        assert tables.observed()["Page Viewed"] == kinds
    with closing(DuckTables(path, plan)) as tables:
        tables.write(viewed(3, d=1, e={"f": 1}, shop={"city": "Kyiv", "zip": 1}, total=5, lines=[{"sku": "Y"}]))
        sql = 'SELECT "num:a", "text:shop.city", "num:total", "num:b" FROM events ORDER BY seq'
        assert rows(tables, sql) == [
            (1_000_000, "Lviv", 3_000_000, None),
            (None, None, None, 2_000_000),
            (None, "Kyiv", 5_000_000, None),
        ]
        assert rows(tables, 'SELECT "text:sku" FROM items ORDER BY seq') == [("X",), ("Y",)]
        assert len(tables.query(Query("SELECT * FROM events")).column_names) == 9


def test_ids_used_as_names_neither_fill_the_memory_nor_the_table() -> None:
    with closing(DuckTables(None, NO_PLAN)) as tables:
        events = [happening(n, props={"seen": {f"sku{n}-{m}": m for m in range(100)}}) for n in range(300)]
        profiles = [
            happening(f"p{n}", name="Profile Updated", props={f"sku{n}-{m}": m for m in range(100)}) for n in range(300)
        ]
        tables.write(stored(*events, *profiles))
        assert len(tables.query(Query("SELECT * FROM events LIMIT 1")).column_names) == held.MOST_COLUMNS
        assert sum(map(len, tables.observed().values())) < held.MOST_OBSERVED
        assert rows(tables, "SELECT count(*) FROM traits") == [(30_000,)]


def test_no_temporary_file_is_left(path: Path) -> None:
    with closing(DuckTables(path, NO_PLAN)) as tables:
        tables.write(viewed(1))
    assert list(path.parent.iterdir()) == [path]
