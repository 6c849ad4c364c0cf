"""Records as they are compared."""

from __future__ import annotations

from envoi.people.match.gather import gather
from envoi.people.match.record import Kind


def test_a_whole_name_is_two_fields_and_what_is_ignored_is_none() -> None:
    columns = {"name": ["Dr Ada King", "Hall, Rob"], "note": ["a", "b"], "mail": ["A@b.org", ""]}
    crowd = gather(["1", "2"], columns, {"name": Kind.NAME, "note": Kind.IGNORED, "mail": Kind.EMAIL})
    assert [(field.name, field.kind, field.column) for field in crowd.fields] == [
        ("name (given)", Kind.GIVEN, "name"),
        ("name (surname)", Kind.SURNAME, "name"),
        ("mail", Kind.EMAIL, "mail"),
    ]
    assert list(crowd.values.values()) == [["ada", "rob"], ["king", "hall"], ["a@b.org", ""]]
