"""A project's rules: which field is put in which standard form, and what happens to a value that has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from envoi.errors import DataError
from envoi.people.standardise.address import address
from envoi.people.standardise.base import Clean
from envoi.people.standardise.category import Taxonomy, category
from envoi.people.standardise.currency import currency
from envoi.people.standardise.date import Order, date, order_in
from envoi.people.standardise.email import DISPOSABLE, ROLES, email
from envoi.people.standardise.name import name
from envoi.people.standardise.phone import phone
from envoi.people.standardise.place import country, state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.people.standardise.address import ParseAddress
    from envoi.people.standardise.base import Standard

#: How many of the latest values of a field are remembered with what they became: repeats cost a look-up.
_REMEMBERED = 1 << 16


class Kind(StrEnum):
    """What a rule makes of its field."""

    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    NAME = "name"
    COUNTRY = "country"
    STATE = "state"
    ADDRESS = "address"
    CURRENCY = "currency"
    CATEGORY = "category"


class Otherwise(StrEnum):
    """What becomes of a value that has no standard form; it is kept beside in each case."""

    #: The field is missing from the event; what was known of the person before stays.
    LEAVE_OUT = "leave out"
    #: The value stays as it came.
    KEEP = "keep"
    #: The whole record is set aside, to be mended and taken in again.
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule as its file has it."""

    #: The property or trait; below others by points: "address.state", of each item of a list: "products.category".
    path: str
    kind: Kind
    #: Only of what comes from this source; empty: from all.
    source: str = ""
    #: Where parts of the value go, by the part: {"region": "phone_country"}.
    into: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise = Otherwise.LEAVE_OUT
    #: Of phones and states: the country whose way of writing it is.
    country: str = ""
    #: Of dates and currencies: the locale of those who wrote them.
    locale: str = ""
    #: Of dates: which of two numbers is the day.
    order: Order | None = None
    #: Of dates: the latest year that two digits can mean.
    newest: int = 0
    #: Of states: whether the country is left out.
    short: bool = False
    #: Of categories.
    taxonomy: Taxonomy | None = None
    accept: float = 0
    #: Of e-mail addresses: further names before and after the @ to be flagged.
    roles: tuple[str, ...] = ()
    disposable: tuple[str, ...] = ()
    #: Of e-mail addresses: whether imports ask the DNS if the domain takes mail.
    dns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What rules need of the outside, where it is there."""

    parse_address: ParseAddress | None = None
    #: Tells why a domain takes no mail; empty if it does.
    takes_mail: Callable[[str], str] | None = None
    #: By field, the order of dates in what is taken in, as its other values show.
    orders: Mapping[str, Order] = field(default_factory=dict)


#: Which options each kind of rule has beside those of all.
OPTIONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.EMAIL: ("roles", "disposable", "dns"),
    Kind.PHONE: ("country",),
    Kind.DATE: ("order", "newest", "locale"),
    Kind.NAME: (),
    Kind.COUNTRY: ("locale",),
    Kind.STATE: ("country", "short"),
    Kind.ADDRESS: (),
    Kind.CURRENCY: ("locale",),
    Kind.CATEGORY: ("taxonomy", "accept"),
}


def undecided(rule: Rule) -> bool:
    """Whether only the column's other values can tell which order its dates are in."""
    return rule.kind is Kind.DATE and _order(rule) is None


def standard(rule: Rule, tools: Tools | None = None) -> Standard:
    """What the rule does to a text.

    Raises:
        DataError: it is of categories without a taxonomy, or of addresses and nothing is there to parse them.
    """
    return lru_cache(maxsize=_REMEMBERED)(_standard(rule, tools or Tools()))


def _standard(rule: Rule, tools: Tools) -> Standard:
    order = _order(rule) or tools.orders.get(rule.path)
    made: dict[Kind, Standard] = {
        Kind.EMAIL: partial(email, roles=ROLES | {*rule.roles}, disposable=DISPOSABLE | {*rule.disposable}),
        Kind.PHONE: partial(phone, country=rule.country),
        Kind.DATE: partial(date, order=order, newest=rule.newest, locale=rule.locale or "en"),
        Kind.NAME: name,
        Kind.COUNTRY: partial(country, locale=rule.locale or "en"),
        Kind.STATE: partial(state, country=rule.country or "US", short=rule.short),
        Kind.CURRENCY: partial(currency, locale=rule.locale),
    }
    if rule.dns and tools.takes_mail:
        made[Kind.EMAIL] = partial(_deliverable, made[Kind.EMAIL], tools.takes_mail)
    if rule.taxonomy:
        made[Kind.CATEGORY] = partial(category, taxonomy=rule.taxonomy, accept=rule.accept)
    if tools.parse_address:
        made[Kind.ADDRESS] = partial(address, parse=tools.parse_address)
    if rule.kind not in made:
        raise DataError(f"the rule of {rule.path!r} lacks its taxonomy, or its parser of addresses")
    return made[rule.kind]


def _deliverable(email: Standard, takes_mail: Callable[[str], str], text: str) -> Clean:
    clean = email(text)
    fault = takes_mail(clean.parts["domain"]) if clean.value else ""
    return Clean(fault=fault) if fault else clean


def _order(rule: Rule) -> Order | None:
    return rule.order or (order_in(rule.locale) if rule.locale else None)
