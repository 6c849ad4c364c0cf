"""E-mail addresses: which texts are mailboxes, their one spelling, and which of them are nobody in particular.

The policy is the strict mailbox: what a real mailbox looks like by RFC 5321, without quoted local parts, address
literals and comments; at most 64 octets before the @; a host with a dot in it that is no special-use name (RFC 6761).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from envoi.people.standardise.base import Clean, words

if TYPE_CHECKING:
    from collections.abc import Set

#: Before the @: whoever holds the office reads it, often several people; so it must not stand for one.
ROLES = words(
    """abuse accounting accounts admin administrator all billing bookings careers contact customerservice donotreply
    enquiries everyone feedback finance hello help helpdesk hostmaster hr info inquiries invoices it jobs legal
    list-request mail mailer-daemon marketing media news newsletter no-reply noc noreply office orders postmaster press
    privacy reception recruitment reservations root sales security service shop spam staff subscribe support team tech
    unsubscribe usenet webmaster"""
)
#: After the @: well-known makers of addresses to be thrown away; a project's rule can name more.
DISPOSABLE = words(
    """10minutemail.com 20minutemail.com 33mail.com burnermail.io discard.email dispostable.com dropmail.me
    emailondeck.com emailfake.com fakeinbox.com fakemail.net getairmail.com getnada.com grr.la
    guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net
    guerrillamail.org guerrillamailblock.com inboxbear.com
    incognitomail.com jetable.org linshiyouxiang.net mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com
    mailinator.com mailinator.net mailnesia.com mailnull.com mailsac.com meltmail.com minuteinbox.com mintemail.com
    moakt.com mohmal.com mytemp.email mytrashmail.com nada.email sharklasers.com spam4.me spambog.com spamex.com
    spamgourmet.com spamherelots.com tempail.com temp-mail.io temp-mail.org tempinbox.com tempmail.com tempmail.net
    tempmailo.com tempr.email throwam.com throwawaymail.com tmpmail.net tmpmail.org trash-mail.com trashmail.com
    trashmail.de trashmail.net wegwerfmail.de wegwerfmail.net yopmail.com yopmail.fr yopmail.net"""
)
#: What copying leaves around an address: spaces, those without a break or width, tabs; never a line break.
_BLANKS = " \t\u00a0\u200b\ufeff"
_LONGEST, _LONGEST_LOCAL = 254, 64
#: What is in standard form and could not fail: nearly every address of a list. The rest is asked of the library.
_is_usual = re.compile(
    r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([a-z0-9]([a-z0-9]|-(?!-)){0,61}(?<!-)\.)+[a-z]{2,63}"
).fullmatch
_SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def email(text: str, *, roles: Set[str] = ROLES, disposable: Set[str] = DISPOSABLE) -> Clean:
    """The mailbox that the text names, without the blanks around it; no server is asked.

    Its parts are `domain`, and `kind`: "role", "disposable", or empty for what looks like one person's own.

    >>> email(" Anna.Lee@Exämple.org ").value, email("info@example.org").parts["kind"], email("anna@").fault
    ('Anna.Lee@xn--exmple-cua.org', 'role', 'is no e-mail address: There must be something after the @-sign.')
    """
    try:
        address = mailbox(text.strip(_BLANKS).removeprefix("mailto:"))
    except EmailNotValidError as fault:
        return Clean(fault=f"is no e-mail address: {fault}")
    local, _, domain = address.rpartition("@")
    return Clean(value=address, parts={"domain": domain, "kind": _kind(local.lower(), domain, roles, disposable)})


def mailbox(text: str) -> str:
    """The address as mail servers take it: its host in lower case and in its ASCII form.

    >>> mailbox("Anna@Example.ORG")
    'Anna@example.org'

    Raises:
        EmailNotValidError: it is no mailbox by the policy above; blanks and line breaks around it are no part of one.
    """
    local, _, host = text.rpartition("@")
    quick = f"{local}@{host.lower()}"
    if _is_standard(quick):
        return quick
    found = validate_email(text, check_deliverability=False, strict=True, allow_smtputf8=False)
    return found.ascii_email or found.normalized


def _is_standard(address: str) -> bool:
    """Whether the library would say no more than what is there."""
    return (
        len(address) <= _LONGEST
        and _is_usual(address) is not None
        and address.index("@") <= _LONGEST_LOCAL
        and not f".{address.rpartition('@')[2]}".endswith(_SPECIAL)
    )


def _kind(local: str, domain: str, roles: Set[str], disposable: Set[str]) -> str:
    if local.partition("+")[0] in roles:
        return "role"
    # A maker of throw-away addresses gives them out below its own name too.
    parents = domain.split(".")
    return "disposable" if any(".".join(parents[n:]) in disposable for n in range(len(parents) - 1)) else ""
