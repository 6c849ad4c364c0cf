"""One person, many keys: a visitor says who they are, a tablet is for all, a mistake is taken back, in a live shop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import Client

from envoi.errors import EnvoiError
from envoi.events.event import Name, PersonId
from envoi.hosts.cli.main import run
from envoi.hosts.identity import Word, merge, open_identities, separate
from envoi.hosts.local import open_project
from envoi.people.regroup import Merged, change_of
from tests.hosts.live.shop import KEY, logged, make, segments_of, served

WORD = Word(because="the same passport", by="ada")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)
    return make(tmp_path)


@pytest.fixture
def client(root: Path) -> Iterator[Client]:
    with served(root) as address, Client(base_url=address, auth=(KEY, ""), timeout=30) as made:
        yield made


def happen(client: Client, kind: str, **message: object) -> None:
    assert client.post(f"/v1/{kind}", json={"messageId": str(uuid4()), **message}).status_code == 200


def buys(client: Client, total: float, **keys: str) -> None:
    happen(client, "track", event="Order Completed", properties={"total": total}, **keys)


def people(root: Path) -> list[PersonId]:
    """Whose each of the customers' events is."""
    return [one.person for one in logged(root) if one.event.source == "http"]


def soon(holds: Callable[[], bool]) -> None:
    """Waits until the live host has judged what another process wrote."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_what_a_visitor_did_counts_at_once_when_they_say_who_they_are(client: Client, root: Path) -> None:
    buys(client, 12, anonymousId="a-1")
    assert segments_of(root, "anonymous_id:a-1") == {"Buyers"}
    happen(client, "identify", userId="17", anonymousId="a-1", traits={"email": "ada@example.org"})
    assert segments_of(root, "17") == {"Buyers"}
    assert segments_of(root, "anonymous_id:a-1") == set()
    buys(client, 1, anonymousId="a-1")
    assert people(root) == ["anonymous_id:a-1", "17", "17"]
    with open_project(root) as envoi:
        found = envoi.who('did "Order Completed" at least 2 times')
        assert found.people == ["17"]
        why = envoi.why("anonymous_id:a-1", condition='did "Order Completed" at least 2 times')
        assert (why.person, why.holds) == ("17", True)


def test_a_tablet_in_the_shop_makes_nobody_one(client: Client, root: Path) -> None:
    buys(client, 12, userId="17", anonymousId="tablet")
    buys(client, 1, userId="18", anonymousId="tablet")
    happen(client, "track", event="Product Viewed", anonymousId="tablet")
    assert people(root) == ["17", "18", "anonymous_id:tablet"]
    assert segments_of(root, "18") == set()


def test_an_alias_is_a_merge(client: Client, root: Path) -> None:
    buys(client, 12, anonymousId="a-1")
    happen(client, "alias", userId="17", previousId="a-1")
    assert segments_of(root, "17") == {"Buyers"}
    (merged,) = [change for one in logged(root) if (change := change_of(one.event))]
    assert isinstance(merged, Merged)
    assert (merged.into, merged.because) == ("17", "an alias says that a-1 is user id 17")


def test_a_merge_is_taken_back_while_the_shop_is_open(client: Client, root: Path) -> None:
    buys(client, 12, userId="17")
    happen(client, "identify", userId="18", traits={"email": "bo@example.org"})
    happen(client, "track", event="Product Viewed", userId="18", anonymousId="b")
    soon(lambda: segments_of(root, "18") == {"Not yet"})
    done = merge(root, "17", "18", WORD)
    assert (done.person, done.gone, done.nodes) == ("17", "18", ["18", "anonymous_id:b", "email:bo@example.org"])
    soon(lambda: segments_of(root, "18") == set() and "Not yet" not in segments_of(root, "17"))
    assert merge(root, "18", "17", WORD).changed is False
    with open_identities(root) as known:
        (event,) = [one.event.id for one in logged(root) if one.event.name == Name.PEOPLE_MERGED]
        given_back = known.undo(event, WORD)
        assert (given_back.person, given_back.to, given_back.nodes) == ("17", "18", done.nodes)
        with pytest.raises(EnvoiError, match="taken back"):
            known.undo(event, WORD)
    soon(lambda: segments_of(root, "18") == {"Not yet"} and segments_of(root, "17") == {"Buyers"})
    buys(client, 1, anonymousId="b")
    assert people(root)[-1] == "18"
    with open_project(root) as envoi:
        assert envoi.who('did "Product Viewed"').people == ["18"]
        ada, bo = (envoi.stores.people.get([who])[who] for who in people(root)[:2])
        assert "email" not in ada.traits
        assert bo.value("email") == "bo@example.org"


def test_the_commands_say_what_they_did_and_why_they_did_not(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "visits.csv"
    file.write_text("user_id,event,timestamp\n17,Seen,2026-01-01T00:00:00Z\n18,Seen,2026-01-02T00:00:00Z\n")
    assert run(["import", str(file), "--events", "--project", str(root)]) == 0
    capsys.readouterr()
    assert run(["merge", "18", "17", "--because", "twins", "--project", str(root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == {"person": "17", "gone": "18", "nodes": ["18"], "because": "twins", "changed": True}
    assert run(["merge", "18", "17", "--because", "twins", "--project", str(root)]) == 0
    assert "They are 17 already." in capsys.readouterr().out
    assert run(["separate", "17", "19", "--because", "no", "--project", str(root)]) == 1
    assert "person '17' has no user id 19" in capsys.readouterr().err
    assert run(["separate", "17", "18", "--because", "no", "--project", str(root)]) == 0
    assert "18 is not 17 any more, and has 18." in capsys.readouterr().out
    assert run(["merge", "17", "99", "--because", "?", "--project", str(root)]) == 1
    assert "no person '99'" in capsys.readouterr().err


def test_the_same_word_by_name(root: Path) -> None:
    with pytest.raises(EnvoiError, match="no person '17'"):
        separate(root, "17", ["18"], WORD)
