"""What was found in programs like this one, tried on this one: a test for each flaw of sending and of what comes back.

Names are those of the advisories; each test says what went wrong there.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from email import message_from_bytes
from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from envoi.clock import moment
from envoi.errors import DataError, TemplateError
from envoi.events.event import Event, Name, PersonId
from envoi.events.port import Batch
from envoi.hosts.folder import secret
from envoi.hosts.local import open_letterbox, open_project
from envoi.hosts.web.app import app
from envoi.messages.address import Mailbox, check_address
from envoi.messages.links import Link
from envoi.messages.message import Message
from envoi.messages.mime import to_bytes
from envoi.templates.liquid import parse
from tests.hosts.web.shop import NASTY, NOW
from tests.hosts.web.tracked import heard, html_of, links_in, make, page_in, pixel_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READER, OTHER, ODD = "2", "3", "1"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
INJECTIONS = ["x' OR '1'='1", "1;DROP TABLE links", "' UNION SELECT body FROM events--", "%27%20OR%201=1", "${jndi:x}"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    make(root)
    return root


@pytest.fixture
def root(shop: Path, tmp_path: Path) -> Path:
    return shutil.copytree(shop, tmp_path / "shop")


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with TestClient(app(root), base_url="http://localhost", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def still(shop: Path) -> Iterator[TestClient]:
    """For tests that change nothing."""
    with TestClient(app(shop), base_url="http://localhost", raise_server_exceptions=False) as made:
        yield made


def position(root: Path) -> int:
    with open_letterbox(root) as box:
        return box.log.position()


def consents(root: Path) -> list[tuple[str, object]]:
    told = [each for each in heard(root, Name.CONSENT_CHANGED) if each.source == "envoi"]
    return [(each.keys["user_id"], each.props["purpose"]) for each in told]


# -- listmonk --


def test_cve_2025_49136_templates_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sprig's `env` and `expandenv` gave a template the secrets of the process."""
    monkeypatch.setenv("ENVOI_CANARY", "caught")
    for source in ('{{ "ENVOI_CANARY" | env }}', '{{ "$ENVOI_CANARY" | expandenv }}', "{{ env.ENVOI_CANARY }}"):
        with suppress(TemplateError):
            assert "caught" not in parse(source).render({})


def test_cve_2026_21483_a_mail_in_the_browser_can_do_nothing(still: TestClient, shop: Path) -> None:
    """Scripts in campaigns ran in the pages that show them, and took over whoever was logged in there."""
    html = html_of(shop, ODD)
    assert NASTY not in html
    shown = still.get(page_in(html, "v"))
    assert "<script" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert not {"allow-scripts", "allow-same-origin", "allow-forms"} & set(policy.split(";")[0].split())
    assert "default-src 'none'" in policy


# -- Mautic --


def test_cve_2021_27910_what_a_bounce_says_is_shown_and_not_obeyed(client: TestClient, root: Path) -> None:
    """The reason in a bounce callback was put into pages as it came."""
    bounced = Event(
        id="b1", source="envoi", name=Name.EMAIL_BOUNCED, keys={"user_id": READER}, at=NOW, seen_at=NOW,
        props={"campaign": "hello", "kind": "hard", "reason": NASTY, "code": NASTY, "recipient": NASTY},
    )  # fmt: skip
    with open_letterbox(root) as box:
        box.log.append(Batch(events=[(PersonId(READER), bounced)]))
    page = client.get(f"/people/{READER}")
    assert "Email Bounced" in page.text
    assert NASTY not in page.text
    assert "&lt;script&gt;" in page.text


def test_cve_2021_27911_a_name_in_a_mail_is_text(shop: Path) -> None:
    """The name of a contact was put into pages as it came."""
    html = html_of(shop, ODD)
    assert NASTY not in html
    assert "&lt;script&gt;alert(1)" in html


