"""Review: one pair after another, side by side, and a person's word on each, which can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from envoi.errors import Conflict
from envoi.events.event import PersonId
from envoi.hosts.merging import Merging
from envoi.hosts.sending import open_sender
from envoi.hosts.web.app import app
from envoi.hosts.web.posted import token
from envoi.people.match.review import Pair, Review, State, pair_of
from tests.hosts.web.browsing import barriers, visit

PAIRS = [("1", "2", 0.97), ("2", "3", 0.95), ("3", "4", 0.93)]


@dataclass
class Deeds:
    """Merging and its way back, told."""

    merged: list[tuple[str, str, str, float]] = field(default_factory=list)
    separated: list[tuple[str, str]] = field(default_factory=list)
    refuses: str = ""

    @contextmanager
    def of(self, _: Path) -> Iterator[Merging]:
        yield Merging(merge=self.merge, separate=self.separate)

    def merge(self, one: PersonId, other: PersonId, *, because: str, by: str, score: float) -> PersonId:
        if self.refuses:
            raise Conflict(self.refuses)
        assert by == "a person, in the pages"
        self.merged.append((one, other, because, score))
        return one

    def separate(self, one: PersonId, other: PersonId, *, because: str, by: str) -> None:
        assert (because, by) == ("taken back in review", "a person, in the pages")
        self.separated.append((one, other))


@pytest.fixture
def deeds() -> Deeds:
    return Deeds()


@pytest.fixture
def client(copy: Path, deeds: Deeds) -> Iterator[TestClient]:
    with TestClient(app(copy, merger=deeds.of), base_url="http://localhost", raise_server_exceptions=False) as made:
        yield made


def ask(root: Path) -> None:
    with open_sender(root) as sender:
        sender.reviews.put([review(one, other, score) for one, other, score in PAIRS])


def review(one: str, other: str, score: float) -> Review:
    reasons = ("same surname", "same <b>post code</b>")
    return Review(one=PersonId(one), other=PersonId(other), score=score, reasons=reasons, records=("r", "r"))


def press(client: TestClient, root: Path, act: str, one: str, other: str) -> int:
    fields = {"token": token(root), "act": act, "one": one, "other": other}
    return client.post("/review", data=fields, follow_redirects=False).status_code


def state_of(root: Path, one: str, other: str) -> State | None:
    pair = pair_of(PersonId(one), PersonId(other))
    with open_sender(root) as sender:
        found = sender.reviews.get([pair]).get(pair)
    return found.state if found else None


def pair_shown(client: TestClient) -> Pair | None:
    found = re.findall(r'name="(one|other)" value="([^"]+)"', client.get("/review").text.partition('id="pair"')[2])
    return Pair(PersonId(found[0][1]), PersonId(found[1][1])) if found else None


def test_an_empty_queue_says_what_to_do(client: TestClient) -> None:
    page = client.get("/review").text
    assert "No pair waits" in page
    assert "envoi match --people" in page


def test_the_likeliest_pair_is_shown_with_all_that_is_known(client: TestClient, copy: Path) -> None:
    ask(copy)
    page = client.get("/review").text
    assert pair_shown(client) == ("1", "2")
    assert "97.0 % likely" in page
    assert "same &lt;b&gt;post code" in page
    assert "<script>alert" not in page
    # What differs is said in words, beside any colour.
    assert re.search(r'<th scope="row">email</th>.*?≠ differs', page)
    assert 'href="/people/1"' in page


def test_each_answer_leads_to_the_next_pair(client: TestClient, copy: Path, deeds: Deeds) -> None:
    ask(copy)
    assert press(client, copy, "different", "1", "2") == 303
    assert (state_of(copy, "1", "2"), pair_shown(client)) == (State.DIFFERENT, ("2", "3"))
    assert press(client, copy, "later", "2", "3") == 303
    assert pair_shown(client) == ("3", "4")
    assert press(client, copy, "same", "3", "4") == 303
    assert deeds.merged == [("3", "4", "same surname; same <b>post code</b>", 0.93)]
    # What was put off comes last.
    assert pair_shown(client) == ("2", "3")


def test_pairs_of_somebody_who_was_merged_fall_out(client: TestClient, copy: Path) -> None:
    ask(copy)
    press(client, copy, "same", "1", "2")
    assert (state_of(copy, "2", "3"), state_of(copy, "3", "4")) == (None, State.WAITING)


def test_a_pair_of_somebody_who_is_gone_is_not_shown(client: TestClient, copy: Path) -> None:
    with open_sender(copy) as sender:
        sender.reviews.put([review("1", "nobody", 0.98)])
    assert pair_shown(client) is None
    assert "looks anew" in client.get("/review").text


def test_the_last_word_can_be_taken_back(client: TestClient, copy: Path, deeds: Deeds) -> None:
    ask(copy)
    press(client, copy, "same", "1", "2")
    assert "the same person" in client.get("/review").text
    assert press(client, copy, "undo", "1", "2") == 303
    assert deeds.separated == [("1", "2")]
    assert pair_shown(client) == ("1", "2")
    press(client, copy, "different", "1", "2")
    press(client, copy, "undo", "1", "2")
    assert (state_of(copy, "1", "2"), len(deeds.separated)) == (State.WAITING, 1)


def test_what_was_said_is_listed(client: TestClient, copy: Path) -> None:
    ask(copy)
    press(client, copy, "different", "1", "2")
    page = client.get("/review?state=different").text
    assert "by a person, in the pages" in page
    assert "Take back" in page
    assert "No pair stands so" in client.get("/review?state=merged").text


def test_a_merge_that_may_not_be_is_told_and_the_pair_waits(client: TestClient, copy: Path, deeds: Deeds) -> None:
    ask(copy)
    deeds.refuses = "their customer numbers are two"
    fields = {"token": token(copy), "act": "same", "one": "1", "other": "2"}
    answer = client.post("/review", data=fields)
    assert answer.status_code == 409
    assert "their customer numbers are two" in answer.text
    assert state_of(copy, "1", "2") is State.WAITING


@pytest.mark.parametrize(("act", "one", "code"), [("dance", "1", 409), ("same", "9", 409)])
def test_nonsense_is_refused(client: TestClient, copy: Path, act: str, one: str, code: int) -> None:
    ask(copy)
    assert press(client, copy, act, one, "2") == code


def test_a_form_from_elsewhere_decides_nothing(client: TestClient, copy: Path, deeds: Deeds) -> None:
    ask(copy)
    fields = {"token": "guessed", "act": "same", "one": "1", "other": "2"}
    assert client.post("/review", data=fields).status_code == 403
    assert deeds.merged == []


def test_review_in_a_browser_without_javascript_by_keyboard(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]]
) -> None:
    ask(copy)
    with served(copy) as address:
        with visit(browser, javascript=False) as (page, _):
            page.goto(address + "/review")
            page.get_by_role("button", name="Not the same").focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("status")).to_contain_text("not the same person")
        with visit(browser) as (page, faults):
            for path in ("/review", "/review?state=different"):
                page.goto(address + path, wait_until="networkidle")
                assert barriers(page) == []
            assert faults == []
