"""A profile is a fold: whatever order events come in, and however often, the latest word wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name, PersonId, Stored, Value
from envoi.people.consent import allows, refusal
from envoi.people.profile import Profile, fold
from envoi.people.words import REPORTED, Method

if TYPE_CHECKING:
    from random import Random

ADA = PersonId("ada")
History = list[tuple[int, str, dict[str, Value]]]


def stored(seq: int, at: int, name: str, **props: Value) -> Stored:
    event = Event(
        id=str(seq), source="s", name=name, keys={"user_id": ADA}, at=Instant(at), seen_at=Instant(at), props=props
    )
    return Stored(seq=seq, person=ADA, event=event)


def folded(events: list[Stored]) -> Profile:
    profile = None
    for one in events:
        profile = fold(profile, one)
    assert profile is not None
    return profile


histories = st.lists(
    st.one_of(
        st.builds(
            lambda at, key, value: (at, Name.PROFILE_UPDATED, {key: value}),
            st.integers(1, 9),
            st.sampled_from(["city", "tier"]),
            st.sampled_from(["a", "b", None]),
        ),
        st.builds(
            lambda at, yes: (at, Name.CONSENT_CHANGED, {"purpose": "newsletter", "granted": yes}),
            st.integers(1, 9),
            st.booleans(),
        ),
        st.builds(lambda at: (at, "Order Completed", {"total": 5}), st.integers(1, 9)),
    ),
    min_size=1,
    max_size=12,
)


@given(histories)
def test_the_latest_value_wins_and_at_one_time_the_later_arrival(history: History) -> None:
    events = [stored(seq, at, name, **props) for seq, (at, name, props) in enumerate(history, 1)]
    profile = folded(events)
    by_time = sorted(events, key=lambda one: (one.event.at, one.seq))
    expected: dict[str, object] = {}
    for one in by_time:
        if one.event.name == Name.PROFILE_UPDATED:
            expected |= one.event.props
    assert {key: trait.value for key, trait in profile.traits.items()} == expected
    said = [one for one in by_time if one.event.name == Name.CONSENT_CHANGED]
    assert allows(profile, "newsletter") == bool(said and said[-1].event.props["granted"])
    assert (profile.first_seen, profile.last_seen) == (by_time[0].event.at, by_time[-1].event.at)


@pytest.mark.parametrize("name", [Name.DECISION_MADE, Name.EMAIL_SENT, Name.EMAIL_FAILED])
@given(history=histories)
def test_what_envoi_decides_and_sends_changes_no_profile(name: Name, history: History) -> None:
    profile = folded([stored(seq, at, kind, **props) for seq, (at, kind, props) in enumerate(history, 1)])
    theirs = stored(99, 99, name)
    ours = replace(theirs, event=replace(theirs.event, source=ENVOI))
    assert fold(profile, ours) == profile
    # A mail of which another system tells is part of the person's story.
    assert fold(profile, theirs).last_seen == 99


@given(histories)
def test_folding_again_changes_nothing(history: History) -> None:
    events = [stored(seq, at, name, **props) for seq, (at, name, props) in enumerate(history, 1)]
    once = folded(events)
    again = once
    for one in events:
        again = fold(again, one)
    assert again == once


def test_a_purpose_never_spoken_of_is_closed() -> None:
    silent = folded([stored(1, 1, "Order Completed")])
    assert not allows(silent, "newsletter")
    assert refusal(silent, "newsletter") == "never consented"


def test_withdrawing_closes_it_and_an_older_yes_does_not_open_it_again() -> None:
    no = stored(1, 5, Name.CONSENT_CHANGED, purpose="newsletter", granted=False)
    older_yes = stored(2, 3, Name.CONSENT_CHANGED, purpose="newsletter", granted=True)
    profile = folded([no, older_yes])
    assert refusal(profile, "newsletter") == "consent withdrawn"


words = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.sampled_from(["", *Method])),
    min_size=1,
    max_size=8,
)


def word(seq: int, at: int, granted: bool, method: str) -> Stored:
    return stored(seq, at, Name.CONSENT_CHANGED, purpose="newsletter", granted=granted, method=method)


@given(words, st.randoms(use_true_random=False))
def test_what_others_report_never_makes_a_no_a_yes(said: list[tuple[int, bool, str]], random: Random) -> None:
    events = [word(seq, *one) for seq, one in enumerate(said, 1)]
    own = [one for one in events if not (one.event.props["granted"] and one.event.props["method"] in REPORTED)]
    # Whatever else is reported, the person's own words and every no decide; a report stands alone or not at all.
    if own:
        assert allows(folded(events), "newsletter") == allows(folded(own), "newsletter")
    else:
        assert allows(folded(events), "newsletter")
    # The order in which words arrive matters only among those of one time.
    if len({at for at, _, _ in said}) == len(said):
        random.shuffle(said)
        shuffled = folded([word(seq, *one) for seq, one in enumerate(said, 1)])
        assert shuffled.consent == folded(events).consent


def test_no_update_sets_what_only_an_estimate_may() -> None:
    update: dict[str, Value] = {"age": 3, "imputed.age": 4, "imputed": {"age": 5}}
    profile = fold(None, stored(1, 1, Name.PROFILE_UPDATED, **update))
    assert {name: trait.value for name, trait in profile.traits.items()} == {"age": 3}
    profile = fold(profile, stored(2, 2, Name.TRAIT_IMPUTED, imputed={"age": 6}))
    assert (profile.value("age"), profile.value("imputed.age")) == (3, 6)
