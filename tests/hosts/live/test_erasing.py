"""While the live host takes events in, a person is erased: it forgets them, goes on with all others, and dies clean."""

from __future__ import annotations

from pathlib import Path

from httpx2 import Client

from envoi.events.event import PersonId
from envoi.hosts.folder import state_folder
from envoi.hosts.privacy.erasing import erase
from tests.hosts.live.shop import KEY, logged, make, segments_of, served, until
from tests.hosts.privacy.used import traces

ADA, BOB = "customer-ada-4711", "customer-bob-4712"


def post(client: Client, person: str, number: int, event: str = "Order Completed") -> None:
    batch = [
        {
            "type": "track",
            "event": event,
            "userId": person,
            "messageId": f"{person}-{number}",
            "properties": {"total": 12},
        }
    ]
    assert client.post("/v1/batch", json={"batch": batch}).status_code == 200


def test_a_running_host_forgets_a_person(tmp_path: Path) -> None:
    root = make(tmp_path)
    with served(root) as address, Client(base_url=address, auth=(KEY, "")) as client:
        for person in (ADA, BOB):
            post(client, person, 1)
            post(client, person, 2, "Product Viewed")
        assert segments_of(root, ADA) == {"Buyers", "Browsing"}
        receipt = erase(root, [ADA], because="", by="ann")
        assert receipt.erased["memberships"] == 2
        assert segments_of(root, ADA) == set()
        # What is delivered again was here; what is new is of a new person, who only bought once.
        post(client, ADA, 1)
        assert PersonId(ADA) not in {one.person for one in logged(root)}
        post(client, BOB, 3)
        # Nobody hears of her by time alone either: she would have left this segment by now.
        until(lambda: segments_of(root, BOB) == {"Buyers"})
    assert traces(state_folder(root), [b"ada-4711"]) == []
    # Opened again, nothing brings her back.
    with served(root) as address, Client(base_url=address, auth=(KEY, "")) as client:
        post(client, BOB, 4)
        assert (segments_of(root, ADA), segments_of(root, BOB)) == (set(), {"Buyers"})
        post(client, ADA, 7)
        assert segments_of(root, ADA) == {"Buyers"}
