"""A mailbox, and what counts as an address: what mail servers will take, in the one form they will take it in."""

from __future__ import annotations

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from envoi.errors import DataError


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
    try:
        found = validate_email(text.strip(), check_deliverability=False, strict=True, allow_smtputf8=False)
    except EmailNotValidError as fault:
        raise DataError(f"{text!r} is not an e-mail address", hint=str(fault)) from None
    return found.ascii_email or found.normalized
