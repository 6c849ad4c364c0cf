"""Phone numbers: whatever people write, to E.164 by the country it was written in (libphonenumber's own tables)."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from envoi.people.standardise.base import Clean

_FAULTS = {
    NumberParseException.INVALID_COUNTRY_CODE: "has no country code that exists, and no country is named by the rule",
    NumberParseException.NOT_A_NUMBER: "is not a phone number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "ends after the prefix for calls abroad",
    NumberParseException.TOO_SHORT_NSN: "is too short for a phone number",
    NumberParseException.TOO_LONG: "is too long for a phone number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number that could be read, whether or not it can exist."""

    #: As in +441212345678.
    e164: str
    #: Whether a subscriber may have it: its area and its length are given out.
    valid: bool
    #: Whether its length alone would do.
    possible: bool
    #: The two letters of the country; empty where that cannot be told.
    region: str
    #: "MOBILE", "FIXED_LINE", ..., "UNKNOWN".
    kind: str
    extension: str = ""


def read_phone(text: str, *, country: str = "") -> Phone | str:
    """The number, or why there is none; `country` is where a number without +, as people there dial it, belongs.

    >>> found = read_phone("(0121) 234 5678 ext. 9", country="GB")
    >>> found.e164, found.extension, read_phone("none")
    ('+441212345678', '9', 'is not a phone number')
    """
    try:
        found = phonenumbers.parse(text, country or None)
    except NumberParseException as error:
        return _FAULTS[error.error_type]
    kind = phonenumbers.number_type(found)
    return Phone(
        e164=phonenumbers.format_number(found, PhoneNumberFormat.E164),
        # As the library has it: a number is valid in its region if it is of some type there.
        valid=kind != PhoneNumberType.UNKNOWN,
        possible=phonenumbers.is_possible_number(found),
        region=phonenumbers.region_code_for_number(found) or "",
        kind=PhoneNumberType.to_string(kind),
        extension=found.extension or "",
    )


def phone(text: str, *, country: str = "") -> Clean:
    """The number in E.164; one that no subscriber can have is a fault.

    Its parts are `region`, `kind` in lower case, and `extension`, which E.164 has no place for.

    >>> phone("07400 123456", country="GB").value, phone("+44 7400 123456").parts["kind"]
    ('+447400123456', 'mobile')
    >>> phone("07400 123456").fault
    'has no country code that exists, and no country is named by the rule'
    """
    found = read_phone(text, country=country)
    if isinstance(found, str):
        return Clean(fault=found)
    if not found.valid:
        where = found.region or country
        return Clean(fault=f"is a number that nobody{f' in {where}' if where else ''} can have: {found.e164}")
    parts = {"region": found.region, "kind": found.kind.lower(), "extension": found.extension}
    return Clean(value=found.e164, parts=parts)
