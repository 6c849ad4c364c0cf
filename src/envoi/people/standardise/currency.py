"""Currencies: their codes, names and symbols to ISO 4217; a symbol of several countries by the rule's locale."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies

from envoi.people.standardise.base import Clean, folded, spaced

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The one currency that people mean by a symbol or a word, whatever their country.
_SYMBOLS = {
    "€": "EUR", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND", "₱": "PHP",
    "฿": "THB", "zł": "PLN", "kč": "CZK", "ft": "HUF", "лв": "BGN", "us$": "USD", "usd$": "USD", "a$": "AUD",
    "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL", "mx$": "MXN",
    "nt$": "TWD", "cn¥": "CNY", "jp¥": "JPY", "元": "CNY", "円": "JPY", "sfr": "CHF", "sfr.": "CHF", "dm": "DEM",
    "pound sterling": "GBP", "sterling": "GBP", "renminbi": "CNY", "rmb": "CNY",
}  # fmt: skip
#: Symbols of several countries, and who shares them: the locale decides among these.
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "ARS", "CLP", "COP"),
    "£": ("GBP", "EGP", "LBP", "GIP", "FKP", "SHP"),
    "¥": ("JPY", "CNY"),
    "￥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("SEK", "NOK", "DKK", "ISK"),
}


def currency(text: str, *, locale: str = "") -> Clean:
    """The code of ISO 4217.

    >>> [currency(text).value for text in ("usd", "€", "Swiss francs", "A$")]
    ['USD', 'EUR', 'CHF', 'AUD']
    >>> currency("$", locale="en_CA").value, currency("kr").fault
    ('CAD', 'could be SEK, NOK, DKK or ISK: the rule should name a locale')
    """
    written = spaced(text).casefold()
    if among := _SHARED.get(written):
        return _of_locale(among, locale)
    code = _SYMBOLS.get(written) or _names(locale or "en").get(folded(text))
    return Clean(value=code) if code else Clean(fault="is no currency that is known")


def _of_locale(among: tuple[str, ...], locale: str) -> Clean:
    territory = Locale.parse(locale).territory if locale else None
    own = [code for code in get_territory_currencies(territory) if code in among] if territory else []
    if own:
        return Clean(value=own[0])
    return Clean(fault=f"could be {', '.join(among[:-1])} or {among[-1]}: the rule should name a locale")


@lru_cache(maxsize=8)
def _names(locale: str) -> Mapping[str, str]:
    """The code of each currency by its codes and its names, in English and in the locale's language."""
    codes = get_global("all_currencies")
    found = {code.lower(): code for code in codes}
    for language in ("en", locale):
        for code in codes:
            for count in (None, 1, 2):
                found.setdefault(folded(get_currency_name(code, count, language)), code)
    return found
