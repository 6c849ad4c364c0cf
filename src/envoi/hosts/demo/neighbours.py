"""Invented people for the data's households, the same in every run: the data bring none, and nobody here exists."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from envoi.bucket import bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.hosts.demo.source import Source

#: The shares of people who are odd in some way: a mail must come out well for them too.
_NO_FIRST_NAME, _LONG_NAME, _NO_ADDRESS = 0.02, 0.004, 0.03
_NEVER_ASKED, _WITHDREW = 0.06, 0.04

_DEMOGRAPHICS = (
    "age", "income", "household_size", "household_comp", "kids_count", "home_ownership", "marital_status",
)  # fmt: skip
_FIRST_SIGN_UP, _FIRST_WITHDRAWAL = datetime(2014, 1, 6), datetime(2017, 1, 9)  # noqa: DTZ001 on the shop's clock
#: They withdrew in the eleven months before the moment the project lives at.
_SIGN_UP_DAYS, _WITHDRAWAL_DAYS = 1_080, 320
#: Letters that do not come apart into a plain letter and its accent.
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "'": "", " ": "-"})


@dataclass(frozen=True, slots=True)
class Names:
    """The names that people are given."""

    first: list[str]
    last: list[str]
    #: A first and a last name longer than any form expects.
    longest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One invented person."""

    household: str
    names: Names

    @property
    def first_name(self) -> str | None:
        """Missing for some, as in every shop's list."""
        if self.draw("no first name") < _NO_FIRST_NAME:
            return None
        return self.names.longest["first"] if self._is_long else _pick(self.names.first, self.draw("first name"))

    @property
    def last_name(self) -> str:
        """A family name."""
        return self.names.longest["last"] if self._is_long else _pick(self.names.last, self.draw("last name"))

    @property
    def email(self) -> str | None:
        """An address that can belong to nobody (RFC 2606); missing for some."""
        if self.draw("no address") < _NO_ADDRESS:
            return None
        names = [_ascii(name)[:24].strip("-") for name in (self.first_name, self.last_name) if name]
        return f"{'.'.join([*names, self.household])}@example.org"

    @property
    def signed_up(self) -> datetime:
        """When this person filled in the loyalty card's form, on the shop's clock."""
        return _FIRST_SIGN_UP + timedelta(days=int(self.draw("signed up") * _SIGN_UP_DAYS), hours=10)

    @property
    def newsletter(self) -> str | None:
        """What the form says; missing if nobody asked."""
        return None if self.draw("consent") < _NEVER_ASKED else "yes"

    @property
    def withdrew(self) -> datetime | None:
        """When this person ended the newsletter, if ever."""
        if not _NEVER_ASKED <= self.draw("consent") < _NEVER_ASKED + _WITHDREW:
            return None
        return _FIRST_WITHDRAWAL + timedelta(days=int(self.draw("withdrew") * _WITHDRAWAL_DAYS), hours=19)

    @property
    def _is_long(self) -> bool:
        return self.draw("long name") < _LONG_NAME

    def draw(self, question: str) -> float:
        """A number in [0, 1) that answers this question about this person."""
        return bucket(f"demo {question}", self.household)


def people(source: Source) -> pa.Table:
    """A row a household: invented names, address and consent, and the data's own demographics where it has them."""
    everyone = _neighbours(source)
    known = source.read("demographics")
    rows = pc.index_in(source.households, known["household_id"])
    invented = ("first_name", "last_name", "email", "signed_up", "newsletter")
    return pa.table(
        {
            "user_id": [one.household for one in everyone],
            **{name: [getattr(one, name) for one in everyone] for name in invented},
            **{name: known[name].take(rows) for name in _DEMOGRAPHICS},
        }
    )


def withdrawals(source: Source) -> pa.Table:
    """A row a person who ended the newsletter on the preference page."""
    ended = sorted((one.withdrew, one.household) for one in _neighbours(source) if one.withdrew)
    times, households = zip(*ended, strict=True) if ended else ((), ())
    return pa.table({"user_id": pa.array(households, pa.string()), "at": pa.array(times, pa.timestamp("us"))})


def _neighbours(source: Source) -> list[Neighbour]:
    names = Names(**tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8")))
    return [Neighbour(str(household), names) for household in source.households.to_pylist()]


def _pick(names: list[str], draw: float) -> str:
    return names[int(draw * len(names))]


def _ascii(name: str) -> str:
    """A name as an address has it.

    >>> _ascii("Søren"), _ascii("O'Brien"), _ascii("Wójcik"), _ascii("de la Vega")
    ('soren', 'obrien', 'wojcik', 'de-la-vega')
    """
    apart = unicodedata.normalize("NFKD", name.lower().translate(_FOLDED))
    return apart.encode("ascii", "ignore").decode()
