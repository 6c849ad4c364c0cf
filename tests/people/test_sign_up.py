"""Double opt-in: how often an address is asked, and what its answer says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.events.event import Name, PersonId, Stored
from envoi.people.consent import allows
from envoi.people.profile import Profile, fold
from envoi.people.sign_up import Wish, answers, asked, ends_at, ids_of
from envoi.people.words import version
from envoi.settings import SignUp

HOUR = 3_600 * MICROS_PER_SECOND
FORM = SignUp(purposes=("newsletter", "offers"), wording="Yes, write to me.", most_per_hour=3)
WISH = Wish(address="Ada@Example.org", purposes=["newsletter"], proof={"request": "r1"})


def ask(log: list[Stored], at: Instant, wish: Wish = WISH) -> Stored | None:
    ids = ids_of(wish.address, at, FORM.most_per_hour)
    made = asked(wish, FORM, at, before=[one for one in log if one.event.id in ids])
    if made is None:
        return None
    person, event = made
    assert event.id not in {one.event.id for one in log}
    stored = Stored(seq=len(log) + 1, person=person, event=event)
    log.append(stored)
    return stored


@given(st.lists(st.integers(0, 4 * HOUR), max_size=30))
def test_no_hour_holds_more_questions_to_an_address_than_its_most(times: list[int]) -> None:
    log: list[Stored] = []
    for at in sorted(times):
        ask(log, Instant(at))
    asked_at = [one.event.at for one in log]
    for start in asked_at:
        assert sum(start <= at < start + HOUR for at in asked_at) <= FORM.most_per_hour
    # Who waits an hour may always ask again.
    assert ask(log, Instant(6 * HOUR)) is not None


def test_others_may_ask_meanwhile() -> None:
    log: list[Stored] = []
    assert [ask(log, Instant(HOUR)) is None for _ in range(4)] == [False, False, False, True]
    assert ask(log, Instant(HOUR), Wish(address="bea@example.org", purposes=["offers"]))
    # However it is written, it is one mailbox as far as the person goes.
    assert ask(log, Instant(HOUR), Wish(address="ada@example.org", purposes=["offers"])) is None


def test_the_answer_is_a_yes_with_the_words_and_the_proof() -> None:
    question = ask([], Instant(HOUR))
    assert question
    assert (question.person, question.event.name) == ("email:ada@example.org", Name.CONSENT_ASKED)
    yes, address = answers(question, None, Instant(2 * HOUR), proof={"request": "r2"})
    assert (yes.props["purpose"], yes.props["granted"], yes.props["method"]) == ("newsletter", True, "double opt-in")
    assert (yes.props["wording"], yes.props["wording_id"]) == (FORM.wording, version(FORM.wording))
    assert yes.props["proof"] == {"question": question.event.id, "asked_at": "1970-01-01T01:00:00Z", "request": "r2"}
    assert (address.name, address.props) == (Name.PROFILE_UPDATED, {"email": "Ada@Example.org"})
    # Given again it is the same, whatever came with it; the address is told once.
    known = fold(None, Stored(seq=2, person=question.person, event=address))
    (again,) = answers(question, known, Instant(3 * HOUR), proof={"request": "r3"})
    assert again.id == yes.id


def test_the_question_itself_opens_nothing() -> None:
    question = ask([], Instant(HOUR))
    assert question
    assert not allows(fold(None, question), "newsletter")
    assert ends_at(question, FORM) == 49 * HOUR


def test_a_no_before_the_answer_gives_way_to_it_and_a_later_one_stands() -> None:
    question = ask([], Instant(HOUR))
    assert question
    (yes, *_) = answers(question, None, Instant(3 * HOUR), proof={})
    person = PersonId(question.person)

    def after(*times: int) -> Profile:
        profile = Profile(person=person)
        for seq, at in enumerate(times, 1):
            no = {**yes.props, "granted": False}
            event = Stored(seq=2 * seq, person=person, event=replace(yes, at=Instant(at), props=no)).event
            profile = fold(profile, Stored(seq=2 * seq, person=person, event=event))
        return fold(profile, Stored(seq=99, person=person, event=yes))

    assert allows(after(2 * HOUR), "newsletter")
    assert not allows(after(4 * HOUR), "newsletter")
