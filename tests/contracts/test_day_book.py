"""What every day book promises: its counts add up, by domain, day and campaign, within the transaction of the mails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.memory_days import MemoryDayBook
from envoi.adapters.messages.postgres_days import PostgresDayBook
from envoi.adapters.messages.sqlite_days import SqliteDayBook
from envoi.clock import Instant
from envoi.messages.warm_up import DayBook
from tests.postgres import fresh

DAY = Instant(86_400_000_000)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def book(request: pytest.FixtureRequest) -> Iterator[DayBook]:
    if request.param == "memory":
        yield MemoryDayBook()
    elif request.param == "postgres":
        with fresh() as database:
            yield PostgresDayBook(database)
    else:
        with closing(open_database(None)) as connection:
            yield SqliteDayBook(connection)


def test_counts_add_up_by_domain_day_and_campaign(book: DayBook) -> None:
    assert book.sent("example.org", DAY) == {}
    for campaign, mails in (("a", 2), ("b", 3), ("a", 5)):
        book.add("example.org", DAY, campaign, mails)
    book.add("example.org", Instant(2 * DAY), "a", 1)
    book.add("example.net", DAY, "a", 1)
    assert book.sent("example.org", DAY) == {"a": 7, "b": 3}
    assert book.sent("example.org", Instant(2 * DAY)) == {"a": 1}
    assert book.sent("example.net", DAY) == {"a": 1}
