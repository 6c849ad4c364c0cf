"""A campaign's page while it is being sent: who waits for what, and the buttons of those who are in charge."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from envoi.hosts.web.posted import token
from envoi.messages.ledger import Status
from envoi.messages.order import Command
from tests.hosts.live.mailing import START, campaign, introduce, office, write

RUN = "daily@2026-11-23"
PAGE = "/campaigns/daily%402026-11-23"
CLOCK = "as_of = 2026-11-23T08:00:00Z\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A campaign of which all but one person wait for the end of quiet hours, and that may send one mail an hour."""
    quiet = '[delivery]\nquiet_hours = [{ from = "08:00", to = "10:00" }]\n'
    keys = campaign('\nat = "09:00"\nevery = "day"\n', kind="transactional", rate_per_hour=2)
    write(
        tmp_path,
        {"daily": keys.replace("transactional", "marketing"), "receipt": campaign(kind="transactional")},
        delivery=quiet,
    )
    introduce(tmp_path)
    with office(tmp_path) as at_work:
        at_work.until("23T08:15")
    main = tmp_path / "envoi.toml"
    main.write_text(CLOCK + main.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def client(root: Path, client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(root)


def press(client: TestClient, root: Path, act: str, **fields: str) -> int:
    """The status of the answer to a button."""
    answer = client.post(PAGE, data={"token": token(root), "act": act, **fields}, follow_redirects=False)
    return answer.status_code


def test_the_page_says_who_waits_for_what_and_each_number_leads_to_its_people(client: TestClient) -> None:
    page = client.get(PAGE).text
    links = re.findall(r'<a href="(/campaigns/daily%402026-11-23/people[^"]+)">(\d+)<', page)
    assert sum(int(count) for _, count in links) == 4
    for href, count in links:
        people = client.get(href.replace("&amp;", "&")).text
        assert people.count('<span class="id">') == int(count)
    (waiting,) = [href for href, _ in links if "quiet" in href]
    people = client.get(waiting.replace("&amp;", "&")).text
    assert "Waits until" in people
    assert "23 Nov 2026, 10:00" in people
    assert "at most 2 mails an hour; the next who waits is due" in page


def test_a_recurring_campaign_leads_to_each_of_its_days(client: TestClient) -> None:
    page = client.get("/campaigns/daily").text
    assert f'<a href="{PAGE}">' in page
    assert "every day at 09:00, on the project&#39;s clock" in page
    assert "<dt>Next</dt><dd>2026-11-24</dd>" in page
    assert "recurring" in page
    assert "08:00 to 10:00: mails wait" in page


def test_transactional_campaigns_are_told_apart(client: TestClient) -> None:
    assert client.get("/campaigns").text.count(">recurring<") == 1
    assert client.get("/campaigns").text.count(">transactional<") == 1
    assert ">transactional<" in client.get("/campaigns/receipt").text


def test_pause_rate_resume_and_cancel_do_what_they_say(client: TestClient, root: Path) -> None:
    assert "is paused" not in client.get("/").text
    assert press(client, root, "pause") == 303
    assert ">paused<" in client.get(PAGE).text
    assert f"{RUN} is paused" in client.get("/").text
    assert press(client, root, "rate", rate="5,000") == 303
    assert "at most 5,000 mails an hour" in client.get(PAGE).text
    assert press(client, root, "resume") == 303
    assert press(client, root, "cancel") == 303
    page = client.get(PAGE).text
    assert ">cancelled<" in page
    assert 'value="pause"' not in page
    # Everything that was ordered is kept.
    assert page.count("by a person, in the pages") == 4
    assert press(client, root, "resume") == 409
    with office(root, START) as at_work:
        given = at_work.rounds.sender.post.statement.orders(RUN)
        commands = [one.order.command for one in given if one.order.by != "the campaign's file"]
        assert commands == [Command.PAUSE, Command.RATE, Command.RESUME, Command.CANCEL]
        assert at_work.states(RUN) == {"accepted": 1, "cancelled": 3}


@pytest.mark.parametrize(("act", "fields"), [("burn", {}), ("rate", {"rate": "many"}), ("rate", {"rate": "9" * 30})])
def test_what_cannot_be_ordered_is_refused_on_the_page(
    client: TestClient, root: Path, act: str, fields: dict[str, str]
) -> None:
    answer = client.post(PAGE, data={"token": token(root), "act": act, **fields})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_no_other_page_can_press_the_buttons_and_looking_changes_nothing(client: TestClient, root: Path) -> None:
    assert client.post(PAGE, data={"act": "cancel"}).status_code == 403
    assert client.post(PAGE, data={"act": "cancel", "token": "0" * 32}).status_code == 403
    client.get(f"{PAGE}?act=cancel")
    client.head(f"{PAGE}?act=cancel")
    with office(root, START) as at_work:
        statement = at_work.rounds.sender.post.statement
        assert statement.campaigns()[RUN].status is Status.SENDING
        assert [one.order.by for one in statement.orders(RUN)] == ["the campaign's file"]
