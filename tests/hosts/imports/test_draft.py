"""A draft of an import: the mapping that it writes is the one that was said, and mistakes are told in words."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from envoi.clock import Instant
from envoi.errors import NotFound, ProjectError
from envoi.events.mapping import EventsMap, PeopleMap, parse_map
from envoi.events.suggest import Use
from envoi.hosts.imports import draft as drafts
from envoi.hosts.imports.draft import Draft, FieldRule
from envoi.people.standardise.rule import Kind

CSV = "id,mail,city,newsletter,empty\n1,a@b.org,Leeds,yes,\n2,c@d.org,York,no,\n"


def looked_at(root: Path, content: str | bytes = CSV, name: str = "Crm Export.csv") -> Draft:
    draft = drafts.begun(root, name)
    path = drafts.path_of(root, draft)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    drafts.look(root, draft)
    return draft


def test_the_mapping_says_what_was_chosen(tmp_path: Path) -> None:
    draft = looked_at(tmp_path)
    (said,) = [column for column in draft.columns if column.use is Use.CONSENT]
    said.said_in, said.basis = "sign-up form", "forms of 2019"
    draft.columns[2].into = "home"
    mapping = parse_map(drafts.map_text(draft))
    assert isinstance(mapping, PeopleMap)
    assert mapping.source == "crm-export"
    assert mapping.keys.columns() == {"user_id": "id", "email": "mail"}
    assert {name: column.column for name, column in mapping.props.items()} == {"home": "city"}
    consent = mapping.consent["newsletter"]
    assert (consent.column, consent.granted, consent.refused, consent.source) == (
        "newsletter",
        ("yes",),
        ("no",),
        "sign-up form",
    )
    assert mapping.as_of == datetime(2023, 11, 14, tzinfo=UTC).timestamp() * 1_000_000
    assert not mapping.keeps_rest()


def test_a_mapping_of_events(tmp_path: Path) -> None:
    draft = looked_at(tmp_path, "customer_id;order_id;timestamp;total\n1;o1;2024-01-02 10:00;3\n", "orders.csv")
    draft.event, draft.zone = "Order Completed", "Europe/London"
    mapping = parse_map(drafts.map_text(draft))
    assert isinstance(mapping, EventsMap)
    assert (mapping.event[0].name, mapping.id, mapping.at.zone) == ("Order Completed", ("order_id",), "Europe/London")
    assert mapping.delimiter == ";"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({0: Use.KEEP, 1: Use.KEEP}, "no column says who it is"),
        ({0: Use.EMAIL}, "'id' and 'mail' cannot both be the e-mail address"),
        ({}, "the consent in 'newsletter' lacks its basis"),
    ],
)
def test_what_is_missing_is_told_by_the_columns_name(tmp_path: Path, changes: dict[int, Use], said: str) -> None:
    draft = looked_at(tmp_path)
    for number, use in changes.items():
        draft.columns[number].use = use
    with pytest.raises(ProjectError, match=said):
        drafts.map_text(draft)


def test_a_day_that_is_none(tmp_path: Path) -> None:
    draft = looked_at(tmp_path, "id\n1\n")
    draft.as_of = "31.5.2024"
    with pytest.raises(ProjectError, match="no day"):
        drafts.map_text(draft)


def test_a_file_in_an_old_encoding_is_read_as_such(tmp_path: Path) -> None:
    draft = looked_at(tmp_path, "id,näme\n1,Zoë\n".encode("cp1252"))
    assert draft.encoding == "cp1252"
    assert draft.columns[1].examples == ["Zoë"]


def test_rules_become_a_file_of_rules(tmp_path: Path) -> None:
    draft = looked_at(tmp_path)
    assert drafts.rules_text(draft) == ""
    draft.rules = {"phone": FieldRule(rule=Kind.PHONE, option="GB"), "name": FieldRule(rule=Kind.NAME, option="x")}
    assert drafts.rules_text(draft) == (
        'source = "crm-export"\n\n[fields.phone]\nrule = "phone"\ncountry = "GB"\n\n[fields.name]\nrule = "name"\n'
    )


def test_drafts_are_found_again_until_they_are_old(tmp_path: Path) -> None:
    draft = looked_at(tmp_path)
    assert drafts.get(tmp_path, draft.id).columns == draft.columns
    drafts.discard_old(tmp_path, Instant(draft.changed_at + drafts.KEPT_MICROS))
    assert [each.id for each in drafts.every(tmp_path)] == [draft.id]
    drafts.discard_old(tmp_path, Instant(draft.changed_at + drafts.KEPT_MICROS + 1))
    assert list(drafts.every(tmp_path)) == []


@pytest.mark.parametrize("id_", ["nothing", "../../etc", ""])
def test_an_id_that_is_none(tmp_path: Path, id_: str) -> None:
    with pytest.raises(NotFound):
        drafts.get(tmp_path, id_)
