"""A project's rules made ready: with the parser of addresses, and with the order in which a file writes its dates."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from envoi.adapters.people.dns import takes_mail
from envoi.adapters.people.usaddress import parse_address
from envoi.people.standardise.date import Order, order_of
from envoi.people.standardise.rule import Kind, Tools, undecided
from envoi.people.standardise.standardise import Standardise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.port import Source
    from envoi.events.reshape import Reshape
    from envoi.people.standardise.rule import Rule

#: How many records of a file are looked at for the order of its dates: of any dozen days seven are after the 12th.
_LOOKED_AT = 10_000


def standardiser(rules: Sequence[Rule], file: tuple[Reshape, Source] | None = None) -> Standardise | None:
    """What puts records in standard form; None if the project has no rules.

    Raises:
        DataError: a rule is of addresses, and usaddress is not installed.
    """
    tools = Tools(
        parse_address=parse_address() if any(rule.kind is Kind.ADDRESS for rule in rules) else None,
        # What comes in live cannot wait for other people's servers.
        takes_mail=takes_mail() if file and any(rule.dns for rule in rules) else None,
        orders=_orders(rules, *file) if file else {},
    )
    return Standardise.of(rules, tools)


def _orders(rules: Sequence[Rule], reshape: Reshape, source: Source) -> dict[str, Order]:
    """The order of the dates of each field, where neither rule nor locale says it but other values of the file do."""
    fields = [rule.path for rule in rules if undecided(rule) and rule.source in ("", reshape.source)]
    seen: dict[str, list[str]] = defaultdict(list)
    for record in islice(source.read(), _LOOKED_AT) if fields else ():
        for raw in () if record.fault else reshape.raws(record):
            for field in fields:
                if isinstance(value := raw.props.get(field), str):
                    seen[field].append(value)
    return {field: order for field, values in seen.items() if (order := order_of(values))}
