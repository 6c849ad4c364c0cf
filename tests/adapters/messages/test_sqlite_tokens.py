"""A token counts once, for what it came with."""

from __future__ import annotations

from contextlib import closing, suppress

import pytest

from envoi.adapters.database import open_database, transaction
from envoi.adapters.messages.sqlite_tokens import SqliteSpentTokens
from envoi.clock import Instant
from envoi.errors import Conflict


def spend(tokens: SqliteSpentTokens, token: str, content: bytes, *, at: int = 10, since: int = 0) -> None:
    tokens.spend(token, content, at=Instant(at), since=Instant(since))


def test_a_token_counts_for_one_content() -> None:
    with closing(open_database(None)) as connection:
        tokens = SqliteSpentTokens(connection)
        spend(tokens, "a", b"one")
        spend(tokens, "a", b"one")
        spend(tokens, "b", b"two")
        with pytest.raises(Conflict):
            spend(tokens, "a", b"two")


def test_what_is_old_is_forgotten() -> None:
    with closing(open_database(None)) as connection:
        tokens = SqliteSpentTokens(connection)
        spend(tokens, "a", b"one", at=10)
        spend(tokens, "a", b"two", at=20, since=11)


def test_what_was_not_committed_is_not_spent() -> None:
    with closing(open_database(None)) as connection:
        tokens = SqliteSpentTokens(connection)
        with suppress(ZeroDivisionError), transaction(connection):
            spend(tokens, "a", b"one")
            raise ZeroDivisionError
        spend(tokens, "a", b"two")
