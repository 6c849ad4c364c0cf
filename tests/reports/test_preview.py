"""Preview is the send path: what it shows is, byte for byte, what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.errors import NotFound, TemplateError
from envoi.events.event import PersonId
from envoi.flow import Run, send
from envoi.hosts.local import Envoi, open_project
from envoi.messages.mime import to_bytes
from envoi.reports import preview
from envoi.reports.preview import OUTSIDE, Stage, cases, made, profile_of, sample, would_get
from envoi.templates.mail import parse_mail
from tests.hosts.web.shop import make


@pytest.fixture(scope="module")
def envoi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoi]:
    """The shop of the pages: one campaign was sent, one half-way, and one not at all."""
    root: Path = tmp_path_factory.mktemp("shop")
    make(root)
    with open_project(root) as opened:
        yield opened


def sent_by(envoi: Envoi, campaign: str) -> dict[str, bytes]:
    """What a mailer is handed, by message id."""
    mailer = MemoryMailer()
    send(envoi.press(campaign), envoi.stores, Run(mailer=mailer, clock=envoi.clock))
    return {outgoing.message_id: outgoing.data for outgoing in mailer.sent}


def test_the_mail_is_to_the_byte_the_one_that_is_sent(envoi: Envoi) -> None:
    stage = envoi.stage("later")
    people = [PersonId(str(number)) for number in range(1, 30)]
    before = {person: made(stage, person) for person in people}
    assert envoi.freeze("later")
    after = {person: made(stage, person) for person in people}
    sent = sent_by(envoi, "later")
    assert len(sent) > 10
    compared = 0
    for person in people:
        assert after[person].decision == before[person].decision
        assert after[person].message == before[person].message
        message = after[person].message
        if message and message.id in sent:
            assert to_bytes(message) == sent[message.id]
            compared += 1
    # The one whose id is a path is not among them.
    assert compared == len(sent) - 1


def test_the_command_and_the_page_show_the_same(envoi: Envoi) -> None:
    shown = made(envoi.stage("hello"), PersonId("2")).message
    told = envoi.preview("hello", "2")
    assert shown is not None
    assert (told.subject, told.html, told.text) == (shown.subject, shown.html, shown.text)


def test_who_is_not_in_the_audience_is_told_so_and_sees_the_mail_all_the_same(envoi: Envoi) -> None:
    stage = envoi.stage("half")
    campaign = replace(stage.press.campaign, name="fresh", audience=envoi.project.segment("Nobody").condition)
    outside = made(replace(stage, press=replace(stage.press, campaign=campaign)), PersonId("3"))
    assert outside.skip == OUTSIDE
    assert outside.message is not None
    with pytest.raises(NotFound, match="no person 'nobody'"):
        made(stage, PersonId("nobody"))


def test_a_sample_is_what_templates_see_of_everyone_or_of_some_evenly(
    envoi: Envoi, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = envoi.stage("hello")
    everyone = sample(stage)
    assert len(everyone) == cases(stage).looked_at
    assert {"person", "content", "products", "unsubscribe_url"} <= set(everyone[0])
    monkeypatch.setattr(preview, "SAMPLED", 7)
    assert sample(stage) == everyone[::4]
    assert len(everyone[::4]) <= 7


def test_edge_cases_are_the_same_before_and_after_the_campaign_is_planned(envoi: Envoi) -> None:
    stage = envoi.stage("hello")
    planned = cases(stage)
    again = replace(stage, press=replace(stage.press, campaign=replace(stage.press.campaign, name="hello again")))
    # Who is held out differs, for whom there is a decision does not.
    assert cases(again) == planned
    assert planned.looked_at == sum(1 for entry in envoi.stores.statement.entries("hello", limit=99) if entry.decision)
    labels = [case.label for case in planned.found]
    assert labels == ["longest name", "content: regular", "content: fallback", "branch, line 4"]


def of_another_template(stage: Stage, body: str) -> Stage:
    page = f"<html><head><title>Hi</title></head><body>{body}</body></html>"
    campaign = replace(stage.press.campaign, name="tried")
    return replace(stage, press=replace(stage.press, campaign=campaign, template=parse_mail(page)))


def test_a_mail_that_its_template_withholds_is_skipped_with_the_reason(envoi: Envoi) -> None:
    stage = of_another_template(envoi.stage("hello"), "{% abort_message('nothing to say') %}")
    shown = would_get(stage, profile_of(stage, PersonId("2")))
    assert (shown.message, shown.skip) == (None, "the template withholds this mail: nothing to say")


def test_what_somebody_gets_instead_is_told_before_anything_is_planned(envoi: Envoi) -> None:
    body = "{% attempt %}{{ 1 | divided_by: nothing }}{% fallback %}as ever{% endattempt %}"
    stage = of_another_template(envoi.stage("hello"), body)
    shown = would_get(stage, profile_of(stage, PersonId("2")))
    assert shown.message is not None
    assert "as ever" in shown.message.html
    assert shown.decision is not None
    reasons = [each.because for each in shown.decision.reasons if each.step == "template"]
    assert reasons == ["fell back at line 1, column 63: divided_by: can't divide by 0"]


def test_a_template_that_fails_says_where(envoi: Envoi) -> None:
    stage = of_another_template(envoi.stage("hello"), "{{ 1 | divided_by: 0 }}")
    with pytest.raises(TemplateError, match="line 1, column"):
        would_get(stage, profile_of(stage, PersonId("2")))