def test_cve_2021_27917_what_was_clicked_is_shown_and_not_obeyed(root: Path) -> None:
    """What a tracking hit said of itself was put into reports as it came."""
    with open_project(root) as envoi:
        link = envoi.links.link("hello", f'https://x.example/"{NASTY}')
        assert envoi.stores.targets is not None
        envoi.stores.targets.add([link])
        (entry,) = envoi.stores.statement.entries("hello", person=READER)
        (decision,) = envoi.stores.archive.fetch([entry.decision])
        mark = envoi.links.mark(decision.event.id, campaign="hello")
    headers = {"user-agent": NASTY, "referer": NASTY, "x-forwarded-for": NASTY}
    with TestClient(app(root), base_url="http://localhost") as client:
        answer = client.get(f"/c/{link.id}/{mark}", headers=headers, follow_redirects=False)
    assert answer.status_code == 302
    assert not set('\r\n<>"') & set(answer.headers["location"])
    # It was recorded when the server ended.
    with TestClient(app(root), base_url="http://localhost") as client:
        for page in (client.get("/campaigns/hello").text, client.get(f"/people/{READER}").text):
            assert "x.example" in page
            assert NASTY not in page
    (event,) = heard(root, Name.EMAIL_CLICKED)
    assert set(event.props) == {"campaign", "message_id", "url", "machine", "why_machine"}


# -- Icegram, Newsletters, Postorius --


