"""Asks the DNS whether a domain takes mail: only where a rule says so, and only on imports, for it takes time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from email_validator import EmailUndeliverableError, caching_resolver
from email_validator.deliverability import validate_email_deliverability

if TYPE_CHECKING:
    from collections.abc import Callable

    from dns.resolver import Resolver

#: A server that takes longer than this is not waited for, and nothing is held against its domain.
WAIT_S = 3
#: Lists have thousands of addresses at a few domains.
_REMEMBERED = 1 << 16


def takes_mail(resolver: Resolver | None = None) -> Callable[[str], str]:
    """What tells why a domain takes no mail; empty if it does, or if nobody could be asked.

    The servers asked are this machine's, unless a `resolver` knows others.
    """
    asked = resolver or caching_resolver(timeout=WAIT_S)

    @lru_cache(maxsize=_REMEMBERED)
    def fault(domain: str) -> str:
        try:
            # A time-out says nothing of the domain, and is no error here.
            validate_email_deliverability(domain, domain, dns_resolver=asked)
        except EmailUndeliverableError as error:
            return f"is at a domain that takes no mail: {error}"
        return ""

    return fault
