"""Restriction: what is known of a person stays and is used for nothing, live and in bulk; lifted, all is as it was."""

from __future__ import annotations

from pathlib import Path

from envoi.hosts.local import open_project
from envoi.hosts.privacy.restricting import restrict
from envoi.people.privacy.restriction import RESTRICTED, is_restricted
from tests.hosts.privacy.used import ADA, BOB, CLEO, live, make, segments_of


def test_restricted_and_released(tmp_path: Path) -> None:
    root = make(tmp_path)
    with open_project(root) as envoi:
        events = envoi.who('did "Order Completed"').count
    assert segments_of(root, ADA) == {"Buyers"}
    restrict(root, ADA, because="a dispute", by="ann")
    live(root)
    assert segments_of(root, ADA) == set()
    with open_project(root) as envoi:
        assert envoi.who('in segment "Buyers"').people == [BOB, CLEO]
        assert is_restricted(envoi.stores.people.get([ADA])[ADA])
        # Kept, and counted where nobody is named.
        assert envoi.who('did "Order Completed"').count == events
        assert envoi.preview("later", ADA).skip == RESTRICTED
        # What was planned before goes to nobody who said so since.
        sent = envoi.send("later").report
        assert (sent.states, sent.skipped) == ({"accepted": 2, "skipped": 1}, {RESTRICTED: 1})
    restrict(root, ADA, lift=True, because="settled", by="ann")
    live(root)
    assert segments_of(root, ADA) == {"Buyers"}
    with open_project(root) as envoi:
        assert envoi.who('in segment "Buyers"').people == [ADA, BOB, CLEO]
