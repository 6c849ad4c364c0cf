from __future__ import annotations

from typing import Any

from envoi.clock import Instant
from envoi.events.changes import Changed, Changes
from envoi.events.event import Event


def event(props: dict[str, Any], raw: dict[str, Any], **keys: str) -> Event:
    at = Instant(1)
    return Event(id="1", source="crm", name="X", keys=keys or {"user_id": "1"}, at=at, seen_at=at, props=props, raw=raw)


def test_before_and_after_are_shown_of_the_first_and_all_are_counted() -> None:
    changes = Changes()
    for number in range(5):
        changes.add(event({"state": "US-NY"}, {"state": (f"NY {number}", "state")}))
    shown = {"'NY 0'": "'US-NY'", "'NY 1'": "'US-NY'", "'NY 2'": "'US-NY'"}
    assert changes.fields == {"state": Changed("state", changed=5, examples=shown)}


def test_faults_are_counted_by_their_reason() -> None:
    changes = Changes()
    for value in ("a", "b"):
        changes.add(event({}, {"email": (value, f"email: is no e-mail address: {value} has no @")}))
    found = changes.fields["email"]
    assert (found.changed, found.faults, found.faulty) == (
        0,
        {"is no e-mail address": 2},
        {"is no e-mail address": "'a'"},
    )


def test_a_key_and_its_property_are_one_field_and_so_are_the_items_of_a_list() -> None:
    changes = Changes()
    raw = {"email": ("A@X.org", "email"), "keys.email": ("A@X.org", "email"), "email_kind": (None, "email")}
    changes.add(event({"email": "A@x.org", "email_kind": "role"}, raw, email="A@x.org"))
    changes.add(event({}, {"keys.email": ("B@X.org", "email")}, email="B@x.org"))
    items = {"items.0.state": ("NY", "state"), "items.1.state": ("TX", "state")}
    changes.add(event({"items": [{"state": "US-NY"}, {"state": "US-TX"}]}, items))
    assert {field: (found.changed, found.examples) for field, found in changes.fields.items()} == {
        "email": (2, {"'A@X.org'": "'A@x.org'", "'B@X.org'": "'B@x.org'"}),
        "email_kind": (1, {"nothing": "'role'"}),
        "items.state": (2, {"'NY'": "'US-NY'", "'TX'": "'US-TX'"}),
    }
