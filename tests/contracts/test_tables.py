"""What every engine of history promises: the rows that envoi/tables.py describes, each event once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import duration
from envoi.conditions.bound import Storage
from envoi.conditions.facts import find, stored_form
from envoi.errors import StoreFailed
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Name, PersonId, Stored, Value
from envoi.tables import Query, Tables, column, num, quoted
from tests.contracts.happenings import HALF, NOON, Happening, drawn, happening, stored

KINDS = ["memory", "file"]

_LINES = {"price": Property(kind=Kind.NUMBER), "organic": Property(kind=Kind.BOOLEAN), "best": Property(kind=Kind.TIME)}
_ORDER = {
    "total": Property(kind=Kind.NUMBER),
    "due": Property(kind=Kind.TIME),
    "gift": Property(kind=Kind.BOOLEAN),
    "day": Property(kind=Kind.DATE),
    "products": Property(kind=Kind.ITEMS, fields=_LINES),
}
PLAN = Catalogue(
    events={"Order Completed": EventPlan(name="Order Completed", properties=_ORDER)},
    traits={"joined": Property(kind=Kind.TIME)},
)


@contextmanager
def opened(kind: str, plan: Catalogue = PLAN) -> Iterator[Tables]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.duckdb" if kind == "file" else None
        with closing(DuckTables(path, plan)) as tables:
            yield tables


@pytest.fixture(params=KINDS)
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    with opened(request.param) as tables:
        yield tables


def rows(tables: Tables, sql: str, *values: object) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in tables.query(Query(sql, values)).to_pylist()]


def order(number: int, person: str = "p1", /, **props: Value) -> Happening:
    return happening(number, person, name="Order Completed", props=props)


def all_of(tables: Tables) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, in a fixed order, without what is missing."""
    found = {}
    for table, key in {"people": "number", "events": "seq", "items": "seq, list", "traits": 'seq, "key"'}.items():
        pylist = tables.query(Query(f"SELECT * FROM {table} ORDER BY {key}")).to_pylist()
        found[table] = [{name: value for name, value in row.items() if value is not None} for row in pylist]
    return found


def test_an_empty_history_has_every_planned_column(tables: Tables) -> None:
    assert tables.head() == 0
    assert tables.observed() == {}
    assert rows(tables, 'SELECT e."num:total", e."num:due", e."bool:gift", e."text:day" FROM events AS e') == []
    assert rows(tables, 'SELECT i."num:price", i."bool:organic", i."num:best" FROM items AS i') == []
    assert rows(tables, "SELECT number, id, first_at FROM people") == []
    assert rows(tables, 'SELECT person, "key", num, bool, text FROM traits') == []


def test_an_event_is_a_row(tables: Tables) -> None:
    tables.write(stored(order(1, total=9.99, gift=True, day="2017-12-01", due="2017-12-01T09:00:00Z", code="X")))
    sql = 'SELECT seq, e.at, "num:total", "bool:gift", "text:day", "num:due", "text:code" FROM events AS e'
    assert rows(tables, sql) == [(1, NOON, 9_990_000, 1, "2017-12-01", 1_512_118_800_000_000, "X")]
    assert rows(tables, "SELECT number, id, first_at FROM people") == [(1, "p1", NOON)]
    assert tables.head() == 1


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(happenings=st.lists(drawn, min_size=1, max_size=12), cuts=st.lists(st.integers(0, 12), max_size=3))
def test_rows_are_the_same_however_events_were_batched(kind: str, happenings: list[Happening], cuts: list[int]) -> None:
    events = stored(*happenings)
    edges = sorted({0, *cuts, len(events)})
    with opened(kind) as whole, opened("memory") as parted:
        whole.write(events)
        for start, end in pairwise(edges):
            parted.write(events[start:end])
            # Again, from further back: as after a crash.
            parted.write(events[max(start - 2, 0) : end])
        assert all_of(parted) == all_of(whole)
        assert parted.observed() == whole.observed()
        assert parted.head() == whole.head() == len(events)


