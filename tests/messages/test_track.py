"""Tracking: what leads by way of us, who agreed to it, and what is kept of a hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.memory_links import MemoryLinkTable
from envoi.clock import Instant
from envoi.errors import StoreFailed
from envoi.events.event import Name, PersonId
from envoi.messages.links import PIXEL, Link, Links
from envoi.messages.track import Hit, Targets, as_event, is_tracked
from envoi.people.consent import permits
from envoi.people.profile import Profile, Said
from envoi.people.purposes import CLICKS
from envoi.settings import Asked

LINKS = Links(base="https://m.example", secret=b"test")
DECISION = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "tracked"),
    [
        ("https://shop.example", True),
        ("HTTP://shop.example/a b?c=ä#d", True),
        (" https://shop.example/ ", True),
        ("https://m.example/", True),
        ("https://m.example/unsubscribe/x", False),
        ("https://m.example/preferences/x", False),
        ("https://m.example/v/x", False),
        ("https://m.example/c/x/y", False),
        ("mailto:a@b.example", False),
        ("tel:+4930", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//shop.example/", False),
        ("/sale", False),
        ("#top", False),
        ("", False),
        ("https://", False),
        ("https://[shop", False),
        ("https://schön.example/", False),
        ("https://shop.example/\r\nSet-Cookie: a=b", False),
        ("https://shop.example/" + "a" * 3000, False),
    ],
)
def test_only_pages_on_the_web_that_are_none_of_ours_are_tracked(url: str, tracked: bool) -> None:
    assert is_tracked(url, "https://m.example") is tracked
    assert bool(Targets(LINKS, "weekly").lead(url)) is tracked


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=20))
def test_each_address_has_one_link_that_leads_there(paths: list[str]) -> None:
    targets, table = Targets(LINKS, "weekly"), MemoryLinkTable()
    urls = [f"https://shop.example/{path}" for path in paths]
    heads = {url: targets.lead(url) for url in urls}
    targets.store(table)
    for url, head in heads.items():
        name = head.removeprefix("https://m.example/c/").rstrip("/")
        assert table.find(name) == Link(id=name, campaign="weekly", url=url)
    assert len(set(heads.values())) == len(set(urls))


def test_two_workers_give_the_same_links() -> None:
    one, other = Targets(LINKS, "weekly"), Targets(LINKS, "weekly")
    assert one.lead("https://shop.example/") == other.lead("https://shop.example/")
    assert one.lead("https://shop.example/") != Targets(LINKS, "spring").lead("https://shop.example/")


def test_what_could_not_be_stored_is_stored_next_time() -> None:
    class Full(MemoryLinkTable):
        def add(self, _: object) -> None:
            raise StoreFailed("the disk is full")

    targets, table = Targets(LINKS, "weekly"), MemoryLinkTable()
    head, pixel = targets.lead("https://shop.example/"), targets.pixel
    with pytest.raises(StoreFailed):
        targets.store(Full())
    targets.store(table)
    assert table.find(head.split("/")[-2]) is not None
    assert table.find(pixel.split("/")[-2]) == LINKS.link("weekly", PIXEL)


def said(*, granted: bool) -> Profile:
    return Profile(person=PersonId("1"), consent={CLICKS: Said(granted=granted, at=Instant(1))})


@pytest.mark.parametrize(
    ("asked", "never", "yes", "no"),
    [(Asked.OPT_IN, False, True, False), (Asked.OPT_OUT, True, True, False), (Asked.OFF, False, False, False)],
)
def test_who_is_counted_is_the_projects_question_and_the_persons_answer(
    asked: Asked, never: bool, yes: bool, no: bool
) -> None:
    assert permits(Profile(person=PersonId("1")), CLICKS, asked) is never
    assert permits(said(granted=True), CLICKS, asked) is yes
    assert permits(said(granted=False), CLICKS, asked) is no
    assert not permits(None, CLICKS, asked)


def hit(url: str) -> Hit:
    link = LINKS.link("weekly", url)
    return Hit(id="h1", decision=DECISION, link=link, at=Instant(7), agent="Firefox on Ada's telephone")


def test_a_click_is_an_event_with_its_address_and_no_trace_of_the_browser() -> None:
    event = as_event(hit("https://shop.example/"), PersonId("1"), message_id="m", machine="")
    assert (event.name, event.at, event.keys) == (Name.EMAIL_CLICKED, 7, {"user_id": "1"})
    assert event.props == {
        "campaign": "weekly", "message_id": "m", "url": "https://shop.example/", "machine": False, "why_machine": "",
    }  # fmt: skip


def test_an_opening_has_no_address_and_says_what_opened_it() -> None:
    event = as_event(hit(PIXEL), PersonId("1"), message_id="m", machine="Gmail's image proxy")
    assert event.name == Name.EMAIL_OPENED
    assert event.props == {
        "campaign": "weekly", "message_id": "m", "machine": True, "why_machine": "Gmail's image proxy",
    }  # fmt: skip


def test_a_hit_recorded_twice_is_one_event() -> None:
    one, other = (as_event(hit(PIXEL), PersonId("1"), message_id="m", machine=why) for why in ("", "a robot"))
    assert (one.source, one.id) == (other.source, other.id)
