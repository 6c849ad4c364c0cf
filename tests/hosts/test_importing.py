"""Files taken in: each fault said, the rest imported, nothing twice, the same log however often interrupted."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from envoi.clock import parse_instant
from envoi.errors import DataError, NotFound, ProjectError
from envoi.events.event import Event, PersonId
from envoi.flow import record
from envoi.hosts.importing import FileToImport, import_file, try_file
from envoi.hosts.local import Envoi, open_project
from envoi.people.consent import allows
from envoi.reports.answers import Imported

ENVOI_TOML = """
name = "Corner"
as_of = 2024-06-01T09:00:00Z
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
"""
PLAN = """
[events."Order Completed".properties]
total = { kind = "number", required = true }
"""
HEADER = "order,customer,when,total\n"
MAP = """
kind = "events"
source = "tills"
event = { name = "Order Completed" }
at = "when"
id = "order"
keys = { user_id = "customer" }
props = { total = "total" }
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "events").mkdir(parents=True)
    (root / "envoi.toml").write_text(ENVOI_TOML)
    (root / "events" / "plan.toml").write_text(PLAN)
    return root


@pytest.fixture
def envoi(root: Path) -> Iterator[Envoi]:
    with open_project(root) as envoi:
        yield envoi


def row(number: int, *, when: str = "2024-05-01T09:00:00Z", total: str = "5") -> str:
    return f"o{number},c{number % 7},{when},{total}\n"


def orders(folder: Path, content: str | bytes, *, name: str = "orders.csv", mapping: str = MAP) -> FileToImport:
    """A file of orders with its mapping."""
    (folder / "orders.toml").write_text(mapping)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return FileToImport(path=folder / name, map=folder / "orders.toml")


def without_time(imported: Imported) -> Imported:
    return msgspec.structs.replace(imported, seconds=0.0, file="", name="", rejects_file="")


def logged(envoi: Envoi) -> list[object]:
    """What the log holds, but for when it was taken in."""
    return [(one.seq, one.person, msgspec.structs.replace(one.event, seen_at=0)) for one in envoi.stores.log.read()]


def test_a_file_becomes_log_history_and_profiles(envoi: Envoi, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER + "".join(map(row, range(20))))
    imported = import_file(envoi, file)
    assert without_time(imported) == Imported(
        file="", kind="events", records=20, events={"Order Completed": 20}, repeated=0, people=7, rejected={},
        examples={}, left_out=[], parted=0,
    )  # fmt: skip
    stores = envoi.stores
    assert stores.log.position() == stores.tables.head() == stores.people.position() == 20
    assert envoi.who('did "Order Completed" at least 3 times').people == ["c0", "c1", "c2", "c3", "c4", "c5"]


def test_arrival_is_the_machines_time_though_the_project_lives_elsewhere(envoi: Envoi, tmp_path: Path) -> None:
    import_file(envoi, orders(tmp_path, HEADER + row(1, when="2025-01-01T00:00:00Z")))
    (stored,) = envoi.stores.log.read()
    assert stored.event.claimed_at is None
    assert stored.event.seen_at > envoi.clock.now()


def test_a_file_that_was_taken_in_adds_nothing(envoi: Envoi, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER + row(1) + row(2))
    assert import_file(envoi, file).finished_at == ""
    again = import_file(envoi, file)
    assert (again.records, again.events, bool(again.finished_at)) == (0, {}, True)
    assert envoi.stores.log.position() == 2


def test_a_longer_copy_of_the_file_adds_what_is_new(envoi: Envoi, tmp_path: Path) -> None:
    import_file(envoi, orders(tmp_path, HEADER + row(1) + row(2)))
    longer = import_file(envoi, orders(tmp_path, HEADER + row(1) + row(2) + row(3)))
    assert (longer.records, longer.events, longer.repeated) == (3, {"Order Completed": 1}, 2)


