"""A mailbox, and what counts as an address: what mail servers will take, in the one form they will take it in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from envoi.errors import DataError

#: Local parts that need no second look (RFC 5321 dot-string), and how long they and whole addresses may be.
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_NAME, _LONGEST = 64, 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Whom a message is from or for."""

    #: As people read it; may be empty.
    name: str = ""
    #: As `check_address` returned it.
    address: str

    @property
    def domain(self) -> str:
        """What follows the @.

        >>> Mailbox(name="Anna", address="anna@example.org").domain
        'example.org'
        """
        return self.address.rpartition("@")[2]


def check_address(text: str) -> str:
    """The address as servers take it: trimmed, the host in lower case and in its ASCII form.

    Accepts what a real mailbox looks like (RFC 5321 without its quoted and literal forms); asks no server.

    >>> check_address(" Anna.Lee@Exämple.org ")
    'Anna.Lee@xn--exmple-cua.org'

    Raises:
        DataError: no mail server would take it.
    """
    local, _, host = text.strip().rpartition("@")
    # The library takes 50 us for each address; of hosts there are few, and most names are plain.
    known = _host(host) if _PLAIN.fullmatch(local) and len(local) <= _LONGEST_NAME else ""
    if known and len(local) + 1 + len(known) <= _LONGEST:
        return f"{local}@{known}"
    return _checked(text)


@lru_cache(maxsize=100_000)
def _host(host: str) -> str:
    """The host as servers know it; empty if there is something to say about it."""
    try:
        return _checked(f"a@{host}").removeprefix("a@")
    except DataError:
        return ""


def _checked(text: str) -> str:
    try:
        found = validate_email(text.strip(), check_deliverability=False, strict=True, allow_smtputf8=False)
    except EmailNotValidError as fault:
        raise DataError(f"{text!r} is not an e-mail address", hint=str(fault)) from None
    return found.ascii_email or found.normalized
