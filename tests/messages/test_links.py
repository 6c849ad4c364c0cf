"""Public links: what was signed comes back, for its own campaign and person, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.messages.links import PIXEL, Links, Reader
from envoi.messages.tokens import for_url, from_url
from tests.messages.test_tokens import flipped

LINKS = Links(base="https://mail.example.org", secret=b"a secret of the tests")
RENEWED = Links(base=LINKS.base, secret=b"another", older=(LINKS.secret,))
ADA = PersonId("email:ada@example.org")
DECISION = "0123456789abcdef0123456789abcdef"
texts = st.text(st.characters(codec="utf-8"), max_size=20)


def token(links: Links = LINKS) -> str:
    return links.unsubscribe(ADA, purpose="newsletter", campaign="weekly").rpartition("/")[2]


@given(texts, texts, texts)
def test_what_was_signed_comes_back(person: str, purpose: str, campaign: str) -> None:
    url = LINKS.unsubscribe(PersonId(person), purpose=purpose, campaign=campaign)
    assert url.startswith("https://mail.example.org/unsubscribe/")
    for links in (LINKS, RENEWED):
        assert links.read(url.rpartition("/")[2]) == Reader(PersonId(person), purpose, campaign)


def test_no_bit_can_be_changed() -> None:
    for wrong in flipped(from_url(token())):
        with pytest.raises(NotFound, match="not one of ours"):
            LINKS.read(for_url(wrong))


@pytest.mark.parametrize("wrong", ["", "x", "ä", "AAAA", "=" * 9, "A" * 5000, token(Links(base="", secret=b"another"))])
def test_every_wrong_token_is_refused_alike(wrong: str) -> None:
    with pytest.raises(NotFound, match="not one of ours"):
        LINKS.read(wrong)


def test_no_token_says_who_it_is_for() -> None:
    link = LINKS.link("weekly", "https://shop.example/")
    tokens = [from_url(token()), from_url(LINKS.mark(DECISION, campaign="weekly")), from_url(link.id)]
    for each in tokens:
        assert not any(word in each for word in (b"ada", b"example", b"newsletter", b"weekly"))


def test_a_link_is_accepted_in_mails_of_its_own_campaign_only() -> None:
    ours, theirs = LINKS.link("weekly", "https://shop.example/"), LINKS.link("spring", "https://shop.example/")
    assert ours.id != theirs.id
    mark = LINKS.mark(DECISION, campaign="weekly")
    assert LINKS.decision(mark, ours) == RENEWED.decision(mark, ours) == DECISION
    for link in (theirs, None):
        with pytest.raises(NotFound, match="not one of ours"):
            LINKS.decision(mark, link)


def test_no_bit_of_a_mails_mark_can_be_changed() -> None:
    link = LINKS.link("weekly", PIXEL)
    for wrong in flipped(from_url(LINKS.mark(DECISION, campaign="weekly"))):
        with pytest.raises(NotFound, match="not one of ours"):
            LINKS.decision(for_url(wrong), link)


def test_without_a_link_a_mark_made_for_no_campaign_is_refused_too() -> None:
    with pytest.raises(NotFound):
        LINKS.decision(LINKS.mark(DECISION, campaign=""), None)
