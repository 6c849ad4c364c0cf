"""Taking an import back: profiles, history and live segments as if it had not been; what came since stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from envoi.adapters.segments.memory import MemoryMemberships, MemoryStateStore
from envoi.clock import Instant, SystemClock, parse_instant
from envoi.conditions import bind, parse
from envoi.errors import Conflict, NotFound
from envoi.events.event import NOBODY, Event, Name, PersonId, Stored, Value
from envoi.events.port import Batch
from envoi.flow import catch_up, keep_up, on_events
from envoi.hosts.cli.init import make
from envoi.hosts.identity import Word, open_identities
from envoi.hosts.importing import import_file
from envoi.hosts.imports import undoing
from envoi.hosts.imports.record import get
from envoi.hosts.imports.undoing import DAYS, undo
from envoi.hosts.local import Envoi, open_project
from envoi.hosts.reading import FileToImport
from envoi.people.latest import Latest
from envoi.people.profile import Profile
from envoi.segments.happen import happen
from envoi.segments.live import LiveJudge
from envoi.segments.plan import take_up
from envoi.segments.watch import Watch

ORDERS = (
    "customer,order,at,total\n1,o1,2026-10-01T10:00:00Z,10\n1,o2,2026-10-02T10:00:00Z,20\n7,o3,2026-10-03T10:00:00Z,5\n"
)
MAP = """kind = "events"
source = "old tills"
event = "Order Completed"
id = "order"
at = "at"
[keys]
user_id = "customer"
[props]
total = "total"
"""
PEOPLE = "id,country,newsletter\n1,Leeds,yes\n8,York,yes\n"
PEOPLE_MAP = """kind = "people"
source = "list"
as_of = 2026-09-01
[keys]
user_id = "id"
[traits]
country = "country"
[consent.newsletter]
column = "newsletter"
granted = "yes"
source = "fair"
basis = "cards of the fair"
"""
FOREVER = parse_instant("2900-01-01T00:00:00Z")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def envoi(root: Path) -> Iterator[Envoi]:
    with open_project(root) as opened:
        yield opened


def file(envoi: Envoi, name: str, content: str, mapping: str) -> FileToImport:
    (envoi.root / f"{name}.csv").write_text(content)
    (envoi.root / f"{name}.toml").write_text(mapping)
    return FileToImport(path=envoi.root / f"{name}.csv", map=envoi.root / f"{name}.toml")


def bought(envoi: Envoi, person: str, order: str) -> None:
    now = SystemClock().now()
    props: dict[str, Value] = {"total": 3}
    event = Event(
        id=order, source="till", name="Order Completed", keys={"user_id": person}, at=now, seen_at=now, props=props
    )
    list(on_events(envoi.stores, [Batch(events=[(PersonId(person), event)])]))


def known(envoi: Envoi) -> dict[str, Profile]:
    """Everyone, but for how far the log was read."""
    return {one.person: replace(one, seq=0) for one in envoi.stores.people.scan()}


def asked(envoi: Envoi) -> dict[str, list[str] | None]:
    conditions = [
        'did "Order Completed"',
        'count("Order Completed") >= 2',
        'country = "Leeds"',
        'sum("Order Completed".total) > 9',
    ]
    return {condition: envoi.who(condition, at=FOREVER).people for condition in conditions}


def judged(envoi: Envoi) -> dict[str, set[str]]:
    """Whom a live judge has in which segment that was told the whole log as it came."""
    definitions = envoi.project.definitions
    judge = LiveJudge({name: bind(one.condition, definitions) for name, one in envoi.project.segments.items()})
    for stored in envoi.stores.log.read():
        if stored.person != NOBODY:
            happen(judge, stored, envoi.stores.archive)
    return {person: set(judge.segments(person)) for person in judge.people()}


def latest(envoi: Envoi, people: list[str]) -> dict[str, Profile]:
    found = Latest(envoi.stores.log, envoi.stores.people, envoi.stores.archive)
    found.refresh()
    return {person: replace(one, seq=0) for person, one in found.get([PersonId(each) for each in people]).items()}


def test_it_is_as_if_the_import_had_not_been(envoi: Envoi) -> None:
    import_file(envoi, file(envoi, "people", PEOPLE.replace("8,York,yes\n", ""), PEOPLE_MAP))
    before = known(envoi), asked(envoi), judged(envoi)
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    assert asked(envoi) != before[1]
    done = undo(envoi, one.name, now=SystemClock().now())
    assert (done.undone_people, done.state) == (2, "taken back")
    assert (known(envoi), asked(envoi), judged(envoi)) == before


def test_of_whoever_only_the_import_knew_nobody_is_left(envoi: Envoi) -> None:
    one = import_file(envoi, file(envoi, "people", PEOPLE, PEOPLE_MAP))
    undo(envoi, one.name, now=SystemClock().now())
    assert (known(envoi), judged(envoi)) == ({}, {})
    assert envoi.who("email is missing", at=FOREVER).people == []


def test_what_people_did_since_stays_and_later_events_win(envoi: Envoi) -> None:
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    bought(envoi, "1", "t1")
    undo(envoi, one.name, now=SystemClock().now())
    bought(envoi, "7", "t2")
    assert asked(envoi)['did "Order Completed"'] == ["1", "7"]
    assert asked(envoi)['count("Order Completed") >= 2'] == []
    assert known(envoi).keys() == {"1", "7"}


def test_it_says_nothing_twice_and_is_not_done_twice(envoi: Envoi) -> None:
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    undo(envoi, one.name, now=SystemClock().now())
    with pytest.raises(Conflict, match="it was taken back"):
        undo(envoi, one.name, now=SystemClock().now())
    with pytest.raises(NotFound, match="no import 'nothing'"):
        undo(envoi, "nothing", now=SystemClock().now())


def test_interrupted_it_goes_on_and_says_nothing_twice(envoi: Envoi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "_TOGETHER", 1)

    def stop(done: int, _: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    with pytest.raises(KeyboardInterrupt):
        undo(envoi, one.name, now=SystemClock().now(), progress=stop)
    assert len(known(envoi)) == 1
    assert get(envoi.root, one.name).state == "finished"
    assert undo(envoi, one.name, now=SystemClock().now()).undone_people == 2
    assert (known(envoi), judged(envoi)) == ({}, {})
    names = [stored.event.name for stored in envoi.stores.log.read()]
    assert names.count("Import Undone") == 2


def test_after_seven_days_it_cannot_be_taken_back_and_says_why(envoi: Envoi) -> None:
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    finished = get(envoi.root, one.name).finished_at
    late = Instant(finished + DAYS * 86_400_000_000 + 1)
    with pytest.raises(Conflict, match="for 7 days"):
        undo(envoi, one.name, now=late)
    undo(envoi, one.name, now=Instant(late - 1))


def test_the_same_file_may_come_again_once(envoi: Envoi) -> None:
    wanted = file(envoi, "orders", ORDERS, MAP)
    first = import_file(envoi, wanted)
    after = known(envoi), asked(envoi)
    undo(envoi, first.name, now=SystemClock().now())
    again = import_file(envoi, wanted)
    assert (again.events, again.repeated) == ({"Order Completed": 3}, 0)
    assert again.name != first.name
    assert (known(envoi), asked(envoi)) == after
    # And under another name nothing is doubled.
    other = import_file(envoi, file(envoi, "copy", ORDERS + "\n", MAP))
    assert (sum(other.events.values()), other.repeated) == (0, 3)
    undo(envoi, again.name, now=SystemClock().now())
    assert known(envoi) == {}


def test_of_two_imports_each_can_be_taken_back(envoi: Envoi) -> None:
    people = import_file(envoi, file(envoi, "people", PEOPLE, PEOPLE_MAP))
    orders = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    undo(envoi, people.name, now=SystemClock().now())
    assert known(envoi)["1"].traits == {}
    undo(envoi, orders.name, now=SystemClock().now())
    assert known(envoi) == {}


def test_people_who_were_merged_since_keep_what_is_not_the_imports(root: Path) -> None:
    with open_project(root) as envoi:
        one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
        bought(envoi, "9", "t9")
    with open_identities(root) as identities:
        identities.merge("1", "9", Word(because="she said so", by="Bo"))
    with open_project(root) as envoi:
        (merged,) = [person for person in ("1", "9") if person in known(envoi)]
        undo(envoi, one.name, now=SystemClock().now())
        assert asked(envoi)['did "Order Completed"'] == [merged]
        assert judged(envoi).keys() == {merged}
    with open_identities(root) as identities:
        identities.separate(merged, [{"1": "9", "9": "1"}[merged]], Word(because="a mistake", by="Bo"))
    with open_project(root) as envoi:
        assert asked(envoi)['did "Order Completed"'] == ["9"]


def test_who_reads_the_log_beside_sees_it_at_once(envoi: Envoi) -> None:
    import_file(envoi, file(envoi, "people", PEOPLE, PEOPLE_MAP))
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    beside = Latest(envoi.stores.log, envoi.stores.people, envoi.stores.archive)
    beside.get([PersonId("1")])
    undo(envoi, one.name, now=SystemClock().now())
    beside.refresh()
    assert replace(beside.get([PersonId("1")])[PersonId("1")], seq=0) == known(envoi)["1"]
    assert latest(envoi, ["1"]) == {"1": known(envoi)["1"]}


def test_live_segments_let_people_go_at_once_and_a_restart_knows_it(envoi: Envoi) -> None:
    definitions, log = envoi.project.definitions, envoi.stores.log
    condition = 'did "Order Completed"'
    members, states = MemoryMemberships(), MemoryStateStore()

    def watching() -> Watch:
        judge = LiveJudge({"Buyers": bind(parse(condition), definitions)})
        watch = take_up(judge, states, members, envoi.stores.archive, head=log.position(), now=SystemClock().now())
        while keep_up(log, watch):
            pass
        return watch

    watch = watching()
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    bought(envoi, "1", "t1")
    while keep_up(log, watch):
        pass
    assert members.members("Buyers") == ["1", "7"]
    undo(envoi, one.name, now=SystemClock().now())
    while keep_up(log, watch):
        pass
    assert members.members("Buyers") == ["1"]
    watch.save(all_of_them=True)
    bought(envoi, "7", "t2")
    assert watching().judge.segments(PersonId("7")) == ["Buyers"]
    assert members.members("Buyers") == ["1", "7"]


def test_folding_the_log_anew_gives_the_same(envoi: Envoi) -> None:
    import_file(envoi, file(envoi, "people", PEOPLE, PEOPLE_MAP))
    one = import_file(envoi, file(envoi, "orders", ORDERS, MAP))
    undo(envoi, one.name, now=SystemClock().now())
    bought(envoi, "7", "t1")
    before = known(envoi), asked(envoi)
    told: list[Stored] = [one for one in envoi.stores.log.read() if one.event.name == Name.IMPORT_UNDONE]
    assert len(told) == 2
    envoi.stores.people.clear()  # type: ignore[attr-defined]
    catch_up(envoi.stores)
    assert (known(envoi), asked(envoi)) == before
