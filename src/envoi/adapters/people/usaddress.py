"""Addresses of the US taken apart by usaddress, a model that learned from labelled ones (extra `address`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import DataError

if TYPE_CHECKING:
    from envoi.people.standardise.address import ParseAddress


def parse_address() -> ParseAddress:
    """What tells of each word of an address what it is.

    Raises:
        DataError: usaddress is not installed.
    """
    try:
        import usaddress
    except ImportError:
        what = "a rule is of addresses, and usaddress, which takes them apart, is not installed"
        raise DataError(what, hint="pip install 'envoi[address]'") from None
    parse: ParseAddress = usaddress.parse
    return parse
