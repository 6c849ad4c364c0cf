"""What the law and mailbox providers ask: said once where it is missing, and not where it is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envoi.campaigns.lawful import worries_of_mail, worries_of_project
from envoi.campaigns.project import load
from envoi.settings import MailKind, Sender, Settings, Shop
from envoi.templates import parse_mail
from tests.campaigns.corner import FILES

GOOD = Settings(
    name="Corner",
    shop=Shop(name="Corner", address="1 Corner Street, Lisbon"),
    sender=Sender(name="Corner", email="shop@corner.example"),
    mail_url="smtp://localhost",
    link_base="https://mail.corner.example",
)
PAGE = "<html><head><title>x</title></head><body><p>%s</p></body></html>"


def test_a_project_that_does_all_is_not_worried_about() -> None:
    assert list(worries_of_project(GOOD)) == []


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        (replace(GOOD, shop=Shop(name="Corner", address="Lisbon")), ("shop", "address")),
        (replace(GOOD, shop=Shop(name="Corner", address="shop@corner.example")), ("shop", "address")),
        (replace(GOOD, shop=Shop(name="Corner", address="https://corner.example")), ("shop", "address")),
        (replace(GOOD, sender=Sender(name="Corner", email="corner@Gmail.com")), ("sender", "email")),
        (replace(GOOD, link_base="http://localhost:8025"), ("mail", "link_base")),
        (replace(GOOD, link_base="http://mail.corner.example"), ("mail", "link_base")),
    ],
)
def test_each_worry_stands_at_its_key(settings: Settings, keys: tuple[str, ...]) -> None:
    ((found, problem),) = worries_of_project(settings)
    assert found == keys
    assert problem.hint


def test_mail_that_stays_on_this_machine_may_have_links_to_it() -> None:
    here = replace(GOOD, mail_url="folder:mail", link_base="http://localhost:8025")
    assert list(worries_of_project(here)) == []


@pytest.mark.parametrize(
    ("body", "worries"),
    [("Hello", 1), ("{{ shop.address }}", 0), ("1 Corner Street, Lisbon", 0), ("{{ shop.name }}", 1)],
)
def test_a_marketing_mail_says_where_its_sender_is(body: str, worries: int) -> None:
    campaign, mail = load(FILES).campaign("hello"), parse_mail(PAGE % body)
    assert len(list(worries_of_mail(campaign, mail, GOOD))) == worries
    assert list(worries_of_mail(replace(campaign, kind=MailKind.TRANSACTIONAL), mail, GOOD)) == []
