"""Segments that are new, edited or taken away while events keep coming: right for everyone, and told once."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest
from httpx2 import Client

from envoi.hosts.live import keeper
from envoi.hosts.local import open_project
from envoi.segments import backfill
from envoi.segments.transition import from_event
from tests.hosts.live.shop import KEY, logged, make, segments_of, served, until


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop whose files are looked at often, which learns little at a time, and writes no history by itself."""
    monkeypatch.setattr(keeper, "HISTORY_S", 1e9)
    monkeypatch.setattr(keeper, "LOOK_S", 0.02)
    monkeypatch.setattr(backfill, "AT_ONCE", 7)
    return make(tmp_path)


def write(shop: Path, name: str, condition: str) -> None:
    text = f"name = {name!r}\ncondition = '''{condition}'''\n"
    (shop / "segments" / f"{name.lower()}.toml").write_text(text, encoding="utf-8")


def order(client: Client, person: str, number: object, total: float = 5) -> None:
    message = {"event": "Order Completed", "userId": person, "messageId": str(number), "properties": {"total": total}}
    assert client.post("/v1/track", json=message).status_code == 200


def test_a_new_segment_is_right_for_everyone_while_events_keep_coming(shop: Path) -> None:
    stop = threading.Event()

    def keep_ordering(address: str) -> None:
        with Client(base_url=address, auth=(KEY, "")) as client:
            for number in range(100_000):
                if stop.is_set():
                    return
                order(client, f"p{number % 40}", f"more-{number}")

    with served(shop) as address, Client(base_url=address, auth=(KEY, "")) as client:
        for number in range(60):
            order(client, f"p{number % 50}", number)
        busy = threading.Thread(target=keep_ordering, args=(address,))
        busy.start()
        try:
            write(shop, "Regulars", 'did "Order Completed" at least 2 times in the last 30 days')
            until(lambda: "Regulars" in segments_of(shop, "p0"))
        finally:
            stop.set()
            busy.join()
        people = Counter(one.person for one in logged(shop) if one.event.name == "Order Completed")
        regulars = {person for person, times in people.items() if times >= 2}
        until(lambda: {person for person in people if "Regulars" in segments_of(shop, person)} == regulars)
    moves = [move for one in logged(shop) if (move := from_event(one)) and move.segment == "Regulars"]
    assert sorted(move.person for move in moves) == sorted(regulars)
    assert {move.cause.split()[0] for move in moves} <= {"definition", "event"}


def test_an_edited_segment_moves_people_and_a_removed_one_has_nobody(shop: Path) -> None:
    write(shop, "Big", 'did "Order Completed" where total >= 50')
    with served(shop) as address, Client(base_url=address, auth=(KEY, "")) as client:
        order(client, "a", 1, total=20)
        order(client, "b", 2, total=80)
        assert (segments_of(shop, "a"), segments_of(shop, "b")) == ({"Buyers"}, {"Buyers", "Big"})
        write(shop, "Big", 'did "Order Completed" where total < 50')
        until(lambda: segments_of(shop, "a") == {"Buyers", "Big"} and segments_of(shop, "b") == {"Buyers"})
        (shop / "segments" / "big.toml").unlink()
        until(lambda: segments_of(shop, "a") == {"Buyers"})
    moves = [move for one in logged(shop) if (move := from_event(one)) and move.segment == "Big"]
    assert [(move.person, move.entered) for move in moves] == [("b", True), ("a", True), ("b", False), ("a", False)]
    with served(shop):
        assert segments_of(shop, "a") == {"Buyers"}
    assert len([one for one in logged(shop) if from_event(one)]) == len(moves) + 2


def test_a_mistake_in_a_file_leaves_the_segments_as_they_were(shop: Path) -> None:
    with served(shop) as address, Client(base_url=address, auth=(KEY, "")) as client:
        write(shop, "Odd", 'did "Order Complete"')
        order(client, "a", 1, total=20)
        assert segments_of(shop, "a") == {"Buyers"}
        write(shop, "Odd", 'did "Order Completed"')
        until(lambda: segments_of(shop, "a") == {"Buyers", "Odd"})


def test_history_is_written_beside_the_live_host(shop: Path) -> None:
    with served(shop) as address, Client(base_url=address, auth=(KEY, "")) as client:
        order(client, "a", 1, total=20)
        keeper.end_history(keeper.begin_history(shop))
        order(client, "a", 2, total=20)
    with open_project(shop, read_only=True) as envoi:
        assert envoi.stores.tables.head() == 2
        assert envoi.who('did "Order Completed"').people == ["a"]