def test_a_changed_plan_reads_the_file_again(root: Path, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER + row(1) + row(2, total="gratis"))
    with open_project(root) as envoi:
        assert import_file(envoi, file).rejected == {"'total' should be a number": 1}
    (root / "events" / "plan.toml").write_text(PLAN.replace('"number"', '"text"'))
    with open_project(root) as envoi:
        mended = import_file(envoi, file)
    assert (mended.events, mended.repeated, mended.rejected) == ({"Order Completed": 1}, 1, {})


def test_a_dry_run_stores_nothing(envoi: Envoi, root: Path, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER + row(1) + row(2, total="gratis"))
    tried = try_file(envoi, file)
    assert (tried.dry_run, tried.records, tried.events) == (True, 2, {"Order Completed": 1})
    assert tried.rejected == {"'total' should be a number": 1}
    assert envoi.stores.log.position() == 0
    assert list(envoi.stores.log.set_aside()) == []
    assert not (root / ".envoi" / "rejects").exists()
    assert import_file(envoi, file).records == 2


def test_a_dry_run_writes_rejects_where_asked(envoi: Envoi, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER + row(1, total="gratis"))
    asked = FileToImport(path=file.path, map=file.map, rejects=tmp_path / "bad.jsonl")
    assert try_file(envoi, asked).rejects_file == str(tmp_path / "bad.jsonl")
    assert json.loads((tmp_path / "bad.jsonl").read_text())["place"] == "line 2"


@pytest.mark.parametrize(
    ("bad", "reason", "raw"),
    [
        (b"o9,c9,yesterday,5\n", "'when' should be a time written as 2017-12-01T09:00:00Z: 'yesterday'", "yesterday"),
        (b"o9,c9,2024-05-01T09:00:00,5\n", "'when' should be a time with a time zone", "2024-05-01T09:00:00"),
        (b"o9,c9,2024-02-30T09:00:00Z,5\n", "'when' should be a time", "2024-02-30"),
        (b"o9,c9,2024-05-01T09:00:00Z,f\xfcnf\n", "the line is not UTF-8: byte 0xfc at offset", "\\xfc"),
        (b"o9,c9,2024-05-01T09:00:00Z\n", "the line has", "o9,c9"),
        (b"o9,,2024-05-01T09:00:00Z,5\n", "nobody is named: user_id is missing", "o9"),
        (b'o9,"c9,2024-05-01T09:00:00Z,5\n', "the line opens a quote that is not closed", 'o9,"c9'),
        (b"o9," + b"c" * (1 << 21) + b",2024-05-01T09:00:00Z,5\n", "the line is longer than 1,048,576 char", "o9,ccc"),
    ],
    ids=["no time", "no zone", "no such day", "not UTF-8", "too few cells", "nobody", "open quote", "too long"],
)
def test_a_bad_line_is_set_aside_and_the_others_are_not(
    envoi: Envoi, tmp_path: Path, bad: bytes, reason: str, raw: str
) -> None:
    content = HEADER.encode() + row(1).encode() + bad + row(2).encode()
    imported = import_file(envoi, orders(tmp_path, content))
    assert (imported.records, imported.events) == (3, {"Order Completed": 2})
    assert sum(imported.rejected.values()) == 1
    reject = json.loads(Path(imported.rejects_file).read_text())
    assert reject["place"] == "line 3"
    assert reject["reason"].startswith(reason)
    assert raw in reject["raw"]


