"""Rules at the door: what they change is kept beside, and what they cannot read is never lost."""

from __future__ import annotations

from typing import Any

from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.clean import Cleaner, Raw
from envoi.events.event import Event, Rejected
from envoi.people.standardise.rule import Kind, Otherwise, Rule
from envoi.people.standardise.standardise import Standardise

AT = Instant(1_000_000)
STATE = Rule(path="state", kind=Kind.STATE)


def taken_in(props: dict[str, Any], *rules: Rule, source: str = "crm", **keys: str) -> Event | Rejected:
    raw = Raw(source=source, id="1", name="Profile Updated", keys=keys or {"user_id": "7"}, props=props)
    return Cleaner(Catalogue(), Standardise.of(rules))(raw, AT)


def event(props: dict[str, Any], *rules: Rule, source: str = "crm", **keys: str) -> Event:
    made = taken_in(props, *rules, source=source, **keys)
    assert isinstance(made, Event)
    return made


def test_the_raw_value_stays_beside_the_clean_one_with_its_rule() -> None:
    made = event({"state": "new york", "city": "Albany"}, STATE)
    assert made.props == {"state": "US-NY", "city": "Albany"}
    assert made.raw == {"state": ("new york", "state")}


def test_what_is_in_standard_form_is_as_it_would_be_without_rules() -> None:
    assert event({"state": "US-NY"}, STATE) == event({"state": "US-NY"})
    assert Standardise.of([]) is None


def test_a_second_time_changes_nothing() -> None:
    rules = [STATE, Rule(path="name", kind=Kind.NAME, into={"given": "first_name"})]
    once = event({"state": "NY", "name": "LEE, ANNA"}, *rules)
    assert once.props == {"state": "US-NY", "name": "Anna Lee", "first_name": "Anna"}
    again = event(once.props, *rules)
    assert (again.props, again.raw) == (once.props, {})


def test_a_value_without_a_form_is_left_out_kept_or_sets_its_record_aside() -> None:
    values = {"state": "Atlantis"}
    out = event(values, STATE)
    assert out.props == {}
    assert out.raw == {"state": ("Atlantis", "state: is no state of US")}
    kept = event(values, Rule(path="state", kind=Kind.STATE, otherwise=Otherwise.KEEP))
    assert (kept.props, kept.raw) == (values, out.raw)
    aside = taken_in(values, Rule(path="state", kind=Kind.STATE, otherwise=Otherwise.SET_ASIDE))
    assert isinstance(aside, Rejected)
    assert aside.reason == "'state' is no state of US: 'Atlantis'"


def test_a_part_goes_where_the_rule_says_and_what_was_there_is_kept() -> None:
    rule = Rule(path="phone", kind=Kind.PHONE, country="GB", into={"region": "country"})
    made = event({"phone": "0121 234 5678", "country": "England"}, rule)
    assert made.props == {"phone": "+441212345678", "country": "GB"}
    assert made.raw == {"phone": ("0121 234 5678", "phone"), "country": ("England", "phone")}


def test_a_key_is_put_in_the_form_of_its_property() -> None:
    rule = Rule(path="email", kind=Kind.EMAIL)
    made = event({"email": "Anna@EXAMPLE.org"}, rule, email="Anna@EXAMPLE.org")
    assert made.keys == {"email": "Anna@example.org"}
    assert made.raw["keys.email"] == ("Anna@EXAMPLE.org", "email")


def test_a_record_whose_only_key_cannot_be_read_is_set_aside() -> None:
    aside = taken_in({}, Rule(path="email", kind=Kind.EMAIL), email="anna@")
    assert isinstance(aside, Rejected)
    assert aside.reason.startswith("'email' is no e-mail address: ")
    left = event({}, Rule(path="email", kind=Kind.EMAIL), email="anna@", user_id="7")
    assert left.keys == {"user_id": "7"}


def test_fields_below_others_and_in_lists() -> None:
    rules = [Rule(path="address.state", kind=Kind.STATE), Rule(path="items.currency", kind=Kind.CURRENCY)]
    props = {"address": {"state": "Texas"}, "items": [{"currency": "usd"}, {"currency": "EUR"}, 3, {"currency": "?"}]}
    made = event(props, *rules)
    assert made.props == {"address": {"state": "US-TX"}, "items": [{"currency": "USD"}, {"currency": "EUR"}, 3, {}]}
    assert made.raw == {
        "address.state": ("Texas", "state"),
        "items.0.currency": ("usd", "currency"),
        "items.3.currency": ("?", "currency: is no currency that is known"),
    }
    assert props["items"] == [{"currency": "usd"}, {"currency": "EUR"}, 3, {"currency": "?"}]


def test_a_number_is_read_as_its_digits_and_other_values_stay() -> None:
    phone = Rule(path="phone", kind=Kind.PHONE, country="US")
    assert event({"phone": 4155552671}, phone).props == {"phone": "+14155552671"}
    assert event({"phone": 4155552671.0}, phone).raw == {"phone": (4155552671.0, "phone")}
    others: list[Any] = [True, None, " ", [], {"a": 1}]
    for value in others:
        assert event({"phone": value}, phone).props == {"phone": value}


def test_a_rule_of_one_source_leaves_others_alone() -> None:
    rule = Rule(path="state", kind=Kind.STATE, source="crm")
    assert event({"state": "NY"}, rule, source="crm").props == {"state": "US-NY"}
    assert event({"state": "NY"}, rule, source="web").props == {"state": "NY"}
