"""Estimates of those who allow it: beside what people told, for who asks for them, taken back, and never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.clock import Instant, parse_instant
from envoi.errors import InvalidProject, ProjectError
from envoi.events.catalogue import Catalogue
from envoi.events.clean import Cleaner, Raw
from envoi.events.event import Event, Name, PersonId, Rejected, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.cli.main import run
from envoi.hosts.imputing import impute
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from pathlib import Path

NOW = parse_instant("2024-05-01T09:00:00Z")
TEMPLATE = """<mjml><mj-head><mj-title>Hi</mj-title></mj-head><mj-body><mj-section><mj-column><mj-text>
[{{ person.age }}|{{ person.imputed.age }}] <a href="{{ unsubscribe_url }}">no</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""
FILES = {
    "envoi.toml": """name = "Shop"
as_of = 2024-05-01T09:00:00Z
sender = { name = "Shop", email = "shop@example.org" }
shop = { name = "Shop", address = "1 Street" }
[consent]
model_scoring = "opt-in"
[impute]
fields = ["age", "tier"]
method = "median"
""",
    "events/plan.toml": '[traits]\nage = "number"\ntier = "text"\nemail = "text"\nfirst_name = "text"\n',
    "segments/grown.toml": "condition = 'imputed.age >= 30 or age >= 30'",
    "campaigns/hello.toml": 'audience = "email is present"\npurpose = "newsletter"\ntemplate = "hello.mjml"\n',
    "templates/hello.mjml": TEMPLATE,
}


def said(person: int, name: str, at: int, **props: Value) -> tuple[PersonId, Event]:
    when = Instant(at)
    made = Event(
        id=f"{person}/{name}/{at}/{props.get('purpose', '')}", source="crm", name=name, keys={"user_id": str(person)},
        at=when, seen_at=when, props=props,
    )  # fmt: skip
    return PersonId(str(person)), made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    events = []
    for n in range(60):
        traits: dict[str, Value] = {"email": f"p{n}@example.org", "tier": "gold"}
        if n % 3:
            traits["age"] = 20 + n
        events.append(said(n, Name.PROFILE_UPDATED, NOW - 1_000_000 + n, **traits))
        events.append(said(n, Name.CONSENT_CHANGED, NOW - 900_000, purpose="newsletter", granted=True))
        if n != 6:
            events.append(said(n, Name.CONSENT_CHANGED, NOW - 900_000, purpose="model_scoring", granted=n != 3))
    take_in(tmp_path, events)
    return tmp_path


def take_in(root: Path, events: list[tuple[PersonId, Event]]) -> None:
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=events)]))


def test_estimates_are_beside_what_people_told_and_only_of_who_allows_it(root: Path) -> None:
    with open_project(root) as envoi:
        done = impute(envoi)
        assert (done.people, done.without_consent, done.changed) == (60, 2, 18)
        assert [(each.field, each.method, each.known, each.estimated) for each in done.fields] == [
            ("age", "median", 40, 18),
            ("tier", "most frequent", 58, 0),
        ]
        profiles = envoi.stores.people.get([PersonId(str(n)) for n in (0, 1, 3, 6)])
        assert profiles[PersonId("0")].value("age") is None
        assert profiles[PersonId("0")].value("imputed.age") == 50
        assert all(profiles[PersonId(str(n))].value("imputed.age") is None for n in (1, 3, 6))


def test_only_who_asks_for_estimates_sees_them(root: Path) -> None:
    with open_project(root) as envoi:
        impute(envoi)
        assert envoi.who("age is missing", only_count=True).count == 20
        assert envoi.who("age >= 30", only_count=True).count == 34
        assert envoi.who('in segment "grown"', only_count=True).count == 34 + 18
        assert envoi.why("0", segment="grown").holds
        assert "[|50]" in envoi.preview("hello", "0").text
        assert "[21|]" in envoi.preview("hello", "1").text


def test_a_second_run_changes_nothing(root: Path) -> None:
    with open_project(root) as envoi:
        impute(envoi)
        before = envoi.stores.log.position()
        assert impute(envoi).changed == 0
        assert envoi.stores.log.position() == before


def test_what_is_told_since_and_a_purpose_withdrawn_take_an_estimate_back(root: Path) -> None:
    with open_project(root) as envoi:
        impute(envoi)
    with open_project(root) as envoi:
        # A purpose closes at once where estimates are used, and takes them back with the next run.
        assert envoi.who('in segment "grown"', only_count=True).count == 34 + 18
    take_in(root, [
        said(0, Name.PROFILE_UPDATED, NOW, age=50),
        said(9, Name.CONSENT_CHANGED, NOW, purpose="model_scoring", granted=False),
    ])  # fmt: skip
    with open_project(root) as envoi:
        assert envoi.who('in segment "grown" and imputed.age >= 30', only_count=True).count == 17
        assert "[|]" in envoi.preview("hello", "9").text
        assert impute(envoi).changed == 2
        profiles = envoi.stores.people.get([PersonId("0"), PersonId("9")])
        assert [each.value("imputed.age") for each in profiles.values()] == [None, None]
        assert envoi.who("imputed.age is present", only_count=True).count == 16


def test_a_dry_run_stores_nothing(root: Path) -> None:
    with open_project(root) as envoi:
        before = envoi.stores.log.position()
        assert impute(envoi, dry_run=True).changed == 18
        assert envoi.stores.log.position() == before


def test_the_command_says_how_good_they_are(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impute", "--project", str(root)]) == 0
    told = capsys.readouterr().out
    assert "estimates changed for 18 of 60 people" in told
    assert "imputed.age   18 by median from 40; where the truth was hidden, off by" in told
    assert "left out 2 who did not consent to model_scoring" in told


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ('["email"]', "'email' is never estimated: it is what reaches a person"),
        ('["first_name"]', "'first_name' is never estimated: it is a name"),
        ('["agee"]', "no trait 'agee'"),
    ],
)
def test_what_may_not_be_estimated_is_a_mistake_of_the_project(root: Path, fields: str, what: str) -> None:
    path = root / "envoi.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["age", "tier"]', fields), encoding="utf-8")
    (root / "segments" / "grown.toml").unlink()
    (root / "templates" / "hello.mjml").write_text(TEMPLATE.replace(".imputed.age", ".age"), encoding="utf-8")
    with pytest.raises(InvalidProject) as raised, open_project(root):
        pass
    assert [mistake.what for mistake in raised.value.mistakes] == [what]


def test_a_project_that_estimates_nothing_says_how_to_begin(root: Path) -> None:
    path = root / "envoi.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("[impute]")[0], encoding="utf-8")
    (root / "segments" / "grown.toml").unlink()
    with open_project(root) as envoi, pytest.raises(ProjectError, match="which fields to estimate"):
        impute(envoi)


def test_nobody_else_can_say_what_an_estimate_says() -> None:
    with_event = Raw(source="web", id="1", name="Trait Imputed", keys={"user_id": "1"}, props={"imputed": {"a": 1}})
    refused = Cleaner(Catalogue())(with_event, NOW)
    assert isinstance(refused, Rejected)
    assert "only Envoi itself says that" in refused.reason
