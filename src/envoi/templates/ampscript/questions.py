"""AMPscript's functions that ask about a value: is it empty, an address, a number of a phone."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from envoi.templates.ampscript.values import text

_LONGEST_ADDRESS = 254
#: North American: area and exchange begin with 2 to 9.
_PHONE = re.compile(r"\(?[2-9]\d{2}\)?[-. ]*[2-9]\d{2}[-. ]*\d{4}")


def empty(value: object) -> bool:
    """Whether there is nothing: no value, or the empty text.

    >>> empty(""), empty(None), empty(" "), empty(0)
    (True, True, False, False)
    """
    return value is None or (isinstance(value, str | list | tuple) and not value)


def is_null(value: object) -> bool:
    """Whether the data say that there is no value; a name that nothing brings is the empty text."""
    return value is None


def is_null_default(value: object, default: object) -> object:
    """The value, or a default where there is none."""
    return default if empty(value) else value


def is_email_address(value: object) -> bool:
    """Whether a text has the form of an address; nobody is asked if it exists.

    >>> is_email_address("anna@example.com"), is_email_address("anna@shop"), is_email_address(" a@b.org")
    (True, False, False)
    """
    shown = text(value)
    if len(shown) > _LONGEST_ADDRESS or shown != shown.strip():
        return False
    try:
        validate_email(shown, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def is_phone_number(value: object) -> bool:
    """Whether a text is a number of North America.

    >>> is_phone_number("(425) 555-0142"), is_phone_number("+1 425 555 0142"), is_phone_number("123-456-7890")
    (True, False, False)
    """
    return bool(_PHONE.fullmatch(text(value).strip()))


def domain(address: object) -> str:
    """What stands behind the first @ of an address."""
    return text(address).partition("@")[2]