def test_rejects_are_those_of_this_file(envoi: Envoi, tmp_path: Path) -> None:
    first = import_file(envoi, orders(tmp_path, HEADER + row(1, total="a"), name="one.csv"))
    second = import_file(envoi, orders(tmp_path, HEADER + row(2, total="b") + row(3, total="c"), name="two.csv"))
    assert Path(first.rejects_file).read_text().count("\n") == 1
    assert Path(second.rejects_file).read_text().count("\n") == 2
    assert len(list(envoi.stores.log.set_aside())) == 3


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("orders.csv", b"", "the file {path} is empty"),
        ("orders.jsonl", b"", "the file {path} is empty"),
        (
            "orders.csv",
            b"order,customer,wen,total\n",
            "the mapping names a column that is not there: 'when'",
        ),
        ("orders.csv", b"order,order,when,total\n", "the header names 'order' twice"),
        ("orders.csv", b"order,customer,\xffwhen,total\n", "the header is not UTF-8"),
        ("orders.xlsx", b"PK", "orders.xlsx has an ending that says not how to read it"),
        ("orders.parquet", b"not parquet", "{path} is no whole Parquet file"),
        ("orders.csv.gz", b"not gzip", "{path} is no whole gzip file"),
        ("orders.json", b'[{"order": 1}]', "the file {path} is one JSON document"),
    ],
    ids=["empty", "empty jsonl", "wrong column", "column twice", "header", "ending", "parquet", "gzip", "document"],
)
def test_a_file_that_cannot_be_read_at_all(envoi: Envoi, tmp_path: Path, name: str, content: bytes, what: str) -> None:
    file = orders(tmp_path, content, name=name)
    with pytest.raises(DataError) as refused:
        import_file(envoi, file)
    assert refused.value.what.startswith(what.format(path=file.path))
    assert envoi.stores.log.position() == 0


def test_files_that_are_not_there(envoi: Envoi, tmp_path: Path) -> None:
    gone = tmp_path / "gone.csv"
    with pytest.raises(NotFound, match="there is no file"):
        import_file(envoi, FileToImport(path=gone, kind="events"))
    (tmp_path / "orders.csv").write_text(HEADER)
    with pytest.raises(NotFound, match="there is no file"):
        import_file(envoi, FileToImport(path=tmp_path / "orders.csv", map=tmp_path / "gone.toml"))


def test_a_mapping_of_the_other_kind(envoi: Envoi, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER)
    with pytest.raises(ProjectError, match=r"is of events; import the file with --events"):
        import_file(envoi, FileToImport(path=file.path, kind="people", map=file.map))


def test_a_mapping_that_is_not_utf8(envoi: Envoi, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER)
    (tmp_path / "orders.toml").write_bytes(b'source = "f\xfcnf"')
    with pytest.raises(DataError, match=r"orders.toml: byte 11 is not UTF-8; save the file as UTF-8"):
        import_file(envoi, file)


