"""Countries and states: their names and codes, in many languages, to ISO 3166."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.core import get_global
from rapidfuzz import fuzz, process

from envoi.people.standardise.base import Clean, folded
from envoi.people.standardise.states import SHORT_NAMES, STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The languages in which names of countries are known, beside that of a rule's own locale.
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "tr", "ja", "zh")
#: What people write and no table has.
_USUAL = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "america": "US", "united states of america": "US", "usa": "US", "us of a": "US", "the states": "US",
    "holland": "NL", "the netherlands": "NL", "korea": "KR", "south korea": "KR", "north korea": "KP", "russia": "RU",
    "czech republic": "CZ", "ivory coast": "CI", "burma": "MM", "swaziland": "SZ", "macedonia": "MK", "eire": "IE",
    "republic of ireland": "IE", "viet nam": "VN", "uae": "AE", "vatican": "VA", "cape verde": "CV", "east timor": "TL",
    "hong kong": "HK", "macau": "MO", "macao": "MO", "palestine": "PS", "china": "CN", "taiwan": "TW", "bosnia": "BA",
    "trinidad": "TT", "congo kinshasa": "CD", "drc": "CD", "turkey": "TR", "turkiye": "TR", "roc": "TW", "prc": "CN",
}  # fmt: skip
#: Codes of Babel that are no country of ISO 3166: regions, users' own, and what is only exceptionally reserved.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
_ALPHA2, _SIMILAR = 2, 80


def country(text: str, *, locale: str = "en") -> Clean:
    """The two letters of ISO 3166-1; its part is `name`, in English.

    >>> [country(text).value for text in ("USA", "Deutschland", "the united states of America", "gbr", "Côte d'Ivoire")]
    ['US', 'DE', 'US', 'GB', 'CI']
    >>> country("Germny").fault
    'is no country that is known; did you mean Germany?'
    """
    key = folded(text)
    code = _countries(locale).get(key) or _countries(locale).get(key.removeprefix("the "))
    if code is None:
        meant = _meant(key, _countries(locale), Locale("en").territories)
        return Clean(fault=f"is no country that is known{meant}")
    return Clean(value=code, parts={"name": str(Locale("en").territories[code])})


def state(text: str, *, country: str = "US", short: bool = False) -> Clean:
    """The code of ISO 3166-2, with `short` without its country; of the US, Canada and Australia.

    Its part is `name`, in English.

    >>> {state(text).value for text in ("NY", "New York", "new york state", "State of New York", "N.Y.", "US-NY")}
    {'US-NY'}
    >>> state("british columbia", country="CA", short=True).value, state("Calfornia").fault
    ('BC', 'is no state of US; did you mean California?')
    """
    key = folded(text)
    known = _states(country)
    code = next((known[form] for form in _forms(key, country) if form in known), None)
    if code is None:
        return Clean(fault=f"is no state of {country}{_meant(key, known, STATES[country])}")
    return Clean(value=code if short else f"{country}-{code}", parts={"name": STATES[country][code]})


def _forms(key: str, country: str) -> Iterable[str]:
    """The key as it stands, and without what people add to a state's name."""
    yield key
    yield key.removeprefix(f"{country.lower()} ")
    yield key.removesuffix(" state").removesuffix(" province")
    for before in ("state of ", "the state of ", "commonwealth of ", "province of "):
        yield key.removeprefix(before)


@lru_cache(maxsize=8)
def _countries(locale: str) -> Mapping[str, str]:
    """The code of each country by all its names and codes."""
    known = map(str, Locale("en").territories)
    codes = {code for code in known if len(code) == _ALPHA2 and code.isalpha()} - _NO_COUNTRY
    found = dict(_USUAL)
    found |= {code.lower(): code for code in codes}
    # The codes of three letters and of three digits.
    for alias, meant in get_global("territory_aliases").items():
        if len(meant) == 1 and meant[0] in codes:
            found.setdefault(alias.lower(), meant[0])
    for language in dict.fromkeys(("en", locale, *LANGUAGES)):
        names = Locale.parse(language).territories
        for code in codes:
            name = names.get(code, "")
            for each in (name, name.partition("(")[0], name.replace("&", "and"), name.replace("St.", "Saint")):
                if key := folded(each):
                    found.setdefault(key, code)
    return found


@lru_cache(maxsize=8)
def _states(country: str) -> Mapping[str, str]:
    """The code of each state by its name and codes."""
    known, short = STATES[country], {folded(form): code for form, code in SHORT_NAMES[country].items()}
    return short | {folded(form): code for code, name in known.items() for form in (code, name, f"{country}-{code}")}


def _meant(key: str, known: Mapping[str, str], names: Mapping[str, str]) -> str:
    found = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
    return f"; did you mean {names[known[found[0]]]}?" if found else ""
