"""A project's rules on what is taken in: a preview first, the same when done, and what a file's own dates tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.clean import Cleaner, Raw
from envoi.events.event import Event, PersonId
from envoi.hosts.importing import FileToImport, import_file, try_file
from envoi.hosts.live.posted import envelope, posted
from envoi.hosts.local import open_project
from envoi.hosts.standards import standardiser
from envoi.people.standardise.date import Order
from envoi.people.standardise.rule import Kind, Rule

if TYPE_CHECKING:
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
RULES = """
[fields.email]
rule = "email"
[fields.phone]
rule = "phone"
country = "GB"
[fields.birthday]
rule = "date"
[fields.state]
rule = "state"
[fields.category]
rule = "category"
taxonomy = "shop"
"""
SHOP = '[categories.Shoes]\nalso = ["footwear", "sneakers"]\n'
HEADER = "user_id,email,phone,birthday,state,category,updated_at\n"
LINES = (
    "1,Anna@EXAMPLE.org,0121 234 5678,03/04/1990,NY,footwear,2024-01-01T00:00:00Z\n"
    "2,info@example.org,none,25/12/1985,new york state,sneekers,2024-01-01T00:00:00Z\n"
    "3,bo@example.org,+441212345678,1990-04-03,New York,Shoes,2024-01-01T00:00:00Z\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in {"envoi.toml": ENVOI_TOML, "rules/crm.toml": RULES, "taxonomies/shop.toml": SHOP}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def people(tmp_path: Path) -> FileToImport:
    path = tmp_path / "people.csv"
    path.write_text(HEADER + LINES)
    return FileToImport(path=path, kind="people")


def without_time(imported: Imported) -> Imported:
    """What was found; a trial has neither taken time nor a name."""
    return msgspec.structs.replace(imported, seconds=0.0, dry_run=False, name="")


def test_a_dry_run_shows_before_and_after_and_the_import_does_just_that(root: Path, people: FileToImport) -> None:
    with open_project(root) as envoi:
        tried = try_file(envoi, people)
        assert envoi.stores.log.position() == 0
        done = import_file(envoi, people)
        kept = [one.event for one in envoi.stores.log.read()]
        profile = envoi.stores.people.get([PersonId("1")])[PersonId("1")]
    assert without_time(tried) == without_time(done)
    found = tried.standardised
    assert found["state"].examples == {"'NY'": "'US-NY'", "'new york state'": "'US-NY'", "'New York'": "'US-NY'"}
    assert (found["phone"].changed, found["phone"].faults) == (1, {"is not a phone number": 1})
    assert found["category"].faulty == {"is not in the taxonomy shop; did you mean Shoes?": "'sneekers'"}
    # 25/12/1985 tells that 03/04/1990 is in April.
    assert found["birthday"].examples == {"'03/04/1990'": "'1990-04-03'", "'25/12/1985'": "'1985-12-25'"}
    assert [one.props["state"] for one in kept] == ["US-NY"] * 3
    assert kept[1].props["email_kind"] == "role"
    assert kept[0].raw["phone"] == ("0121 234 5678", "phone")
    assert kept[0].keys == {"user_id": "1", "email": "Anna@example.org", "phone": "+441212345678"}
    assert profile.value("birthday") == "1990-04-03"


def test_importing_again_changes_nothing_also_after_a_rule_was_edited(root: Path, people: FileToImport) -> None:
    with open_project(root) as envoi:
        import_file(envoi, people)
        assert import_file(envoi, people).finished_at
    (root / "rules" / "crm.toml").write_text(RULES.replace('rule = "state"', 'rule = "state"\nshort = true'))
    with open_project(root) as envoi:
        again = import_file(envoi, people)
        assert (again.events, again.repeated) == ({}, 3)


def test_dates_that_nothing_tells_apart_are_left_out_and_kept_beside(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "doubtful.csv"
    path.write_text(HEADER + LINES.splitlines(keepends=True)[0])
    with open_project(root) as envoi:
        import_file(envoi, FileToImport(path=path, kind="people"))
        (stored,) = envoi.stores.log.read()
    assert "birthday" not in stored.event.props
    assert stored.event.raw["birthday"][1].startswith("date: could be two days: 3 April or 4 March 1990")


def test_what_comes_in_live_is_put_in_the_same_form() -> None:
    rules = [Rule(path="birthday", kind=Kind.DATE, order=Order.DAY)]
    props: dict[str, Any] = {"birthday": "03/04/1990"}
    raw = Raw(source="http", id="1", name="Profile Updated", keys={"user_id": "1"}, props=props)
    made = Cleaner(Catalogue(), standardiser(rules))(raw, Instant(1))
    assert isinstance(made, Event)
    assert made.props == {"birthday": "1990-04-03"}


def test_what_is_posted_passes_the_rules_however_usual_it_is() -> None:
    clean = Cleaner(Catalogue(), standardiser([Rule(path="state", kind=Kind.STATE)]))
    message = {"type": "track", "event": "Left", "messageId": "1", "userId": "17", "properties": {"state": "NY"}}
    identify = {"type": "identify", "messageId": "2", "userId": "17", "traits": {"state": "texas"}}
    found = posted(envelope(json.dumps({"batch": [message, identify]}).encode(), "batch"), "batch", clean, Instant(1))
    assert [(event.props, event.raw) for _, event in found.events] == [
        ({"state": "US-NY"}, {"state": ("NY", "state")}),
        ({"state": "US-TX"}, {"state": ("texas", "state")}),
    ]