@settings(max_examples=60)
@given(st.lists(drawn, min_size=1, max_size=8))
def test_each_value_is_where_the_judge_of_one_person_finds_it(happenings: list[Happening]) -> None:
    with opened("memory", Catalogue()) as tables:
        events = stored(*happenings)
        tables.write(events)
        held = tables.query(Query("SELECT * FROM events ORDER BY seq")).to_pylist()
        for each, row in zip(events, held, strict=True):
            for path in paths(each.event.props):
                for storage in (Storage.NUM, Storage.BOOL, Storage.TEXT):
                    expected = stored_form(find(each.event.props, path), storage)
                    assert row.get(column(storage, path)) == expected


def paths(props: dict[str, Value]) -> list[str]:
    """Every name, and every way through objects within."""
    nested = [(name, value) for name, value in props.items() if isinstance(value, dict)]
    return [*props, *(f"{name}.{path}" for name, value in nested for path in paths(value))]


@settings(max_examples=30)
@given(st.lists(drawn, min_size=1, max_size=8))
def test_what_was_observed_is_what_the_columns_hold(happenings: list[Happening]) -> None:
    with opened("memory", Catalogue()) as tables:
        tables.write(stored(*happenings))
        observed = tables.observed()
        assert set(observed) == {event.name for _, event in happenings}
        for name, properties in observed.items():
            for path, kind in properties.items():
                of, listed, inner = path.partition("[].")
                table, prop = ("items", inner) if listed else ("events", path)
                some = f"SELECT count(*) FROM {table} WHERE name = ? AND {quoted(column(kind, prop))} IS NOT NULL"
                ((count,),) = rows(tables, some + (" AND list = ?" if listed else ""), name, *([of] if listed else []))
                assert count


def test_writing_again_changes_nothing(tables: Tables) -> None:
    events = stored(order(1, total=1), order(2, "p2", products=[{"price": 2}]), happening(3))
    tables.write(events[:2])
    before = all_of(tables)
    tables.write(events[:2])
    tables.write([])
    assert all_of(tables) == before
    tables.write(events)
    assert [row["seq"] for row in all_of(tables)["events"]] == [1, 2, 3]
    assert len(all_of(tables)["items"]) == 1


def test_what_is_missing_is_null(tables: Tables) -> None:
    tables.write(
        stored(order(1, total=None, gift=True), order(2, total="n/a"), order(3, total=True), order(4, total=4))
    )
    assert rows(tables, 'SELECT "num:total", "text:total", "bool:total", "bool:gift" FROM events ORDER BY seq') == [
        (None, None, None, 1),
        (None, "n/a", None, None),
        (None, None, 1, None),
        (4_000_000, None, None, None),
    ]


