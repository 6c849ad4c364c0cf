"""Raw records become events, or are set aside with a reason."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.clean import RAW_BYTES, Cleaner, Raw, clean, digest, excerpt
from envoi.events.event import Event, Rejected

SEEN = Instant(1_000)
PLAN = Catalogue(
    events={"Order Completed": EventPlan(name="Order Completed", properties={"total": Property(kind=Kind.NUMBER)})},
    traits={"age": Property(kind=Kind.NUMBER)},
)
RAW = Raw(source="web", place="line 1", id="a", name="Order Completed", keys={"user_id": "17"}, at=Instant(5))


def cleaned(catalogue: Catalogue = PLAN, **changes: object) -> Event | Rejected:
    return clean(msgspec.structs.replace(RAW, **changes), catalogue=catalogue, seen_at=SEEN)


def event(**changes: object) -> Event:
    found = cleaned(PLAN, **changes)
    assert isinstance(found, Event)
    return found


def reason(catalogue: Catalogue = PLAN, **changes: object) -> str:
    found = cleaned(catalogue, **changes)
    assert isinstance(found, Rejected)
    return found.reason


def test_a_good_record_is_an_event() -> None:
    assert event(props={"total": "9.99", "note": None}) == Event(
        id="a",
        source="web",
        name="Order Completed",
        keys={"user_id": "17"},
        at=Instant(5),
        seen_at=SEEN,
        props={"total": 9.99, "note": None},
    )


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("17a", "17a"),
        (17, "17"),
        (17850.0, "17850"),
        ("17851.0", "17851"),
        (" 18 ", "18"),
        ("o-1:2", "o-1:2"),
        ("v1.0", "v1.0"),
        ("ada@example.org", "ada@example.org"),
        ("ключ 7", "ключ 7"),
    ],
)
def test_a_key_is_text(key: object, expected: str) -> None:
    assert event(keys={"user_id": key, "email": None}).keys == {"user_id": expected}
    assert event(id=key).id == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "nobody is named: every key is missing"),
        ({"user_id": None, "email": " "}, "nobody is named: user_id and email is missing"),
        ({"user_id": float("nan")}, "nobody is named: user_id is missing"),
        ({"user_id": True}, "'user_id' should be text or a number: True"),
        ({"user_id": ["17"]}, "'user_id' should be text: a value of type list"),
        ({"user_id": "a\0b"}, r"'user_id' should be a text of up to 500 characters without NUL: 'a\x00b'"),
        ({"user_id": "1" * 501}, "'user_id' should be a text of up to 500 characters without NUL"),
        ({"user_id": "\ud800"}, r"'user_id' should be text without halves of surrogate pairs: '\ud800'"),
    ],
)
def test_a_record_without_a_person_is_set_aside(keys: dict[str, object], expected: str) -> None:
    assert reason(keys=keys).startswith(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, "the name of the event is missing"),
        ("", "the name of the event is missing"),
        (" ", "the name of an event should be a text of up to 200 characters: ' '"),
        (7, "the name of an event should be a text of up to 200 characters: 7"),
        (["x"], "the name of an event should be a text of up to 200 characters: a value of type list"),
        ("x" * 201, "the name of an event should be a text of up to 200 characters"),
        ("a\0b", r"should be a name without the character NUL: 'a\x00b'"),
    ],
)
def test_a_record_without_a_name_is_set_aside(name: object, expected: str) -> None:
    assert reason(name=name).startswith(expected)


@pytest.mark.parametrize("id_", [None, "", "  ", float("nan")])
def test_a_record_without_an_id_is_set_aside(id_: object) -> None:
    assert reason(id=id_) == "the id of the event is missing"


@pytest.mark.parametrize(("claimed", "at", "kept"), [(999, 999, None), (1_000, 1_000, None), (1_001, 1_000, 1_001)])
def test_nothing_happens_after_it_was_seen(claimed: int, at: int, kept: int | None) -> None:
    found = event(at=Instant(claimed))
    assert (found.at, found.claimed_at) == (at, kept)


def test_without_a_time_it_happened_when_it_was_seen() -> None:
    assert event(at=None).at == SEEN


def test_events_that_are_not_planned_come_in_or_stay_out() -> None:
    strict = Catalogue(events=PLAN.events, accept_unplanned=False)
    assert event(name="Left", props={"x": [1]}).props == {"x": [1]}
    assert reason(strict, name="Left") == "the tracking plan has no such event: 'Left'"
    assert isinstance(cleaned(strict), Event)


def test_traits_are_made_as_planned_whatever_is_accepted() -> None:
    strict = Catalogue(traits=PLAN.traits, accept_unplanned=False)
    found = cleaned(strict, name="Profile Updated", props={"age": "40", "city": "Bath"})
    assert isinstance(found, Event)
    assert found.props == {"age": 40, "city": "Bath"}
    assert reason(strict, name="Profile Updated", props={"age": "old"}) == "'age' should be a number: 'old'"


def test_consent_says_to_what_and_whether() -> None:
    said = event(name="Consent Changed", props={"purpose": "newsletter", "granted": "no", "source": "form"})
    assert said.props == {"purpose": "newsletter", "granted": False, "source": "form"}
    assert reason(name="Consent Changed", props={"purpose": "newsletter"}) == "'granted' is required, and it is missing"
    assert reason(name="Consent Changed", props={"granted": True}) == "'purpose' is required, and it is missing"


def test_what_is_set_aside_shows_the_record() -> None:
    found = cleaned(props={"total": "free"}, original={"Total": "free", "Ort": "Köln"})
    assert found == Rejected(
        source="web",
        place="line 1",
        reason="'total' should be a number: 'free'",
        raw='{"Total":"free","Ort":"Köln"}',
        seen_at=SEEN,
    )


def test_a_fault_known_before_is_the_reason() -> None:
    assert reason(fault="the line is no JSON") == "the line is no JSON"


@pytest.mark.parametrize(
    "record", ["x" * 9_000, {"x": "ä" * 9_000}, {"x": "\ud800"}, {"x": {1, 2}, "y": object}, b"\xff"]
)
def test_an_excerpt_is_short_text_that_can_be_stored(record: object) -> None:
    assert len(excerpt(record).encode()) <= RAW_BYTES


def test_names_made_up_by_a_program_do_not_fill_the_memory() -> None:
    cleaner = Cleaner(PLAN)
    for n in range(10_100):
        assert isinstance(cleaner(msgspec.structs.replace(RAW, name=f"Viewed {n}"), SEEN), Event)
    assert len(cleaner._fields) <= 10_000


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_equal_content_has_an_equal_digest(content: dict[str, object]) -> None:
    try:
        assert digest(content) == digest(dict(content)) != digest([content])
    except UnicodeEncodeError:
        assert not "".join(map(str, (*content, *content.values()))).isprintable()


KEYS = st.dictionaries(st.sampled_from(["user_id", "email"]), st.none() | st.text() | st.integers() | st.floats())


@given(st.text() | st.none() | st.integers(), KEYS, st.dictionaries(st.text(), st.text() | st.floats() | st.binary()))
def test_whatever_comes_is_an_event_that_can_be_stored_or_a_reason(
    name: object, keys: dict[str, object], props: dict[str, object]
) -> None:
    found = cleaned(name=name, keys=keys, props=props, original={"keys": keys, "props": props})
    stored = msgspec.json.encode(found)
    assert msgspec.json.decode(stored, type=type(found)) == found
    assert not isinstance(found, Rejected) or found.reason
