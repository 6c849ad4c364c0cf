from __future__ import annotations

import pytest
from babel import Locale

from envoi.people.standardise.place import country, state
from envoi.people.standardise.states import STATES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("840", "US"),
        ("The United States", "US"),
        ("United States of America", "US"),
        ("Estados Unidos", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Great Britain", "GB"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("C\u00f4te d'Ivoire", "CI"),
        ("cote d ivoire", "CI"),
        ("\u65e5\u672c", "JP"),
        ("Trinidad and Tobago", "TT"),
        ("\u00d6sterreich", "AT"),
        ("XX", ""),
        ("Europe", ""),
        ("", ""),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert country(text).value == code


def test_a_country_is_known_by_its_code_and_its_english_name() -> None:
    for code in ("AF", "BO", "CD", "CG", "DM", "DO", "GN", "GW", "KP", "KR", "NE", "NG", "WS", "ZW"):
        name = str(Locale("en").territories[code])
        assert country(code).value == country(code.lower()).value == country(name).value == code


def test_an_unknown_country_is_suggested_not_guessed() -> None:
    assert country("Germny").fault == "is no country that is known; did you mean Germany?"


@pytest.mark.parametrize("form", ["NY", "ny", "N.Y.", "New York", "new york state", "State of New York", "US-NY"])
def test_forms_of_one_state_become_one(form: str) -> None:
    assert state(form).value == "US-NY"
    assert state(form, short=True).value == "NY"


@pytest.mark.parametrize("land", STATES)
def test_every_state_is_known_by_its_codes_and_name(land: str) -> None:
    for code, name in STATES[land].items():
        for form in (code, name, name.upper(), f"{land}-{code}"):
            assert state(form, country=land).value == f"{land}-{code}"
        assert state(name, country=land).parts == {"name": name}


@pytest.mark.parametrize(("text", "land"), [("Ontario", "US"), ("NY", "CA"), ("", "US"), ("Bavaria", "AU")])
def test_a_state_of_elsewhere_is_none(text: str, land: str) -> None:
    assert not state(text, country=land).value


def test_an_unknown_state_is_suggested_not_guessed() -> None:
    assert state("Calfornia").fault == "is no state of US; did you mean California?"