@pytest.mark.parametrize(
    ("number", "held"),
    [
        (0.1, 100_000),
        (-0.0000005, 0),
        (0.0000015, 2),
        (9_223_372_036_854, 9_223_372_036_854_000_000),
        (-9_223_372_036_854, -9_223_372_036_854_000_000),
        (1_234_567_890_123, 1_234_567_890_123_000_000),
        (9_007_199_254_739, 9_007_199_254_739_000_000),
        (9_223_372_036_855, None),
        (1e300, None),
        (2**70, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
    ids=lambda value: str(value)[:22],
)
@pytest.mark.parametrize("other", [0.5, 1, 10**12 + 1, None, True, "a"], ids=str)
def test_a_number_is_held_exactly_or_not_at_all(number: float, held: int | None, other: Value) -> None:
    with opened("memory") as tables:
        tables.write(stored(order(1, total=number), order(2, total=other)))
        assert rows(tables, 'SELECT "num:total" FROM events WHERE seq = 1') == [(held,)]


def test_names_that_differ_only_in_case_stay_apart(tables: Tables) -> None:
    tables.write(stored(order(1, Total=1, total=2, TOTAL=3), order(2, Total=4, tota1="x")))
    asked = ", ".join(num(name) for name in ("Total", "total", "TOTAL"))
    assert rows(tables, f"SELECT {asked} FROM events ORDER BY seq") == [
        (1_000_000, 2_000_000, 3_000_000),
        (4_000_000, None, None),
    ]


def test_line_items_are_rows(tables: Tables) -> None:
    lines: list[Value] = [
        {"price": 2.5, "organic": True, "best": "2017-12-01", "size": {"width": 3}},
        {"sku": "X"},
        "no item",
        None,
        {},
    ]
    tables.write(
        stored(order(1, products=lines, total=3), order(2, products=[]), order(3, products="none", tags=["a"]))
    )
    held = '"num:price", "bool:organic", "num:best", "num:size.width", "text:sku"'
    order_by = 'ORDER BY "num:price" NULLS LAST, "text:sku" NULLS LAST'
    assert rows(tables, f"SELECT seq, i.name, i.list, i.at, {held} FROM items AS i {order_by}") == [
        (1, "Order Completed", "products", NOON, 2_500_000, 1, 1_512_086_400_000_000, 3_000_000, None),
        (1, "Order Completed", "products", NOON, None, None, None, None, "X"),
        (1, "Order Completed", "products", NOON, None, None, None, None, None),
    ]
    assert tables.observed()["Order Completed"] == {
        "products": "text",
        "products[].best": "num",
        "products[].organic": "bool",
        "products[].price": "num",
        "products[].size.width": "num",
        "products[].sku": "text",
        "total": "num",
    }


def test_a_list_within_an_object_is_of_its_path(tables: Tables) -> None:
    tables.write(stored(happening(1, props={"basket": {"lines": [{"sku": "X"}]}}), happening(2, "p2")))
    assert rows(tables, 'SELECT person, list, "text:sku" FROM items') == [(1, "basket.lines", "X")]


def test_traits_are_rows_with_every_value_they_had(tables: Tables) -> None:
    def updated(number: int, at: int, **props: Value) -> Happening:
        return happening(number, name=Name.PROFILE_UPDATED, at=at, props=props)

    tables.write(
        stored(
            updated(1, 10, age=30, city="Kyiv", vip=True, joined="2017-12-01", tags=["a"]),
            updated(2, 5, age="thirty", city=None, shop={"city": "Lviv"}),
        )
    )
    assert rows(tables, 'SELECT t.at, "key", num, bool, text FROM traits AS t ORDER BY seq, "key"') == [
        (10, "age", 30_000_000, None, None),
        (10, "city", None, None, "Kyiv"),
        (10, "joined", 1_512_086_400_000_000, None, None),
        (10, "tags", None, None, None),
        (10, "vip", None, 1, None),
        (5, "age", None, None, "thirty"),
        (5, "city", None, None, None),
        (5, "shop.city", None, None, "Lviv"),
    ]
    assert rows(tables, "SELECT seq, name FROM events ORDER BY seq") == [(1, "Profile Updated"), (2, "Profile Updated")]
    assert rows(tables, "SELECT id, first_at FROM people") == [("p1", 5)]
    assert tables.observed() == {
        "": {"age": "text", "city": "text", "joined": "num", "shop.city": "text", "vip": "bool"},
        "Profile Updated": {},
    }


def test_consent_is_a_trait_and_only_the_person_gives_it(tables: Tables) -> None:
    def said(number: int, *, granted: bool) -> Happening:
        return happening(number, name=Name.CONSENT_CHANGED, props={"purpose": "newsletter", "granted": granted})

    imported = happening(3, name=Name.PROFILE_UPDATED, props={"consent.newsletter": True})
    tables.write(stored(said(1, granted=True), said(2, granted=False), imported))
    assert rows(tables, 'SELECT seq, "key", bool FROM traits ORDER BY seq') == [
        (1, "consent.newsletter", 1),
        (2, "consent.newsletter", 0),
    ]


def test_of_what_envoi_did_only_plain_values_are_held(tables: Tables) -> None:
    props: dict[str, Value] = {"arm": "send", "products": [{"id": "1"}], "reasons": {"audience": "vip"}}
    tables.write(stored(happening(1, name=Name.DECISION_MADE, props=props)))
    assert rows(tables, 'SELECT "text:arm" FROM events') == [("send",)]
    assert tables.observed() == {"Decision Made": {"arm": "text"}}
    assert rows(tables, "SELECT seq FROM items") == []


def test_people_are_numbered_once_and_first_seen_at_their_earliest_event(tables: Tables) -> None:
    hour = duration(timedelta(hours=1))
    tables.write(
        stored(happening(1, "b", at=NOON), happening(2, "a", at=NOON + hour), happening(3, "b", at=NOON - hour))
    )
    tables.write(stored(happening(4, "a", at=NOON + 2 * hour), happening(5, "c"), happening(6, "b", at=5), after=3))
    assert rows(tables, "SELECT number, id, first_at FROM people ORDER BY number") == [
        (1, "b", 5),
        (2, "a", NOON + hour),
        (3, "c", NOON),
    ]
    joined = "SELECT e.seq, p.id FROM events AS e JOIN people AS p ON p.number = e.person ORDER BY e.seq"
    assert [who for _, who in rows(tables, joined)] == ["b", "a", "b", "a", "c", "b"]


@pytest.mark.parametrize(
    "broken",
    [happening(2, HALF), happening(2, props={"text": HALF}), happening(2, props={HALF: 1}), happening(2, name=HALF)],
    ids=["person", "value", "property", "name"],
)
def test_what_cannot_be_stored_leaves_nothing(tables: Tables, broken: Happening) -> None:
    tables.write(stored(order(1, total=1)))
    before, observed = all_of(tables), tables.observed()
    with pytest.raises(StoreFailed, match="UTF-8"):
        tables.write(stored(order(3, "new", fresh=1, products=[{"fresh": 1}]), broken, after=1))
    assert (all_of(tables), tables.observed(), tables.head()) == (before, observed, 1)
    tables.write(stored(order(3, "new", fresh=1), after=1))
    assert rows(tables, 'SELECT "num:fresh" FROM events ORDER BY seq') == [(None,), (1_000_000,)]


def test_texts_come_back_as_they_were(tables: Tables) -> None:
    texts = ["", " ", "\0", "a\0b", "é", "e\u0301", "\U0001f600", '"', "'; DROP TABLE events; --", "x" * 100_000]
    # Nobody is called by the empty text.
    tables.write(stored(*(order(number, f"p{t}", text=t) for number, t in enumerate(texts))))
    found = rows(
        tables, 'SELECT e."text:text", p.id FROM events AS e JOIN people AS p ON p.number = e.person ORDER BY e.seq'
    )
    assert found == [(text, f"p{text}") for text in texts]
    assert rows(tables, 'SELECT count(*) FROM events WHERE "text:text" = ?', "a\0b") == [(1,)]


def test_a_query_that_the_engine_refuses_says_why_without_its_values(tables: Tables) -> None:
    with pytest.raises(StoreFailed, match='"colour" not found'):
        tables.query(Query("SELECT colour FROM events WHERE seq = ?", (1,)))
    with pytest.raises(StoreFailed) as caught:
        tables.query(Query("SELECT CAST(? AS BIGINT)", ("ada@example.org",)))
    assert "ada" not in str(caught.value)


def test_sums_are_exact_beyond_64_bits(tables: Tables) -> None:
    largest = 9_223_372_036_854
    tables.write(stored(*(order(number, total=largest) for number in range(3))))
    assert rows(tables, 'SELECT SUM("num:total") FROM events') == [(3 * largest * 1_000_000,)]


def test_the_head_is_the_last_event_written(tables: Tables) -> None:
    events: list[Stored] = stored(*(happening(number, PersonId("p1")) for number in range(6)))
    heads = []
    for end in accumulate([1, 2, 3]):
        tables.write(events[:end])
        heads.append(tables.head())
    assert heads == [1, 3, 6]
