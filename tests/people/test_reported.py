"""The door for reported words: a yes of others opens nothing that was closed, and nothing else is touched."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.clean import clean
from envoi.events.event import Event, Name, PersonId, Stored, Value
from envoi.events.wire import raws
from envoi.people.consent import allows
from envoi.people.profile import Profile, Said, fold
from envoi.people.reported import heard
from envoi.people.words import Method

Said_ = tuple[str, bool, dict[str, Value]]


def word(number: int, person: str, *, granted: bool, **more: Value) -> tuple[PersonId, Event]:
    keys, at = {"user_id": person}, Instant(1_000_000_000_000 + number)
    props = {"purpose": "newsletter", "granted": granted, **more}
    return PersonId(person), Event(
        id=str(number), source="crm", name=Name.CONSENT_CHANGED, keys=keys, at=at, seen_at=at, props=props
    )


def known(**closed: bool) -> dict[PersonId, Profile]:
    return {
        PersonId(who): Profile(person=PersonId(who), consent={"newsletter": Said(granted=not no, at=Instant(1))})
        for who, no in closed.items()
    }


words = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.booleans(),
        st.sampled_from([{}, {"basis": "forms"}, {"method": "form"}, {"method": "form", "wording": "News?"}]),
    ),
    max_size=6,
)


@given(words, st.dictionaries(st.sampled_from("abc"), st.booleans()), st.sampled_from([Method.IMPORT, Method.API]))
def test_who_said_no_says_no_until_they_say_yes_themselves(
    said: list[Said_], closed: dict[str, bool], method: Method
) -> None:
    events = [word(number, who, granted=granted, **more) for number, (who, granted, more) in enumerate(said)]
    before = known(**closed)
    kept, aside = heard(events, method, lambda people: {who: before[who] for who in people if who in before})
    assert len(kept) + len(aside) == len(events)
    assert all(event.props["method"] in {method, Method.FORM} for _, event in kept)
    for who in "abc":
        profile = before.get(PersonId(who))
        for seq, (_, event) in enumerate((one for one in kept if one[0] == who), 1):
            was = profile
            profile = fold(profile, Stored(seq=seq, person=PersonId(who), event=event))
            if was and "newsletter" in was.consent and not allows(was, "newsletter"):
                opened = allows(profile, "newsletter")
                assert not opened or (method is Method.API and event.props["method"] == Method.FORM)


def test_other_events_go_through_as_they_are() -> None:
    ada, event = word(1, "ada", granted=True)
    other = [(ada, msgspec.structs.replace(event, name="Order Completed"))]
    assert heard(other, Method.IMPORT, lambda _: known(ada=True)) == (other, [])


def test_the_person_counts_as_the_source_only_with_the_words_they_agreed_to() -> None:
    told = [
        word(1, "ada", granted=True, method="form", wording="News?"),
        word(2, "bea", granted=True, method="form"),
        word(3, "cyd", granted=True, method="one-click", wording="News?"),
        word(4, "dot", granted=False, method="form"),
    ]
    everyone = known(ada=True, bea=True, cyd=True, dot=True)
    kept, aside = heard(told, Method.API, lambda _: everyone)
    assert [(person, event.props["method"]) for person, event in kept] == [("ada", "form"), ("dot", "form")]
    assert {one.reason for one in aside} == {
        "the person said no to 'newsletter', and what others report opens nothing again"
    }
    # Whoever reads an import cannot know who filled in the form.
    kept, aside = heard(told[:1], Method.IMPORT, lambda _: everyone)
    assert (kept, len(aside)) == ([], 1)


def test_what_is_set_aside_can_be_sent_again() -> None:
    told = word(1, "ada", granted=True, source="crm form")
    _, (aside,) = heard([told], Method.API, lambda _: known(ada=True))
    (raw,) = raws(msgspec.json.decode(aside.raw), source="http", place="again", received_at=aside.seen_at)
    event = clean(raw, catalogue=Catalogue(), seen_at=aside.seen_at)
    assert isinstance(event, Event)
    assert (event.id, event.keys, event.at, event.props["source"]) == ("1", {"user_id": "ada"}, told[1].at, "crm form")