def test_a_file_that_breaks_off_keeps_what_came_before(
    envoi: Envoi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("envoi.hosts.importing.BATCH", 1_000)
    whole = gzip.compress((HEADER + "".join(map(row, range(5_000)))).encode())
    with pytest.raises(DataError, match="is no whole gzip file"):
        import_file(envoi, orders(tmp_path, whole[: len(whole) // 2], name="orders.csv.gz"))
    kept = envoi.stores.log.position()
    assert 0 < kept < 5_000
    assert kept == envoi.stores.people.position()
    mended = import_file(envoi, orders(tmp_path, whole, name="orders.csv.gz"))
    assert (mended.records, mended.repeated, envoi.stores.log.position()) == (5_000, kept, 5_000)


def test_columns_with_usual_names_need_no_mapping(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "web.parquet"
    rows = {
        "user_id": ["1", "2"],
        "event": ["Left", "Left"],
        "timestamp": ["2024-05-01", "2024-05-02"],
        "page": ["/", "/a"],
    }
    pq.write_table(pa.table(rows), path)
    with open_project(root) as envoi:
        assert import_file(envoi, FileToImport(path=path, kind="events")).events == {"Left": 2}
    with open_project(root) as envoi:
        assert envoi.who('did "Left" where page = "/a"').people == ["2"]


def test_people_and_what_they_consented_to(envoi: Envoi, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("user_id,email,news\n1,a@example.org,yes\n2,,\n")
    (tmp_path / "people.toml").write_text(
        'kind = "people"\nsource = "crm"\nas_of = 2024-05-01\nkeys = { user_id = "user_id" }\n'
        'traits = { email = "email" }\n'
        '[consent.newsletter]\ncolumn = "news"\ngranted = "yes"\nsource = "form"\nbasis = "kept by the shop"\n'
    )
    imported = import_file(envoi, FileToImport(path=tmp_path / "people.csv", map=tmp_path / "people.toml"))
    assert (imported.kind, imported.events) == ("people", {"Consent Changed": 1, "Profile Updated": 2})
    (profile,) = [one for one in envoi.stores.people.scan() if one.person == "1"]
    assert (profile.value("email"), profile.consent["newsletter"].granted) == ("a@example.org", True)


LIST = """kind = "people"
source = "crm"
as_of = 2024-05-01
keys = { user_id = "user_id" }
traits = { city = "city" }
[consent]
basis = "the shop keeps the signed forms"
[consent.newsletter]
column = "news"
granted = "yes"
refused = "no"
source = "form"
wording = { column = "text" }
"""
NOW = parse_instant("2024-06-01T09:00:00Z")


def people(folder: Path, text: str, *rows: str, name: str = "people") -> FileToImport:
    (folder / f"{name}.csv").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    (folder / "list.toml").write_text(text, encoding="utf-8")
    return FileToImport(path=folder / f"{name}.csv", map=folder / "list.toml")


def test_an_import_never_turns_a_no_into_a_yes_and_takes_the_rest_of_the_row(envoi: Envoi, tmp_path: Path) -> None:
    rows = ("user_id,city,news,text", "1,Porto,yes,News?", "2,Faro,no,", "3,Braga,yes,News?", "4,Lagos,,")
    first = import_file(envoi, people(tmp_path, LIST, *rows))
    assert (first.events, first.rejected) == ({"Consent Changed": 3, "Profile Updated": 4}, {})
    left = Event(
        id="left", source="envoi", name="Consent Changed", keys={"user_id": "3"}, at=NOW, seen_at=NOW,
        props={"purpose": "newsletter", "granted": False, "method": "one-click"},
    )  # fmt: skip
    record(envoi.stores, [(PersonId("3"), left)])

    # A year later the list comes again, newer than every word: two had said no, each in their way.
    later = people(
        tmp_path, LIST.replace("2024-05-01", "2025-05-01"), rows[0], *(f"{n},Evora,yes,x" for n in (2, 3, 1))
    )
    again = import_file(envoi, later)
    reason = "the person said no to 'newsletter', and what others report opens nothing again"
    assert again.rejected == {reason: 2}
    assert again.events == {"Consent Changed": 1, "Profile Updated": 3}
    profiles = {profile.person: profile for profile in envoi.stores.people.scan()}
    assert [allows(profiles[PersonId(who)], "newsletter") for who in "1234"] == [True, False, False, False]
    assert [profiles[PersonId(who)].value("city") for who in "123"] == ["Evora"] * 3
    said = profiles[PersonId("1")].consent["newsletter"]
    assert (said.source, said.method) == ("form", "import")
    # Once more it changes nothing at all.
    position = envoi.stores.log.position()
    assert import_file(envoi, later).finished_at
    assert envoi.stores.log.position() == position


def test_a_no_holds_under_each_key_of_the_person(envoi: Envoi, tmp_path: Path) -> None:
    by_id = LIST.replace('user_id = "user_id"', 'user_id = "user_id", email = "email"')
    import_file(envoi, people(tmp_path, by_id, "user_id,email,city,news,text", "1,ada@example.org,Porto,no,"))
    # Another list knows no more than the address.
    by_mail = LIST.replace('user_id = "user_id"', 'email = "email"').replace('source = "crm"', 'source = "till"')
    again = import_file(
        envoi, people(tmp_path, by_mail, "email,city,news,text", "ada@example.org,Faro,yes,x", name="l")
    )
    assert list(again.rejected.values()) == [1]
    (profile,) = envoi.stores.people.scan()
    assert (profile.person, profile.value("city"), allows(profile, "newsletter")) == ("1", "Faro", False)


def test_a_no_and_a_yes_in_one_file_are_a_no(envoi: Envoi, tmp_path: Path) -> None:
    file = people(tmp_path, LIST, "user_id,city,news,text", "1,Porto,no,", "1,Porto,yes,x")
    assert list(try_file(envoi, file).rejected.values()) == [1]
    assert list(import_file(envoi, file).rejected.values()) == [1]
    assert not allows(next(iter(envoi.stores.people.scan())), "newsletter")


def test_without_a_stated_basis_nothing_is_read(envoi: Envoi, tmp_path: Path) -> None:
    text = LIST.replace('basis = "the shop keeps the signed forms"\n', "")
    file = people(tmp_path, text, "user_id,city,news,text", "1,Porto,yes,x")
    with pytest.raises(ProjectError, match="no basis is stated") as caught:
        import_file(envoi, file)
    assert (caught.value.at.file, caught.value.at.line) == (str(file.map), 7)
    assert envoi.stores.log.position() == 0


def test_a_yes_without_its_basis_is_no_yes(envoi: Envoi, tmp_path: Path) -> None:
    text = LIST.replace('"the shop keeps the signed forms"', "{ column = 'how' }")
    rows = ("user_id,city,news,text,how", "1,Porto,yes,x,", "2,Porto,yes,x,paper form")
    imported = import_file(envoi, people(tmp_path, text, *rows))
    assert imported.rejected == {"no basis is stated for this yes": 1}
    profiles = {profile.person: profile for profile in envoi.stores.people.scan()}
    assert [allows(profiles[PersonId(who)], "newsletter") for who in "12"] == [False, True]
    (word,) = [one.event for one in envoi.stores.log.read() if one.event.name == "Consent Changed"]
    assert (word.props["basis"], word.props["wording"], word.props["method"]) == ("paper form", "x", "import")


def test_events_of_consent_state_a_basis_too(envoi: Envoi, tmp_path: Path) -> None:
    text = """kind = "events"
source = "old system"
event = "Consent Changed"
at = "at"
keys = { user_id = "user_id" }
[props]
purpose = { value = "newsletter" }
granted = "granted"
"""
    rows = ("user_id,at,granted", "1,2024-05-01T00:00:00Z,true")
    with pytest.raises(ProjectError, match="needs a basis"):
        import_file(envoi, people(tmp_path, text, *rows))
    stated = f'{text}basis = {{ value = "its own log" }}\n'
    assert import_file(envoi, people(tmp_path, stated, *rows)).events == {"Consent Changed": 1}
    # A no needs none.
    no = text.replace('granted = "granted"', "granted = { value = false }")
    file = people(tmp_path, no, "user_id,at", "1,2024-05-02T00:00:00Z", name="no")
    assert import_file(envoi, file).events == {"Consent Changed": 1}


def test_a_purpose_that_nobody_can_agree_to_is_told_before_anything_is_read(envoi: Envoi, tmp_path: Path) -> None:
    file = people(tmp_path, LIST.replace("consent.newsletter", "consent.newsleter"), "user_id,city,news,text")
    with pytest.raises(ProjectError, match="no purpose 'newsleter'") as caught:
        import_file(envoi, file)
    assert "did you mean 'newsletter'?" in caught.value.hint


def test_a_line_of_64_mb_takes_no_memory_to_speak_of(root: Path, tmp_path: Path) -> None:
    file = orders(tmp_path, HEADER)
    with file.path.open("wb") as out:
        out.write(f"{HEADER}{row(1)}".encode())
        # A hole in the file: 64 MB of NUL.
        out.seek(1 << 26, os.SEEK_CUR)
        out.write(b"\n" + row(2).encode())
    assert file.map
    child = (
        "import resource, sys; from pathlib import Path; from envoi.hosts.importing import *\n"
        "from envoi.hosts.local import open_project\n"
        "with open_project(Path(sys.argv[1])) as envoi:\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    print(import_file(envoi, FileToImport(path=Path(sys.argv[2]), map=Path(sys.argv[3]))).rejected)\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    line = [sys.executable, "-c", child, str(root), str(file.path), str(file.map)]
    told = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[0] == "{'the line is longer than 1,048,576 characters': 1}"
    assert int(told[1]) * 1024 < 1 << 26
