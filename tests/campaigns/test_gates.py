"""Gates: which purposes a condition needs, whom they let through in every judge, and that nothing reads otherwise."""

from __future__ import annotations

import pytest

from envoi.campaigns.gates import gated, needs
from envoi.campaigns.project import Project, load
from envoi.conditions import bind, explain, facts, parse, written
from envoi.conditions.rows import judge
from envoi.conditions.tree import Gated
from envoi.errors import InvalidProject
from envoi.events.event import Name, PersonId
from envoi.segments.batch import members
from envoi.settings import Asked, Consents
from tests.reports.corner import DAY, ENVOI, NOW, PLAN, happened, project, stores, visit

SEGMENTS = {
    "came": 'did "Visit"',
    "gold": 'tier = "gold"',
    "likely": "model buys >= 0.5",
    "both": 'in segment "came" and in segment "likely"',
    "away": 'not in segment "came"',
}
SHOP = project(**SEGMENTS)


@pytest.mark.parametrize(
    ("text", "purposes"),
    [
        ('did "Visit"', {"profiling"}),
        ('did not "Visit" in the last 7 days', {"profiling"}),
        ('days since last "Visit" > 3', {"profiling"}),
        ('tier = "gold" and consents to newsletter', set()),
        ("age > 30 or age is missing", set()),
        ("model buys >= 0.5", {"model_scoring"}),
        ('in segment "gold"', set()),
        ('not in segment "came"', {"profiling"}),
        ('in segment "both" and tier = "gold"', {"profiling", "model_scoring"}),
    ],
)
def test_what_a_condition_needs(text: str, purposes: set[str]) -> None:
    assert needs(parse(text), SHOP.definitions) == purposes


@pytest.mark.parametrize(("asked", "let_in"), [(Asked.OPT_OUT, ["1", "2"]), (Asked.OPT_IN, ["1"]), (Asked.OFF, [])])
def test_every_judge_lets_the_same_people_through(asked: Asked, let_in: list[str]) -> None:
    said = {1: True, 2: None, 3: False}
    events = [visit(person, NOW - 2 * DAY) for person in said] + [
        happened(person, Name.CONSENT_CHANGED, NOW - DAY, {"purpose": "profiling", "granted": granted})
        for person, granted in said.items()
        if granted is not None
    ]
    kept = stores(events)
    condition = gated(parse('did "Visit"'), SHOP.definitions, Consents(profiling=asked))
    bound = bind(condition, SHOP.definitions)
    assert members(bound, kept.tables, NOW) == let_in
    for person in said:
        known = facts(kept.archive.of(PersonId(str(person)), 0), NOW)
        assert judge(bound, known).holds is (str(person) in let_in)
        why = explain(bound, known)
        # Whom the gate lets through reads the condition as it was written; the others see what stopped them.
        assert (why.says == 'did "Visit"') is why.holds is (str(person) in let_in)


def test_a_gated_segment_reads_as_it_was_written() -> None:
    for name, text in SEGMENTS.items():
        condition = SHOP.segment(name).condition
        assert isinstance(condition, Gated)
        assert written(condition) == text
        assert parse(written(condition)) == condition.parts[0]


LETTER = "<html><head><title>Hi</title></head><body>Hi {{ unsubscribe_url }} {{ shop.address }}</body></html>"


def shop(campaign: str, *, more: str = "") -> Project:
    files = {"envoi.toml": ENVOI + more, "events/plan.toml": PLAN, "templates/hi.liquid": LETTER}
    return load({**files, "campaigns/hi.toml": f"audience = 'did \"Visit\"'\ntemplate = 'hi.liquid'\n{campaign}"})


def test_mail_that_follows_from_what_a_person_did_is_no_profiling() -> None:
    marketing = shop('purpose = "newsletter"').campaign("hi")
    receipt = shop('purpose = "transactional"\nkind = "transactional"').campaign("hi")
    assert (isinstance(marketing.audience, Gated), marketing.needs) == (True, frozenset({"profiling"}))
    assert (isinstance(receipt.audience, Gated), receipt.needs) == (False, frozenset())


@pytest.mark.parametrize(
    ("campaign", "more", "what", "hint"),
    [
        ('purpose = "newsleter"', "", "no purpose 'newsleter'", "did you mean 'newsletter'?"),
        ('purpose = "newsletter/wine"', "", "no purpose 'newsletter/wine'", "did you mean 'newsletter'?"),
        (
            'purpose = "newsletter"',
            '[consent]\nprivacy_control = ["profilling"]\n',
            "no purpose 'profilling'",
            "did you mean 'profiling'?",
        ),
        (
            'purpose = "newsletter"',
            '[sign_up]\npurposes = ["news"]\nwording = "Yes"\n',
            "no purpose 'news'",
            "known: 'click_tracking', ",
        ),
        (
            "purpose = 'newsletter'\n[[content]]\nname = 'a'\npriority = 1\nwhen = 'consents to surveis'\n",
            "[purposes.surveys]\n",
            "no purpose 'surveis'",
            "did you mean 'surveys'?",
        ),
        ('purpose = "newsletter"', '[consent]\nprofilling = "off"\n', "unknown key 'consent.profilling'", ""),
    ],
)
def test_a_purpose_that_nobody_can_agree_to_is_a_mistake(campaign: str, more: str, what: str, hint: str) -> None:
    with pytest.raises(InvalidProject) as caught:
        shop(campaign, more=more)
    (mistake,) = caught.value.mistakes
    assert what in str(mistake)
    assert mistake.hint.startswith(hint)
    assert mistake.at.line


def test_a_topic_of_its_own_is_a_purpose() -> None:
    topics = '[purposes.newsletter.topics]\nwine = "Wine"\n'
    assert shop('purpose = "newsletter/wine"', more=topics).campaign("hi").purpose == "newsletter/wine"
