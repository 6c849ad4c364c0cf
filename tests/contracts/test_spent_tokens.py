"""What every memory of spent tokens promises: a token stands for one content, until it is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.postgres_tokens import PostgresSpentTokens
from envoi.adapters.messages.sqlite_tokens import SqliteSpentTokens
from envoi.clock import Instant
from envoi.errors import Conflict
from tests.postgres import fresh

AnyTokens = SqliteSpentTokens | PostgresSpentTokens


@pytest.fixture(params=["sqlite", "postgres"])
def tokens(request: pytest.FixtureRequest) -> Iterator[AnyTokens]:
    if request.param == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteSpentTokens(connection)
    else:
        with fresh() as database:
            yield PostgresSpentTokens(database)


def spend(tokens: AnyTokens, token: str, content: bytes, *, at: int = 10, since: int = 0) -> None:
    tokens.spend(token, content, at=Instant(at), since=Instant(since))


def test_the_same_again_is_nothing_new(tokens: AnyTokens) -> None:
    spend(tokens, "t", b"one")
    spend(tokens, "t", b"one")


def test_a_token_is_not_good_for_something_else(tokens: AnyTokens) -> None:
    spend(tokens, "t", b"one")
    spend(tokens, "u", b"two")
    for _ in range(2):
        with pytest.raises(Conflict, match="something else"):
            spend(tokens, "t", b"two")


def test_what_is_old_is_forgotten(tokens: AnyTokens) -> None:
    spend(tokens, "t", b"one", at=10)
    with pytest.raises(Conflict):
        spend(tokens, "t", b"two", at=20, since=10)
    spend(tokens, "t", b"two", at=20, since=11)
