"""A person's page: found by what one knows of them, with every word, key and change of who they are, and a way back."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from envoi.events.event import PersonId
from envoi.flow import record
from envoi.hosts.identity import Word, merge, open_identities
from envoi.hosts.local import open_project
from envoi.hosts.privacy.restricting import restrict
from envoi.people.words import Evidence, Method, props_of
from tests.hosts.web.shop import DAY, NOW, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient

WHO, OTHER = "2", "anonymous_id:a-1"
TEXT = "Yes, <b>write</b> to me."


@pytest.fixture
def lived(copy: Path) -> Path:
    """The shop, in which more is known of one person: words with proof, a cleaned field, and a second self."""
    yes = props_of(
        "surveys",
        Evidence(method=Method.FORM, source="till", wording=TEXT, basis="paper", proof={"form": "17"}),
        granted=True,
    )
    person, updated = event(WHO, "Profile Updated", NOW - 3 * DAY, phone="+351912345678", city="Porto")
    _, seen = event("x", "Product Viewed", NOW - 2 * DAY, product_id="tea")
    with open_project(copy) as envoi:
        record(
            envoi.stores,
            [
                event(WHO, "Consent Changed", NOW - 4 * DAY, **yes),
                (person, replace(updated, raw={"city": ("porto ", "place")})),
                (PersonId(OTHER), replace(seen, id="seen", keys={"anonymous_id": "a-1"})),
            ],
        )
    merge(copy, WHO, OTHER, Word(because="the same basket <twice>", by="Ada", score=0.95))
    with open_project(copy):
        pass
    return copy


def shown(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize(
    "text", ["p2@example.org", "912345678", "+351 912 345 678", "0912-345-678", "costa chl", "(351) 912345678"]
)
def test_one_is_found_by_what_is_known(lived: Path, client_of: Callable[..., TestClient], text: str) -> None:
    with client_of(lived) as client:
        found = client.get("/people", params={"q": text}).text
    assert re.findall(r'<a href="/people/([^"?]+)">', found) == [WHO]


def test_digits_of_an_id_find_no_phone(lived: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(lived) as client:
        # Whose id begins with 2: 2 and 20 to 29; the phone number has one too.
        assert "11 people for" in shown(client, "/people?q=2")
        assert "0 people for" in shown(client, "/people?q=999999")


def test_every_word_is_there_with_its_proof(lived: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(lived) as client:
        page = shown(client, f"/people/{WHO}?show=consent")
        assert TEXT not in client.get(f"/people/{WHO}?show=consent").text
    assert f"“{TEXT}”" in page
    assert "surveys: yes till, form" in page
    assert "Basis paper" in page
    assert "Proof form 17" in page
    assert "Changed opened" in page
    assert "Newsletter newsletter yes" in page
    assert "Choosing what suits me profiling nothing" in page


def test_a_field_that_a_rule_changed_says_what_it_was(lived: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(lived) as client:
        page = shown(client, f"/people/{WHO}")
    assert "city Porto was “porto ”, by the rule place" in page


def test_keys_and_merges_are_told_and_a_merge_is_taken_back(lived: Path, client_of: Callable[..., TestClient]) -> None:
    path = f"/people/{WHO}?show=keys"
    with client_of(lived) as client:
        page = shown(client, path)
        assert "a-1 anonymous id 29 Apr 2024 tills" in page
        assert "anonymous id a-1 is the same person" in page
        assert "the same basket <twice>" in page
        assert "Said by Ada, 95.0 % sure; it brought anonymous_id:a-1." in page
        # Whoever was merged away leads to who they are.
        gone = client.get(f"/people/{OTHER}", follow_redirects=False)
        assert (gone.status_code, gone.headers["location"]) == (303, f"/people/{WHO}")
        assert "Product Viewed" in shown(client, f"/people/{WHO}")

        form = client.get(path).text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', form.partition("Undo")[2]))
        assert (
            client.post(f"/people/{WHO}/separate", data={"merge": fields["merge"], "because": "x"}).status_code == 403
        )
        silent = client.post(f"/people/{WHO}/separate", data={**fields, "because": " "})
        assert (silent.status_code, "nobody would know why" in silent.text) == (409, True)
        done = client.post(f"/people/{WHO}/separate", data={**fields, "because": "two sisters"}, follow_redirects=False)
        assert (done.status_code, done.headers["location"]) == (303, f"/people/{WHO}?show=keys")

        page = shown(client, path)
        assert "Taken back since." in page
        assert "anonymous id a-1 is another person" in page
        assert "two sisters" in page
        assert "Product Viewed" not in shown(client, f"/people/{WHO}")
        assert "Product Viewed" in shown(client, f"/people/{OTHER}")
        again = client.post(f"/people/{WHO}/separate", data={**fields, "because": "once more"})
        assert (again.status_code, "taken back" in again.text) == (409, True)
    with open_identities(lived) as known:
        assert known.nodes_of(OTHER) == [OTHER]


def test_a_restriction_is_told_first(lived: Path, client_of: Callable[..., TestClient]) -> None:
    restrict(lived, WHO, because="they asked", by="Ada")
    with client_of(lived) as client:
        page = shown(client, f"/people/{WHO}")
    assert "Restricted: what is known of this person is kept, and not used for anything." in page


def test_a_mail_of_the_timeline_leads_to_its_reasons(lived: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(lived) as client:
        timeline = client.get(f"/people/{WHO}").text
        found = set(re.findall(r'href="([^"]+)">Why this mail', timeline))
        assert found
        for why in found:
            path, _, place = unescape(why).partition("#")
            assert f'id="{place}"' in client.get(path).text
        assert "See what was decided" in timeline


def test_who_said_nothing_and_did_little_is_told_what_to_do(lived: Path, client_of: Callable[..., TestClient]) -> None:
    with open_project(lived) as envoi:
        record(envoi.stores, [event("quiet", "Order Completed", NOW - DAY, total=1)])
    with client_of(lived) as client:
        assert "Nothing was asked and nothing said yet." in shown(client, "/people/quiet?show=consent")
        assert "this person was one from the beginning" in shown(client, "/people/quiet?show=keys")
