"""Edge cases: found by looking at the data of the audience, each with its reason, the same ones every time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.campaigns.campaign import Campaign
from envoi.campaigns.edge_cases import EdgeCase, edge_cases, name_of
from envoi.campaigns.project import load
from envoi.clock import Instant
from envoi.decisions.decision import Decision
from envoi.events.event import PersonId
from envoi.people.profile import Profile, Trait
from tests.campaigns.corner import FILES
from tests.campaigns.people import NOW

TEA = {"product": "tea", "name": "Tea", "reason": "You bought this before"}
#: Noa, in her own letters.
HEBREW = "\u05e0\u05d5\u05e2\u05d4"
Someone = tuple[Decision, Profile]


def campaign() -> Campaign:
    return load(FILES).campaign("hello")


def someone(person: str, *, content: str = "gold", products: bool = True, **traits: str | None) -> Someone:
    decision = Decision(
        id=person, campaign="hello", person=PersonId(person), content=content, arm="send", send_at=NOW, propensity=1,
        products=[dict(TEA)] if products else [],
    )  # fmt: skip
    found = {key: Trait(value=value, at=Instant(1)) for key, value in traits.items()}
    return decision, Profile(person=PersonId(person), traits=found)


def found(people: list[Someone], *printed: str) -> dict[str, EdgeCase]:
    return {case.label: case for case in edge_cases(campaign(), people, printed=printed).found}


def test_each_is_found_and_says_why() -> None:
    cases = found(
        [
            someone("1", first_name="Ada", city="Porto"),
            someone("2", content="stamps", first_name="Maximiliana-Theodora", last_name="de la Vega"),
            someone("3", first_name=HEBREW, city="Haifa"),
            someone("4", first_name="Zoë 🌸", city=""),
            someone("5", city="Lyon"),
            someone("6", first_name="Bo", products=False, city="Bonn"),
        ],
        "city",
        "first_name",
        "city",
    )
    assert {label: (case.person, case.why) for label, case in cases.items()} == {
        "no name": ("5", "the only one who has neither first_name nor last_name"),
        "longest name": ("2", "31 letters"),
        "right-to-left name": ("3", f"“\u2068{HEBREW}\u2069” is written from right to left"),
        "emoji in name": ("4", "“Zoë 🌸” is more than letters"),
        "no city": ("2", "the template uses person.city; one of 2 who have none"),
        "no first_name": ("5", "the template uses person.first_name; the only one who has none"),
        "no recommendations": ("6", "nothing could be recommended; the only one who has no products"),
        "content: gold": ("1", "chosen for 5"),
        "content: stamps": ("2", "chosen for 1"),
        "content: fallback": (None, "chosen for nobody"),
    }


def test_of_an_audience_without_odd_people_only_the_contents_and_the_longest_name_are_left() -> None:
    cases = found([someone("1", first_name="Ada"), someone("2", first_name="Eve")])
    assert list(cases) == ["longest name", "content: gold", "content: stamps", "content: fallback"]
    assert cases["longest name"].person == "1"


def test_nobody_is_an_answer() -> None:
    none = edge_cases(campaign(), [])
    assert none.looked_at == 0
    assert all(case.person is None for case in none.found)


@given(st.lists(st.builds(someone, st.text("123", min_size=1), first_name=st.text("ab ", max_size=3) | st.none())))
def test_who_is_picked_is_what_is_said_of_them(people: list[Someone]) -> None:
    by_id = {profile.person: profile for _, profile in reversed(people)}
    cases = found(list({decision.person: (decision, by_id[decision.person]) for decision, _ in people}.values()))
    names = {person: name_of(profile) for person, profile in by_id.items()}
    if "no name" in cases:
        assert not names[cases["no name"].person or PersonId("")]
    else:
        assert all(names.values())
    if "longest name" in cases:
        assert len(names[cases["longest name"].person or PersonId("")]) == max(map(len, names.values()))
