from __future__ import annotations

import pytest

from envoi.events.catalogue import Kind, Property
from envoi.people.impute.allowed import refusal
from envoi.people.standardise.rule import Kind as RuleKind
from envoi.people.standardise.rule import Rule

TEXT, NUMBER = Property(kind=Kind.TEXT), Property(kind=Kind.NUMBER)


@pytest.mark.parametrize(
    "name",
    [
        "consent.newsletter", "model.churn", "imputed.age", "email", "workEmail", "e_mail_address", "phone",
        "mobile_phone", "address.street", "zip", "postal_code", "city", "first_name", "lastName", "name", "surname",
        "user_id", "crm_id", "customerId", "anonymous_id", "uuid",
    ],
)  # fmt: skip
def test_what_reaches_names_or_binds_a_person_is_never_estimated(name: str) -> None:
    assert refusal(name, TEXT)


@pytest.mark.parametrize("name", ["age", "income", "household_size", "favourite_category", "loyalty_tier", "identity"])
def test_what_a_person_is_like_may_be(name: str) -> None:
    assert refusal(name, NUMBER) == ""
    assert refusal(name, TEXT) == ""


@pytest.mark.parametrize("kind", [RuleKind.EMAIL, RuleKind.PHONE, RuleKind.ADDRESS, RuleKind.NAME])
def test_a_rule_says_what_a_field_is_whatever_it_is_called(kind: RuleKind) -> None:
    assert refusal("contact", TEXT, [Rule(path="contact", kind=kind)]).endswith("by its rule")


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.TIME, Kind.ITEMS])
def test_days_times_and_lists_are_not(kind: Kind) -> None:
    assert "numbers, categories" in refusal("birthday", Property(kind=kind))