@pytest.mark.parametrize("injection", INJECTIONS)
def test_cve_2019_20361_and_cve_2024_4295_no_part_of_a_public_link_reaches_sql(
    still: TestClient, shop: Path, injection: str
) -> None:
    """The `hash` of a tracking link went into a query: anybody could read the database (also CVE-2024-2876)."""
    html, before = html_of(shop, READER), position(shop)
    link, pixel, page = links_in(html)[0].split("/"), pixel_in(html).split("/"), page_in(html, "unsubscribe")
    answers = [
        still.get(f"/c/{injection}/{link[3]}", follow_redirects=False),
        still.get(f"/c/{link[2]}/{injection}", follow_redirects=False),
        still.get(f"/o/{pixel[2]}/{injection}"),
        still.get(f"/unsubscribe/{injection}"),
        still.post(f"/preferences/{injection}"),
        still.get(f"/v/{injection}"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert position(shop) == before
    assert still.get(page).status_code == 200
    with open_letterbox(shop) as box:
        assert isinstance(box.targets.find(link[2]), Link)


def test_cve_2022_0439_and_cve_2026_83555_without_a_token_no_subscription_changes(
    still: TestClient, shop: Path
) -> None:
    """A request that named a subscriber changed their subscription."""
    for path in ("/unsubscribe/", "/preferences/", "/unsubscribe", "/preferences", f"/preferences/{READER}"):
        for body in ({"email": "p2@example.org"}, {"person": READER, "act": "stop"}, {"List-Unsubscribe": "One-Click"}):
            assert still.post(path, data=body).status_code in {404, 405}
    assert consents(shop) == []


def test_cve_2026_16264_a_preference_page_is_its_readers_alone(client: TestClient, root: Path) -> None:
    """The id of a subscriber in a request showed and overwrote their preferences, whosever link it was."""
    mine = page_in(html_of(root, READER), "preferences")
    shown = client.get(f"{mine}?person={OTHER}&subscriber_id={OTHER}").text
    assert shown == client.get(mine).text
    client.post(
        f"{mine}?person={OTHER}", data={"act": "stop", "person": OTHER, "subscriber_id": OTHER, "user_id": OTHER}
    )
    assert consents(root) == [(READER, "newsletter")]


def test_cve_2021_40347_nobody_unsubscribes_another(client: TestClient, root: Path) -> None:
    """Who was logged in could unsubscribe any address."""
    mine, theirs = (page_in(html_of(root, person), "unsubscribe").split("/")[2] for person in (READER, OTHER))
    for crossed in (mine[:40] + theirs[40:], theirs[:40] + mine[40:], theirs[::-1]):
        assert client.post(f"/unsubscribe/{crossed}").status_code == 404
    assert client.post(f"/unsubscribe/{mine}", data={"email": "p3@example.org", "person": OTHER}).status_code == 200
    assert consents(root) == [(READER, "newsletter")]


@pytest.mark.parametrize("name", ["unsubscribe", "preferences", "v"])
def test_usesend_412_rock_7034_mailtrain_1195_emailflare_190_scanners_unsubscribe_nobody(
    still: TestClient, shop: Path, name: str
) -> None:
    """Security gateways follow each link of a mail: where GET unsubscribed, people were unsubscribed by them."""
    page, before = page_in(html_of(shop, READER), name), position(shop)
    for _ in range(3):
        still.get(page, headers={"user-agent": "Mimecast URL Scanner"})
        still.head(page, headers={"user-agent": "Barracuda Sentinel (EE)"})
    assert position(shop) == before


# -- webhooks --


@pytest.mark.parametrize("provider", ["ses", "sendgrid", "postmark", "mailgun", "mandrill", "x"])
def test_sendportal_340_an_unsigned_webhook_suppresses_nobody(
    still: TestClient, shop: Path, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knew the address of the webhook could have anybody suppressed (also useSend 444)."""
    monkeypatch.setenv("ENVOI_WEBHOOK_POSTMARK", "user:a long password")
    monkeypatch.setenv("ENVOI_WEBHOOK_MAILGUN", "a-key")
    monkeypatch.setenv("ENVOI_WEBHOOK_MANDRILL", "a-key")
    before = position(shop)
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "Email": "p2@example.org", "MessageID": "x"}
    for headers in ({}, {"authorization": "Basic dXNlcjp3cm9uZw=="}):
        assert still.post(f"/webhooks/{provider}", json=bounce, headers=headers).status_code in {403, 404}
    assert position(shop) == before


# -- GrowthBook --


def test_growthbook_pr_487_there_is_no_default_secret(root: Path, tmp_path: Path) -> None:
    """Where no secret was set, everybody's installation had the same."""
    (tmp_path / "other").mkdir()
    secrets = {secret(root), secret(tmp_path / "other")}
    assert len(secrets) == 2
    assert all(re.fullmatch(rb"[0-9a-f]{64}", each) for each in secrets)


# -- Python's email, aiosmtplib, aiosmtpd --


def message(**changes: str | Mailbox) -> Message:
    fields: dict[str, object] = {
        "id": "m1", "campaign": "hello", "person": "2", "sender": Mailbox(name="Shop", address="shop@example.org"),
        "to": Mailbox(name="Ada", address="ada@example.org"), "subject": "Hello", "html": "<p>Hello</p>",
        "text": "Hello\n", "date": moment(NOW), "unsubscribe_url": "https://m.example/u", "list_id": "l.example.org",
        "unsubscribe_mailto": "unsubscribe+x@in.example.org", "feedback_id": "a:b", **changes,
    }  # fmt: skip
    return Message(**fields)  # type: ignore[arg-type]


HEADERS = {name for name, _ in message_from_bytes(to_bytes(message()), policy=SMTP).items()}
BREAKS = ["\nBcc: x@evil.example", "\r\nBcc: x@evil.example", "\rBcc: x", "\x00", "\x0b", "\u2028Bcc: x", "\x85Bcc: x"]
ENCODED = ["=?UTF-8?Q?=0A?=Bcc: x@evil.example", "=?utf-8?b?DQpCY2M6IHg=?=", "=?UTF-8?q?a=0d=0abcc=3a_x?="]
PLACES = ["subject", "sender", "to", "reply_to", "unsubscribe_url", "list_id", "unsubscribe_mailto", "feedback_id"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("smuggled", BREAKS + ENCODED)
def test_cve_2024_6923_cve_2026_0672_cve_2026_1299_no_value_becomes_a_header(place: str, smuggled: str) -> None:
    """A line break in a header, plain or within an encoded word, began a header of the sender's choice."""
    is_box = place in {"sender", "to", "reply_to"}
    value = Mailbox(name=f"Ada{smuggled}", address="ada@example.org") if is_box else f"hello{smuggled}"
    try:
        data = to_bytes(message(**{place: value}))
    except DataError:
        return
    assert {name for name, _ in message_from_bytes(data, policy=SMTP).items()} <= HEADERS | {"Reply-To"}


@pytest.mark.parametrize("smuggled", [*BREAKS, *ENCODED, ">\r\nRCPT TO:<x@evil.example", " x@evil.example", "> SIZE=1"])
def test_ghsa_v3q9_hj7j_63hq_no_address_becomes_a_command(smuggled: str) -> None:
    """A line break in an address began a command of the sender's choice, or the address was cut there."""
    for address in (f"ada@example.org{smuggled}", f"ada{smuggled}@example.org"):
        with suppress(DataError):
            assert re.fullmatch("[!-;=?-~]+", check_address(address))
            # What is not refused is a word, and stays one.
            assert check_address(address) in {"ada@example.org", address}


@pytest.mark.parametrize("end", ["\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r\n", "\r.\n"])
def test_cve_2024_27305_no_body_ends_before_its_end(end: str) -> None:
    """Where a line end that is none ended a mail, what followed it was another mail (SMTP smuggling)."""
    smuggled = f"Hello{end}MAIL FROM:<x@evil.example>{end}"
    data = to_bytes(message(text=smuggled, html=smuggled))
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    # The final dot is the client's to stuff, and nothing else on a line of its own needs to be.
    assert all(line != b"." or data.count(b"\r\n.\r\n") for line in data.split(b"\r\n"))
