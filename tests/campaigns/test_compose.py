"""Composing: the decision and the profile make the mail, the same one every time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from envoi.campaigns.compose import Press, compose, data_for, prepared
from envoi.campaigns.plan import plan
from envoi.campaigns.project import load
from envoi.clock import Instant
from envoi.decisions.decision import Decision, as_event, from_event
from envoi.errors import DataError
from envoi.events.event import PersonId, Stored
from envoi.messages.links import Links
from envoi.messages.mime import to_bytes
from envoi.people.profile import Profile, Trait
from envoi.templates import parse_mail
from tests.campaigns.corner import FILES
from tests.campaigns.people import NOW, Customer, known, shop
from tests.messages.test_mime import body as body_of
from tests.messages.test_mime import read

LINKS = Links(base="https://shop.example.org", secret=b"s" * 32)


@pytest.fixture(scope="module")
def press() -> Press:
    project = load(FILES)
    campaign = project.campaign("hello")
    return Press(campaign=campaign, template=project.templates["hello.mjml"], settings=project.settings, links=LINKS)


def decision(**changes: object) -> Decision:
    made = Decision(
        id="d1", campaign="hello", person=PersonId("7"), content="gold", arm="send", send_at=NOW, propensity=0.75,
        products=[{"product": "tea", "name": "Tea", "reason": "You bought this before"}],
    )  # fmt: skip
    return changed(made, **changes)


def profile(**traits: str | None) -> Profile:
    values = {"first_name": "Ada", "last_name": "Lee", "email": "ada@example.org"} | traits
    return Profile(
        person=PersonId("7"), traits={key: Trait(value=value, at=Instant(1)) for key, value in values.items()}
    )


def test_the_mail_is_what_was_decided(press: Press) -> None:
    message = compose(press, decision(), profile(), "m1")
    assert message.subject == "For our best"
    assert message.text.startswith("Hi Ada: Tea")
    assert (message.id, message.person, message.campaign) == ("m1", "7", "hello")
    assert (message.to.name, message.to.address) == ("Ada Lee", "ada@example.org")
    assert (message.sender.name, message.sender.address) == ("Corner shop", "shop@example.org")
    assert message.list_id == "newsletter.example.org"
    assert message.reply_to is None
    # 09:00 UTC in Paris, in summer.
    assert message.date.isoformat() == "2024-05-01T11:00:00+02:00"


def test_the_unsubscribe_link_is_signed_and_says_who_and_what(press: Press) -> None:
    message = compose(press, decision(), profile(), "m1")
    said = LINKS.read(message.unsubscribe_url.rpartition("/")[2])
    assert (said.person, said.purpose, said.campaign) == ("7", "newsletter", "hello")
    assert message.unsubscribe_url in message.text


@pytest.mark.parametrize(
    ("content", "subject"),
    [("gold", "For our best"), ("stamps", "Three stamps"), ("fallback", "Hello"), ("gone", "Hello")],
)
def test_the_content_is_the_rules_and_what_it_leaves_out_the_fallbacks(
    press: Press, content: str, subject: str
) -> None:
    assert compose(press, decision(content=content), profile(), "m1").subject == subject


def test_answers_go_where_the_project_says(press: Press) -> None:
    sender = replace(press.settings.sender, reply_to="help@example.org")
    message = compose(replace(press, settings=replace(press.settings, sender=sender)), decision(), profile(), "m1")
    assert message.reply_to is not None
    assert message.reply_to.address == "help@example.org"


@pytest.mark.parametrize("email", [None, "", "nobody"])
def test_without_an_address_there_is_no_mail(press: Press, email: str | None) -> None:
    with pytest.raises(DataError, match="is not an e-mail address"):
        compose(press, decision(), profile(email=email), "m1")


def test_the_template_sees_plain_values_only(press: Press) -> None:
    data = data_for(press, decision(), profile())
    assert data["person"] == {"id": "7", "first_name": "Ada", "last_name": "Lee", "email": "ada@example.org"}
    assert data["campaign"] == {"name": "hello", "subject": "", "preview": ""}
    assert data["why"] == "You get this mail because you agreed to our newsletter."


@given(st.text(max_size=20).filter(lambda name: name.isprintable()), st.sampled_from(["gold", "stamps", "fallback"]))
@settings(max_examples=50)
def test_the_same_decision_and_profile_give_the_same_bytes(press: Press, name: str, content: str) -> None:
    made, person = decision(content=content), profile(first_name=name)
    stored = Stored(seq=1, person=made.person, event=as_event(made))
    first = to_bytes(compose(press, made, person, "m1"))
    assert to_bytes(compose(press, from_event(stored), person, "m1")) == first


@given(st.sampled_from([None, "", "Ada", "A & <b>"]), st.sampled_from(["gold", "silver", None]))
@settings(max_examples=12)
def test_a_press_prepared_for_many_mails_says_the_same(press: Press, name: str | None, tier: str | None) -> None:
    body = (
        "{% if shop.url %}{{ shop.url }}{% else %}{{ shop.name | upcase }}{% endif %} {{ person.first_name }}"
        "{% if person.tier == 'gold' and shop.phone %}call{% elsif person.tier %}{{ person.tier | money }}{% endif %}"
        "{{ sender.email }} {{ why }} {{ campaign.subject }}"
    )
    page = "<html><head><title>From {{ shop.name }}</title></head><body><p>%s</p></body></html>"
    plain = replace(press, template=replace(parse_mail(page % body), fallback=parse_mail(page % "{{ why }}")))
    person = profile(first_name=name, tier=tier)
    sent, shown = (read(compose(each, decision(), person, "m1")) for each in (prepared(plain), plain))
    assert sent.items() == shown.items()
    assert body_of(sent, "plain") == body_of(shown, "plain")
    assert body_of(sent, "html") == body_of(shown, "html")


def test_a_planned_decision_survives_the_log_and_composes() -> None:
    with shop([Customer(tier="gold", email="ada@example.org")]) as (project, stores):
        campaign = project.campaign("hello")
        (planned,) = plan(campaign, known(project, stores), NOW)
        made = planned.decision
        assert made is not None
        template = project.templates["hello.mjml"]
        press = Press(campaign=campaign, template=template, settings=project.settings, links=LINKS)
        ada = stores.people.get([made.person])[made.person]
        message = compose(press, made, ada, "m1")
    assert message.subject == "For our best"
    assert message.text.startswith("Hi N1: Tea")
