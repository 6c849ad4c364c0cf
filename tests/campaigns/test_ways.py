"""Ways through a template: few people, who between them take every branch that anyone takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.campaigns.edge_cases import EdgeCase
from envoi.campaigns.ways import Ways
from envoi.events.event import PersonId
from envoi.templates.branches import Branches
from envoi.templates.mail import parse_mail

TEMPLATE = parse_mail("""<html><head><title>Hi</title></head><body>
{% if tier == "gold" %}Gold{% elsif tier == "silver" %}Silver{% else %}Join{% endif %}
{% for p in products %}{{ p }}{% else %}nothing{% endfor %}
{% if city %}in {{ city }}{% endif %}
</body></html>""")
People = list[dict[str, object]]
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "tier": st.sampled_from(["gold", "silver", ""]),
            "products": st.lists(st.integers(), max_size=2),
            "city": st.sampled_from(["Oslo", None]),
        }
    ),
    max_size=12,
)


def found(people: People) -> list[EdgeCase]:
    ways = Ways(TEMPLATE)
    for number, data in enumerate(people):
        ways.look_at(PersonId(str(number)), data)
    return ways.found()


def test_each_branch_is_named_with_who_shows_it_and_for_how_many_it_is() -> None:
    people: People = [
        {"tier": "silver", "products": [1]},
        {"tier": "gold", "products": [1, 2]},
        {"tier": "silver", "city": "Oslo"},
    ]
    assert [(case.label, case.person, case.why) for case in found(people)] == [
        ("branch, line 2", "1", '{% if tier == "gold" %}: taken by 1'),
        ("branch, line 2", "0", '{% elsif tier == "silver" %}: taken by 2'),
        ("branch, line 2", None, 'else of {% if tier == "gold" %}: taken by nobody'),
        ("branch, line 3", "0", "{% for p in products %}: taken by 2"),
        ("branch, line 3", "2", "nothing in {% for p in products %}: taken by 1"),
        ("branch, line 4", "2", "{% if city %}: taken by 1"),
        ("branch, line 4", "0", "else of {% if city %}: taken by 2"),
    ]


def test_that_nobody_lacks_what_an_if_without_else_asks_for_is_not_told() -> None:
    told = [case.why for case in found([{"tier": "gold", "city": "Oslo", "products": []}])]
    assert not any("else of {% if city %}" in why for why in told)
    assert "{% for p in products %}: taken by nobody" in told


@given(PEOPLE)
def test_who_is_shown_takes_the_branch_and_nobody_means_nobody(people: People) -> None:
    of = Branches(TEMPLATE)
    names = [str(each) for each in of.all]
    ways = [{names[number] for number in of.taken(data)} for data in people]
    cases = {case.why.rpartition(":")[0]: case for case in found(people)}
    for name, case in cases.items():
        assert case.person is None or name in ways[int(case.person)]
    taken = set[str]().union(*ways)
    assert {name for name, case in cases.items() if case.person} == taken
    # Each of those who are shown brings a branch of their own.
    assert len({case.person for case in cases.values() if case.person}) <= len(taken)
