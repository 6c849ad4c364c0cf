from __future__ import annotations

import pytest

from envoi.people.standardise.currency import currency


@pytest.mark.parametrize(
    ("text", "locale", "code"),
    [
        ("usd", "", "USD"),
        ("\u20ac", "", "EUR"),
        ("euros", "", "EUR"),
        ("US dollars", "", "USD"),
        ("US$", "", "USD"),
        ("pound sterling", "", "GBP"),
        ("British pounds", "", "GBP"),
        ("Schweizer Franken", "de_CH", "CHF"),
        ("$", "en_US", "USD"),
        ("$", "fr_CA", "CAD"),
        ("kr", "sv_SE", "SEK"),
        ("kr.", "da_DK", "DKK"),
        ("\u00a5", "zh_CN", "CNY"),
        ("\u00a3", "en_GB", "GBP"),
        # Who writes $ in Germany does not mean the euro, and nobody can tell which dollar.
        ("$", "de_DE", ""),
        ("$", "", ""),
        ("kr", "", ""),
        ("", "", ""),
        ("\u20bf", "", ""),
    ],
)
def test_currencies(text: str, locale: str, code: str) -> None:
    clean = currency(text, locale=locale)
    assert clean.value == code
    assert bool(clean.fault) == (not code)
