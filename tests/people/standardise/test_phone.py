from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from envoi.people.standardise.phone import phone, read_phone


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("0121 234 5678", "GB", "+441212345678"),
        ("+44 (0) 121 234 5678", "", "+441212345678"),
        ("0044 121 234 5678", "GB", "+441212345678"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("011 44 121 234 5678", "US", "+441212345678"),
        ("030 901820", "DE", "+4930901820"),
    ],
)
def test_a_number_has_one_form(text: str, country: str, value: str) -> None:
    assert phone(text, country=country).value == value
    assert phone(value, country=country).value == value


@pytest.mark.parametrize("text", ["", "none", "12", "0121 234 5678", "+44 1", "+999 12345678", "1" * 30])
def test_what_nobody_can_dial_says_why(text: str) -> None:
    clean = phone(text)
    assert not clean.value
    assert clean.fault


def test_phone_cases(envoi_data: Path) -> None:
    with gzip.open(envoi_data / "phone_numbers" / "phone_cases.jsonl.gz", "rt") as lines:
        cases = [json.loads(line) for line in lines]
    wrong = []
    for case in cases:
        found = read_phone(case["raw"], country=case["default_region"] or "")
        if isinstance(found, str):
            agrees = not case["parsed"]
        else:
            told = (found.e164, found.valid, found.possible, found.region or None, found.kind, found.extension or None)
            names = ("e164", "valid", "possible", "region", "type", "extension")
            agrees = case["parsed"] and told == tuple(case[name] for name in names)
        if not agrees:
            wrong.append(case)
    assert wrong == []
    assert len(cases) > 2000
