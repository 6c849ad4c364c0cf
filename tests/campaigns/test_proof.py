"""What breaks on a person's data is on record before anything is sent, and nobody else's mail suffers from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.campaigns.compose import Press
from envoi.clock import FixedClock
from envoi.decisions.decision import Decision, from_event
from envoi.flow import Run, Stores, in_bulk, send
from envoi.messages.ledger import Entry, State
from envoi.messages.links import Links
from envoi.messages.verify import verify
from envoi.reports.why import why_message
from tests.campaigns.corner import FILES
from tests.campaigns.people import NOW, Customer, shop

LINKS = Links(base="https://shop.example.org", secret=b"s" * 32)
PAGE = "<html><head><title>{}</title></head><body><p>{}</p><a href='{{{{ unsubscribe_url }}}}'>no</a></body></html>"
GOLD, SILVER = Customer(tier="gold", email="g@example.org"), Customer(tier="silver", email="s@example.org")
#: Fails for whoever is not gold.
BREAKS = "{% if person.tier != 'gold' %}{{ person.tier | money }}{% endif %}Dear {{ person.tier }}"
PLAIN = {"templates/plain.liquid": PAGE.format("Plain", "Dear customer")}


@contextmanager
def sent(body: str, *, campaign: str = "", **files: str) -> Iterator[tuple[Stores, list[Entry], dict[str, bytes]]]:
    """The stores, the entries and the mails, by person, of a campaign to one who is gold and one who is silver."""
    hello = FILES["campaigns/hello.toml"].replace('"hello.mjml"', f'"t.liquid"\n{campaign}').replace("0.25", "0.0")
    changes = {"campaigns/hello.toml": hello, "templates/t.liquid": PAGE.format("Hello", body)}
    main = {"envoi.toml": FILES["envoi.toml"] + files.get("main", "")}
    with shop([GOLD, SILVER], FILES | PLAIN | changes | main) as (project, stores):
        made, mailer = project.campaign("hello"), MemoryMailer()
        press = Press(campaign=made, template=project.mail(made), settings=project.settings, links=LINKS)
        in_bulk(made, stores, project.definitions, NOW, press=press)
        entries = list(stores.statement.entries("hello"))
        send(press, stores, Run(mailer=mailer, clock=FixedClock(NOW)))
        yield stores, entries, {mail.recipient[0]: mail.data for mail in mailer.sent}


def told(stores: Stores, entry: Entry) -> list[str]:
    """What the decision says of the template."""
    (stored,) = stores.archive.fetch([entry.decision])
    decision: Decision = from_event(stored)
    return [reason.because for reason in decision.reasons if reason.step == "template"]


def test_whose_data_break_the_template_gets_the_fallback_template() -> None:
    with sent(BREAKS, campaign='fallback_template = "plain.liquid"') as (stores, entries, mails):
        gold, silver = entries
        assert (b"Dear gold" in mails["g"], b"Dear customer" in mails["s"]) == (True, True)
        assert told(stores, gold) == []
        (reason,) = told(stores, silver)
        assert reason.startswith("fell back at line 1, column ")
        assert "money takes a number, not 'silver'" in reason
        assert [each.because for each in why_message(stores.archive, silver).reasons][-1] == reason


def test_whose_data_break_a_block_gets_the_fallback_of_the_block() -> None:
    with sent(f"{{% attempt %}}{BREAKS}{{% fallback %}}Dear friend{{% endattempt %}}") as (stores, entries, mails):
        assert (b"Dear gold" in mails["g"], b"Dear friend" in mails["s"]) == (True, True)
        assert [len(told(stores, entry)) for entry in entries] == [0, 1]


def test_without_a_fallback_they_are_skipped_when_planned_and_counted() -> None:
    with sent(BREAKS) as (stores, entries, mails):
        assert mails.keys() == {"g"}
        assert entries[1].state is State.SKIPPED
        assert entries[1].reason.startswith("could not be rendered: line 1, column ")
        assert told(stores, entries[1]) == [entries[1].reason]
        proof = verify(stores.statement, "hello")
        assert (proof.finished, proof.by_reason) == (True, {State.SKIPPED: {entries[1].reason: 1}})


def test_whom_the_template_withholds_from_is_skipped_with_its_reason() -> None:
    body = "{% if person.tier != 'gold' %}{% abort_message('gold only') %}{% endif %}Dear gold"
    # A fallback template is for what breaks, not for what is meant.
    with sent(body, campaign='fallback_template = "plain.liquid"') as (stores, entries, mails):
        assert mails.keys() == {"g"}
        assert entries[1].reason == "the template withholds this mail: gold only"
        assert told(stores, entries[1]) == [entries[1].reason]


def test_a_missing_field_gets_the_projects_fallback_and_the_decision_says_so() -> None:
    main = '\n[fallbacks]\n"person.tier" = "friend"\n"person.first_name" = "there"\n'
    customers = [GOLD, Customer(email="n@example.org")]
    files = {
        "campaigns/hello.toml": FILES["campaigns/hello.toml"].replace("hello.mjml", "t.liquid").replace("0.25", "0.0")
    }
    files |= {
        "envoi.toml": FILES["envoi.toml"] + main,
        "templates/t.liquid": PAGE.format("T", "Dear {{ person.tier }}"),
    }
    with shop(customers, FILES | files) as (project, stores):
        made, mailer = project.campaign("hello"), MemoryMailer()
        press = Press(campaign=made, template=project.mail(made), settings=project.settings, links=LINKS)
        in_bulk(made, stores, project.definitions, NOW, press=press)
        send(press, stores, Run(mailer=mailer, clock=FixedClock(NOW)))
        entries = list(stores.statement.entries("hello"))
        assert [told(stores, each) for each in entries] == [[], ["person.tier is missing: it says 'friend'"]]
    assert [b"Dear gold" in mailer.sent[0].data, b"Dear friend" in mailer.sent[1].data] == [True, True]


@pytest.mark.parametrize("body", ["{% abort_message('not today') %}", "{{ 'x' | money }}"])
def test_what_breaks_only_when_it_is_sent_is_skipped_then(body: str) -> None:
    hello = FILES["campaigns/hello.toml"].replace("hello.mjml", "t.liquid").replace("0.25", "0.0")
    files = {"campaigns/hello.toml": hello, "templates/t.liquid": PAGE.format("T", body)}
    with shop([GOLD], FILES | files) as (project, stores):
        made, mailer = project.campaign("hello"), MemoryMailer()
        press = Press(campaign=made, template=project.mail(made), settings=project.settings, links=LINKS)
        in_bulk(made, stores, project.definitions, NOW)
        send(press, stores, Run(mailer=mailer, clock=FixedClock(NOW)))
        (entry,) = stores.statement.entries("hello")
    withheld = "the template withholds this mail: not today"
    assert (entry.state, entry.reason == withheld) == (State.SKIPPED, "abort" in body)
    assert mailer.sent == []
