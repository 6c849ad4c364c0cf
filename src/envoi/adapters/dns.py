"""Asks the DNS for the texts of a name, as mail servers do."""

from __future__ import annotations

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from envoi.errors import Unreachable

_PATIENCE_S = 5.0


def texts(name: str) -> list[str]:
    """The TXT records of a name, each put together from its pieces; none if there are none.

    Raises:
        Unreachable: no name server answered.
    """
    try:
        answer = Resolver().resolve(name, "TXT", lifetime=_PATIENCE_S)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise Unreachable(f"the DNS does not say what {name} publishes: {error}", hint="check the network") from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
