"""Who agreed is asked about, with what is named and nothing else; what they told stays; no fault stops anything."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.people.enriched import ErasableAnswers, open_answers
from envoi.clock import Instant, parse_instant
from envoi.errors import InvalidProject, ProjectError
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.cli.main import run
from envoi.hosts.enriching import enrich
from envoi.hosts.folder import state_folder
from envoi.hosts.local import open_project
from tests.adapters.answering import Asked, answering, saying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from envoi.reports.enriched import Enriched
    from tests.adapters.answering import Server

NOW = parse_instant("2024-05-01T09:00:00Z")
MAIN = """name = "Shop"
as_of = 2024-05-01T09:00:00Z
sender = {{ name = "Shop", email = "shop@example.org" }}
shop = {{ name = "Shop", address = "1 Street" }}
[enrich.who]
url = "{url}"
keys = ["email"]
fields = {{ employer = "company.name", country = "geo.country", age = "age" }}
header = "Authorization"
secret = "ENVOI_WHO_KEY"
per_minute = 6000
private = true
{more}
"""
FILES = {
    "events/plan.toml": """[traits]
email = "text"
employer = "text"
country = "text"
age = "number"
notes = "text"
""",
    "rules/people.toml": '[fields.country]\nrule = "country"\n',
}
ANSWER = {"company": {"name": "Acme", "size": 9}, "geo": {"country": "Deutschland"}, "age": 33, "secret": "x"}


def said(person: int, name: str, at: int, **props: Value) -> tuple[PersonId, Event]:
    when = Instant(at)
    made = Event(
        id=f"{person}/{name}/{at}", source="crm", name=name, keys={"user_id": str(person)}, at=when, seen_at=when,
        props=props,
    )  # fmt: skip
    return PersonId(str(person)), made


@pytest.fixture
def server() -> Iterator[Server]:
    with answering(saying(200, json.dumps(ANSWER).encode())) as served:
        yield served


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six people: 0 and 1 agreed and lack all, 2 told their age, 3 said no, 4 was never asked, 5 has no address."""
    root = tmp_path_factory.mktemp("people")
    write(root, "https://who.example.org")
    events = []
    for n in range(6):
        traits: dict[str, Value] = {"notes": "private"} | ({"age": 70} if n == 2 else {})
        if n != 5:
            traits["email"] = f"p{n}@example.org"
        events.append(said(n, Name.PROFILE_UPDATED, NOW - 2_000_000, **traits))
        if n != 4:
            events.append(said(n, Name.CONSENT_CHANGED, NOW - 1_000_000, purpose="enrichment", granted=n != 3))
    take_in(root, events)
    return root


@pytest.fixture
def root(people: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """These, for a test alone, and somebody to ask."""
    monkeypatch.setenv("ENVOI_WHO_KEY", "Bearer k")
    copy = shutil.copytree(people, tmp_path / "shop")
    write(copy, server.url)
    return copy


def write(root: Path, url: str, more: str = "") -> None:
    for name, text in {**FILES, "envoi.toml": MAIN.format(url=url, more=more)}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def take_in(root: Path, events: list[tuple[PersonId, Event]]) -> None:
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=events)]))


def ask(root: Path, *, dry_run: bool = False) -> Enriched:
    waited: list[float] = []
    [found] = enrich(root, wait=waited.append, dry_run=dry_run).providers
    assert all(each == 0.01 for each in waited)
    return found


def values(root: Path, person: int) -> tuple[Value, Value, Value]:
    with open_project(root) as envoi:
        profile = envoi.stores.people.get([PersonId(str(person))])[PersonId(str(person))]
        return profile.value("employer"), profile.value("country"), profile.value("age")


def test_only_who_agreed_is_asked_about_and_with_nothing_but_the_named_keys(root: Path, server: Server) -> None:
    done = ask(root)
    assert [json.loads(each.body) for each in server.asked] == [{"email": f"p{n}@example.org"} for n in (0, 1, 2)]
    assert {each.headers["authorization"] for each in server.asked} == {"Bearer k"}
    assert (done.wanted, done.without_consent, done.asked, done.people, done.values) == (3, 2, 3, 3, 8)


def test_what_came_back_is_cleaned_by_the_rules_and_what_a_person_told_stays(root: Path) -> None:
    ask(root)
    assert values(root, 0) == ("Acme", "DE", 33)
    assert values(root, 2) == ("Acme", "DE", 70)
    assert values(root, 3) == values(root, 4) == (None, None, None)
    with open_project(root) as envoi:
        [event] = [
            one.event for one in envoi.stores.log.read() if one.event.source == "enrich:who" and one.person == "0"
        ]
        assert (event.name, event.keys) == (Name.PROFILE_UPDATED, {"user_id": "0"})
        assert event.raw == {"country": ("Deutschland", "country")}


def test_an_answer_is_kept_until_it_is_old(root: Path, server: Server) -> None:
    server.say = saying(200, b'{"company": {"name": "Acme"}}')
    ask(root)
    again = ask(root)
    assert (len(server.asked), again.asked, again.cached, again.people) == (3, 0, 3, 0)
    with open_answers(state_folder(root)) as answers:
        for n in (0, 1, 2):
            kept = answers.get("who", PersonId(str(n)))
            assert kept is not None
            old = type(kept)(asked=kept.asked, answer=kept.answer, given=kept.given, until=Instant(0))
            answers.put("who", PersonId(str(n)), old)
    # What it told itself is its own to change; what a person says since is not.
    take_in(root, [said(1, Name.PROFILE_UPDATED, NOW, employer="Own Shop")])
    server.say = saying(200, b'{"company": {"name": "Apex"}}')
    assert ask(root).people == 2
    assert [values(root, n)[0] for n in (0, 1, 2)] == ["Apex", "Own Shop", "Apex"]


