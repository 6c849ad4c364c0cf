"""Review with the project's own merging: one word makes two people one for everything, and taking it back two again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from envoi.hosts.local import open_project
from envoi.hosts.web.app import app
from tests.hosts.web.test_review import ask, press, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def client(copy: Path) -> Iterator[TestClient]:
    with TestClient(app(copy), base_url="http://localhost") as made:
        yield made


def everyone(root: Path) -> list[str]:
    with open_project(root) as envoi:
        return envoi.who("email is not missing").people or []


def test_the_same_person_and_two_again(client: TestClient, copy: Path) -> None:
    ask(copy)
    before = everyone(copy)
    assert {"1", "2"} <= set(before)
    assert press(client, copy, "same", "1", "2") == 303
    assert everyone(copy) == [person for person in before if person != "2"]
    # Whoever asks for the one that was merged finds the person.
    assert client.get("/people/1").status_code == 200
    assert press(client, copy, "undo", "1", "2") == 303
    assert everyone(copy) == before
    assert state_of(copy, "1", "2") == "waiting"
    assert client.get("/people/2").status_code == 200
