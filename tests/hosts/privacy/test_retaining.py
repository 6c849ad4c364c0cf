"""What a project keeps for a time is gone afterwards, from everywhere, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envoi.clock import Instant, SystemClock
from envoi.errors import InvalidProject
from envoi.events.event import PersonId
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.audit import audit_of
from envoi.hosts.folder import state_folder
from envoi.hosts.live.daily import DAY_S, Daily
from envoi.hosts.local import open_project
from envoi.hosts.privacy.retaining import retain
from envoi.people.privacy.audit import Deed
from tests.hosts.live.shop import until
from tests.hosts.privacy.used import ADA, BOB, CLEO, event, live, segments_of

DAY = 86_400_000_000
OLD = PersonId("customer-old")


def ready(root: Path, text: str) -> None:
    """With what is to be kept for how long, and something that is older."""
    with (root / "envoi.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[retention]\n{text}")
    now = SystemClock().now()
    then = Instant(now - 40 * DAY)
    views = [
        event("Page Viewed", BOB, f"v{n}", {"path": f"/secret-{n}"}, Instant(now - n * 10 * DAY)) for n in range(5)
    ]
    with open_project(root) as envoi:
        for _ in on_events(envoi.stores, [Batch(events=[*views, event("Order Completed", OLD, "o", {}, then)])]):
            pass


def removals(root: Path) -> int:
    """How often something was removed, by the audit log."""
    return sum(each.done.what is Deed.RETAINED for each in audit_of(root).read())


def test_what_is_old_goes(used: Path) -> None:
    ready(
        used,
        'set_aside = "1 day"\nsandbox_mail = "1 day"\ninactive = "30 days"\nevents = { "Page Viewed" = "15 days" }\n',
    )
    state = state_folder(used)
    for path in [*(state / "mail").glob("*.eml"), *(state / "rejects").glob("*")]:
        os.utime(path, (1_000_000_000, 1_000_000_000))
    mails = len(list((state / "mail").glob("*.eml")))
    would = retain(used, by="ann", dry_run=True)
    assert (would.events, would.people, would.sandbox_mails, would.rejects_files) == ({"Page Viewed": 3}, 1, mails, 1)
    assert removals(used) == 0
    told = retain(used, by="ann")
    assert (told.events, told.people) == (would.events, would.people)
    assert retain(used, by="ann", dry_run=True).anything is False
    with open_project(used) as envoi:
        assert envoi.who('did "Page Viewed" more than 2 times').people == []
        assert envoi.who('did "Page Viewed"').people == [BOB]
        assert {one.person for one in envoi.stores.log.read()} == {"", ADA, BOB, CLEO}
        assert envoi.report(at=None).people == 3
    assert list((state / "mail").glob("*.eml")) == []
    assert b"secret-3" not in b"".join(path.read_bytes() for path in state.glob("*") if path.is_file())
    live(used)
    assert segments_of(used, BOB) == {"Buyers"}


def test_nothing_goes_that_nobody_limited(used: Path) -> None:
    ready(used, "")
    assert retain(used, by="ann").anything is False


def test_what_people_are_made_of_does_not_age(used: Path) -> None:
    with (used / "envoi.toml").open("a", encoding="utf-8") as file:
        file.write('\n[retention.events]\n"Consent Changed" = "15 days"\n"Email Opened" = "15 days"\n')
    with pytest.raises(InvalidProject, match="'Consent Changed' is needed"):
        retain(used, by="ann")


def test_a_live_host_does_it_once_a_day(used: Path) -> None:
    ready(used, 'events = { "Page Viewed" = "15 days" }\n')
    seconds = 0.0
    daily = Daily(used, seconds=lambda: seconds)
    daily.look()
    until(lambda: removals(used) == 1)
    until(lambda: not daily.is_at_it)
    # A day is not over yet, and when it is there is nothing old.
    for passed in (1.0, DAY_S):
        seconds = passed
        daily.look()
        until(lambda: not daily.is_at_it)
    assert removals(used) == 1
    daily.stop()