def test_it_replaces_what_a_person_told_only_where_that_is_said(root: Path, server: Server) -> None:
    write(root, server.url, "overwrite = true")
    ask(root)
    assert values(root, 2) == ("Acme", "DE", 33)


def test_a_word_that_comes_while_it_asks_counts(root: Path, server: Server) -> None:
    def late(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        if b"p0@" in asked.body:
            take_in(root, [said(0, Name.CONSENT_CHANGED, NOW, purpose="enrichment", granted=False)])
        saying(200, json.dumps(ANSWER).encode())(handler, asked)

    server.say = late
    assert ask(root).people == 2
    assert values(root, 0) == (None, None, None)
    with open_answers(state_folder(root)) as answers:
        assert answers.get("who", PersonId("0")) is None


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (500, b"", "it answered 500"),
        (200, b"<html>", "the answer is no JSON object"),
        (200, b"[1]", "the answer is no JSON object"),
        (200, b"x" * (2 << 20), "more than"),
        (302, b"", "points to elsewhere.example.org"),
    ],
)
def test_no_fault_of_a_provider_stops_anything(root: Path, server: Server, status: int, body: bytes, why: str) -> None:
    server.say = saying(status, body, Location="https://elsewhere.example.org/")
    done = ask(root)
    assert (done.failed, done.people, done.gave_up) == (3, 0, False)
    assert why in done.why
    # It is no answer, so it is asked again.
    server.say = saying(200, json.dumps(ANSWER).encode())
    assert ask(root).people == 3


def test_one_that_is_slow_is_not_waited_for(root: Path, server: Server) -> None:
    write(root, server.url, 'timeout = "1 second"')

    def slow(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        if b"p1@" in asked.body:
            server.over.wait()
        else:
            saying(200, json.dumps(ANSWER).encode())(handler, asked)

    server.say = slow
    done = ask(root)
    assert (done.failed, done.people) == (1, 2)
    assert "did not answer in 1 s" in done.why


def test_one_that_fails_again_and_again_is_left_alone(root: Path, server: Server) -> None:
    more = [said(n, Name.PROFILE_UPDATED, NOW, email=f"p{n}@example.org") for n in range(10, 20)]
    take_in(
        root, [*more, *(said(n, Name.CONSENT_CHANGED, NOW, purpose="enrichment", granted=True) for n in range(10, 20))]
    )
    server.say = saying(503, b"")
    done = ask(root)
    assert (done.asked, done.failed, done.gave_up) == (5, 5, True)


def test_who_is_unknown_there_is_not_asked_about_again_for_a_while(root: Path, server: Server) -> None:
    server.say = saying(404, b"")
    assert (ask(root).failed, ask(root).cached) == (0, 3)
    assert len(server.asked) == 3


def test_what_does_not_fit_the_plan_is_set_aside_and_the_rest_goes_on(root: Path, server: Server) -> None:
    server.say = saying(200, b'{"age": "unknown"}')
    done = ask(root)
    assert (done.set_aside, done.people) == (2, 0)
    with open_project(root) as envoi:
        assert {one.source for one in envoi.stores.log.set_aside()} == {"enrich:who"}


def test_a_dry_run_asks_nobody(root: Path, server: Server) -> None:
    assert ask(root, dry_run=True).wanted == 3
    assert server.asked == []


def test_what_is_kept_of_a_person_can_be_erased(root: Path) -> None:
    ask(root)
    erasable = ErasableAnswers(state_folder(root))
    assert erasable.find([PersonId("0")], []) == 1
    assert erasable.erase([PersonId("0"), PersonId("9")], []) == 1
    assert (erasable.find([PersonId("0")], []), erasable.find([PersonId("1")], [])) == (0, 1)


def test_the_command_says_what_came_of_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["enrich", "--project", str(root)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "who: 3 people lack something it may know; asked about 3, 0 known from before; 8 values taken"
    )
    assert "2 did not consent to it" in told
    assert run(["enrich", "nobody", "--project", str(root)]) == 3


def test_without_its_secret_nobody_is_asked(root: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENVOI_WHO_KEY")
    with pytest.raises(ProjectError, match="ENVOI_WHO_KEY is not set"):
        ask(root)
    assert server.asked == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("employer =", '"consent.newsletter" =', "'consent.newsletter' is never taken from others"),
        ("employer =", "emploier =", "no trait 'emploier'"),
        ('keys = ["email"]', 'keys = ["mail"]', "no trait 'mail'"),
        ("private = true", "", "127.0.0.1 would be told of people in clear"),
        ('secret = "ENVOI_WHO_KEY"', "", "header and secret go together"),
        ("http://", "ftp://", "is no web address"),
        ("http://", "https://me:pw@", "a password stands in the address"),
        ("enrich.who", 'enrich."Who?"', "'Who?' is no name"),
    ],
)
def test_a_mistake_is_told_with_its_line(root: Path, old: str, new: str, what: str) -> None:
    path = root / "envoi.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidProject) as raised, open_project(root):
        pass
    assert any(what in mistake.what and mistake.at.line for mistake in raised.value.mistakes)
