from __future__ import annotations

import pytest

from envoi.campaigns.project import load, plan_of
from envoi.clock import parse_instant
from envoi.errors import InvalidProject, NotFound
from envoi.events.catalogue import Kind
from tests.campaigns.corner import FILES


def test_everything_the_files_say_is_there() -> None:
    project = load(FILES)
    assert project.settings.name == "Corner"
    assert str(project.settings.zone) == "Europe/Paris"
    assert project.settings.as_of is None
    assert project.definitions.points.keys() == {"stamps"}
    assert project.definitions.derived.keys() == {"rfm_recency", "rfm_frequency", "rfm_spend", "rfm_tier"}
    assert project.templates.keys() == {"hello.mjml"}
    campaign = project.campaign("hello")
    assert [rule.name for rule in campaign.rules] == ["gold", "stamps"]
    assert campaign.products is not None
    assert (campaign.holdout, campaign.purpose, campaign.products.count) == (0.25, "newsletter", 2)


def test_the_present_may_lie_in_the_past() -> None:
    main = FILES["envoi.toml"].replace("[sender]", "as_of = 2017-12-01T09:00:00-05:00\n\n[sender]", 1)
    assert load(FILES | {"envoi.toml": main}).settings.as_of == parse_instant("2017-12-01T14:00:00Z")


def test_mail_may_be_signed_and_keep_a_pace() -> None:
    more = """
[mail.rates_per_minute]
"Gmail.com" = 600
"*" = 30.5

[[dkim]]
domain = "example.org"
selector = "s1"
key = "dkim.pem"

[[dkim]]
domain = "example.org"
selector = "e1"
key = "/etc/ed25519.pem"
"""
    settings = load(FILES | {"envoi.toml": FILES["envoi.toml"] + more}).settings
    assert settings.rates_per_minute == {"gmail.com": 600, "*": 30.5}
    assert [(each.selector, each.key) for each in settings.dkim] == [("s1", "dkim.pem"), ("e1", "/etc/ed25519.pem")]
    assert load(FILES).settings.dkim == ()


@pytest.mark.parametrize(
    "wrong",
    [
        '[mail.rates_per_minute]\n"gmail.com" = 0',
        '[[dkim]]\ndomain = "example.org"\nselector = "s 1"\nkey = "a"',
        '[[dkim]]\ndomain = "example..org"\nselector = "s1"\nkey = "a"',
        '[[dkim]]\ndomain = "example.org"\nselector = "s1"',
    ],
)
def test_a_signature_or_a_pace_that_is_none_is_a_mistake(wrong: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        load(FILES | {"envoi.toml": FILES["envoi.toml"] + "\n" + wrong})
    assert caught.value.mistakes[0].at.line > len(FILES["envoi.toml"].splitlines())


@pytest.mark.parametrize(("name", "hint"), [("helo", "did you mean 'hello'?"), ("zzz", "known: 'hello'")])
def test_a_campaign_that_is_not_there_is_not_found(name: str, hint: str) -> None:
    with pytest.raises(NotFound, match=f"no campaign '{name}'") as caught:
        load(FILES).campaign(name)
    assert caught.value.hint == hint


def test_a_segment_that_is_not_there_is_not_found() -> None:
    assert load(FILES).segment("Gold").name == "Gold"
    with pytest.raises(NotFound, match="no segment 'Golf'; did you mean 'Gold'"):
        load(FILES).segment("Golf")


def test_conditions_may_speak_of_what_was_observed() -> None:
    files = FILES | {"segments/new.toml": 'name = "New"\ncondition = \'did "Cart Left" where size > 3\'\n'}
    with pytest.raises(InvalidProject, match='no event "Cart Left"'):
        load(files)
    assert "New" in load(files, observed={"Cart Left": {"size": "num"}}).segments


def test_the_plan_alone_can_be_read_from_a_project_with_mistakes() -> None:
    plan = plan_of({"events/plan.toml": FILES["events/plan.toml"], "envoi.toml": "="})
    assert plan.events["Order Completed"].properties["total"].kind is Kind.NUMBER
    assert plan_of({}).events == {}


def test_templates_and_campaigns_may_lie_in_folders() -> None:
    campaign = FILES["campaigns/hello.toml"].replace("hello.mjml", "winter/hi.mjml")
    files = FILES | {"campaigns/winter/snow.toml": campaign, "templates/winter/hi.mjml": FILES["templates/hello.mjml"]}
    project = load(files)
    assert project.templates[project.campaign("snow").template] is project.templates["winter/hi.mjml"]
