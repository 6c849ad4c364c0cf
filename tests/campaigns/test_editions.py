"""Who gets which edition: links and pixels for those who agreed, the plain mail for all others."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from msgspec.structs import replace as changed

from envoi.adapters.messages.memory_links import MemoryLinkTable
from envoi.campaigns.compose import Press, compose, prepared
from envoi.campaigns.project import load
from envoi.clock import Instant
from envoi.decisions.decision import Decision
from envoi.events.event import PersonId
from envoi.messages.links import PIXEL, Links
from envoi.messages.message import Message
from envoi.messages.mime import to_bytes
from envoi.messages.unsubscribe_mail import address_to_leave
from envoi.people.profile import Profile, Said, Trait
from envoi.people.purposes import CLICKS, OPENS
from envoi.settings import Asked, MailKind, Tracking
from envoi.templates import parse_mail
from tests.campaigns.corner import FILES
from tests.campaigns.people import NOW
from tests.messages.reading import html_of, text_of

LINKS = Links(base="https://m.example", secret=b"s" * 32)
BODY = """<html><head><title>Hello</title></head><body>
<a href="https://shop.example/a?b=1&amp;c=2">one</a> <a href="{{ person.home }}">two</a>
<a href="{{ unsubscribe_url }}">leave</a> {% if person.first_name == "Boom" %}{{ 1 | divided_by: 0 }}{% endif %}
</body></html>"""
FALLBACK = '<html><head><title>x</title></head><body><a href="https://shop.example/f">f</a></body></html>'
DECISION = Decision(
    id="0123456789abcdef0123456789abcdef", campaign="hello", person=PersonId("7"), content="gold", arm="send",
    send_at=NOW, propensity=1.0,
)  # fmt: skip
OWN = "https://u.example/x?y='z'&w"


def press(*, clicks: Asked = Asked.OPT_IN, opens: Asked = Asked.OPT_IN) -> Press:
    project = load(FILES)
    settings = replace(project.settings, tracking=Tracking(clicks=clicks, opens=opens))
    template = replace(parse_mail(BODY), fallback=parse_mail(FALLBACK))
    return Press(campaign=project.campaign("hello"), template=template, settings=settings, links=LINKS)


def profile(*, clicks: bool | None = None, opens: bool | None = None, name: str = "Ada") -> Profile:
    said = {CLICKS: clicks, OPENS: opens}
    values = {"first_name": name, "email": "ada@example.org", "home": OWN}
    return Profile(
        person=PersonId("7"),
        traits={key: Trait(value=value, at=Instant(1)) for key, value in values.items()},
        consent={key: Said(granted=yes, at=Instant(1)) for key, yes in said.items() if yes is not None},
    )


def traces(message: Message) -> tuple[int, int]:
    """How many links lead by way of us, and how many pixels there are, in the mail as it arrives."""
    html = html_of(to_bytes(message))
    return len(re.findall('href="https://m.example/c/', html)), len(re.findall('src="https://m.example/o/', html))


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize(
    ("clicks", "opens", "asked", "found"),
    [
        (None, None, Asked.OPT_IN, (0, 0)),
        (True, None, Asked.OPT_IN, (2, 0)),
        (None, True, Asked.OPT_IN, (0, 1)),
        (True, True, Asked.OPT_IN, (2, 1)),
        (False, False, Asked.OPT_IN, (0, 0)),
        (None, None, Asked.OPT_OUT, (2, 1)),
        (False, None, Asked.OPT_OUT, (0, 1)),
        (None, False, Asked.OPT_OUT, (2, 0)),
        (False, False, Asked.OPT_OUT, (0, 0)),
        (True, True, Asked.OFF, (0, 0)),
    ],
)
def test_each_purpose_opens_its_own_trace(
    ready: bool, clicks: bool | None, opens: bool | None, asked: Asked, found: tuple[int, int]
) -> None:
    made = press(clicks=asked, opens=asked)
    message = compose(prepared(made) if ready else made, DECISION, profile(clicks=clicks, opens=opens), "m1")
    assert traces(message) == found
    # The text for those who read no HTML has its links as they are.
    text = text_of(to_bytes(message))
    assert "https://m.example/c/" not in text
    assert OWN in text


def test_every_link_of_a_mail_is_in_the_table_before_it_goes() -> None:
    made, table = prepared(press()), MemoryLinkTable()
    html = html_of(to_bytes(compose(made, DECISION, profile(clicks=True, opens=True), "m1")))
    made.editions.targets.store(table)
    found = [table.find(each) for each in re.findall(r'https://m.example/[co]/([^/"]+)/[^"]+"', html)]
    assert [link and link.url for link in found] == ["https://shop.example/a?b=1&c=2", OWN, PIXEL]
    marks = set(re.findall(r'https://m.example/[co]/[^/"]+/([^"]+)"', html))
    assert len(marks) == 1
    assert {LINKS.decision(mark, link) for mark in marks for link in found} == {DECISION.id}


def test_two_people_share_all_but_the_mark() -> None:
    made = prepared(press())
    reader = profile(clicks=True, opens=True)
    one, other = (
        html_of(to_bytes(compose(made, decision, reader, "m1")))
        for decision in (DECISION, changed(DECISION, id="f" * 32))
    )
    marks = [LINKS.mark(each, campaign="hello") for each in (DECISION.id, "f" * 32)]
    assert one.replace(marks[0], "") == other.replace(marks[1], "")


@pytest.mark.parametrize("ready", [False, True])
def test_who_gets_the_fallback_gets_its_links_led_too(ready: bool) -> None:
    made = press()
    message = compose(prepared(made) if ready else made, DECISION, profile(clicks=True, name="Boom"), "m1")
    assert traces(message) == (1, 0)


def test_what_is_seen_is_what_is_sent() -> None:
    reader = profile(clicks=True, opens=True)
    seen, sent = (compose(each, DECISION, reader, "m1") for each in (press(), prepared(press())))
    assert html_of(to_bytes(seen)) == html_of(to_bytes(sent))
    assert text_of(to_bytes(seen)) == text_of(to_bytes(sent))


def test_another_template_has_editions_of_its_own() -> None:
    other = replace(press(), template=parse_mail(FALLBACK))
    assert traces(compose(other, DECISION, profile(clicks=True), "m1")) == (1, 0)


def test_a_mail_to_a_list_says_how_to_leave_and_one_to_a_person_that_nobody_wrote_it() -> None:
    made = press()
    made = replace(made, settings=replace(made.settings, unsubscribe_mailto="unsubscribe@in.example.org"))
    message = compose(made, DECISION, profile(), "ab" * 16)
    address, _, subject = message.unsubscribe_mailto.partition("?")
    assert address == address_to_leave(LINKS.keys, "ab" * 16, "unsubscribe@in.example.org")
    assert subject == "subject=unsubscribe"
    assert message.feedback_id == "hello:newsletter:marketing:example.org"
    alone = replace(made, campaign=replace(made.campaign, kind=MailKind.TRANSACTIONAL))
    receipt = compose(alone, DECISION, profile(), "ab" * 16)
    assert (receipt.unsubscribe_url, receipt.unsubscribe_mailto) == ("", "")
    assert unescape(receipt.html).count("/unsubscribe/") == 1
