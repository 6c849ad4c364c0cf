"""Where a person's names stand, and where they do not: a number is not an id because it looks like one."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.events.event import Event, Name, PersonId, Stored
from envoi.people.privacy.names import Names, names_of

ADA = Names(
    people=frozenset({PersonId("17"), PersonId("anonymous_id:browser-9")}), addresses=frozenset({"ada@example.org"})
)


@pytest.mark.parametrize(
    ("raw", "is_hers"),
    [
        ('{"userId": "17"}', True),
        ('{"user_id": 17, "total": 3}', True),
        ('{"userId": "18", "total": 17}', False),
        ('{"anonymousId": "browser-9"}', True),
        ('{"a": [{"customer_id": "17"}]}', True),
        ('{"note": "to ADA@example.org"}', True),
        ("17;3;4", False),
        ("x;browser-9;4", True),
        ("x;browser-91;4", False),
        ("not json ada@example.org", True),
    ],
)
def test_a_record_is_hers(raw: str, is_hers: bool) -> None:
    assert ADA.are_in_record(raw) is is_hers


def test_all_addresses_that_ever_were_hers() -> None:
    def told(seq: int, name: str, **more: object) -> Stored:
        event = Event(
            id=str(seq), source="web", name=name, keys={"user_id": "17"}, at=Instant(0), seen_at=Instant(0), **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return Stored(seq=seq, person=PersonId("17"), event=event)

    events = [
        told(1, Name.PROFILE_UPDATED, props={"email": "Old@example.org", "phone": "12", "city": "x@y"}),
        told(2, Name.PROFILE_UPDATED, props={"email": "new@example.org"}, raw={"phone": ("0351 210 987 654", "phone")}),
        told(3, "Friend Invited", props={"email": "friend@example.org"}),
        told(4, Name.EMAIL_BOUNCED, props={"recipient": "third@example.org"}),
    ]
    found = names_of([PersonId("17"), PersonId("email:key@example.org")], events, ["ledger@example.org", ""])
    assert found.addresses == {
        "old@example.org", "new@example.org", "0351 210 987 654", "third@example.org", "key@example.org",
        "ledger@example.org",
    }  # fmt: skip
