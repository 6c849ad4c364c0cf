"""A person's word on a purpose as an event: what was said, in answer to which words, and how it can be proved."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.events.event import Value


class Method(StrEnum):
    """How a word reached us."""

    #: The person filled in a form, here or at the business's own site.
    FORM = "form"
    #: ... and confirmed it from their mailbox.
    DOUBLE_OPT_IN = "double opt-in"
    PREFERENCES = "preference page"
    #: The link or button of a mail (RFC 8058).
    ONE_CLICK = "one-click"
    #: A mail to the address in a mail's head, or what a provider took for us.
    MAIL = "mailto"
    #: The browser's signal (Global Privacy Control).
    GPC = "GPC"
    IMPORT = "import"
    API = "API"


#: Somebody else says that the person said it: such a yes never overrules a no.
REPORTED = frozenset({Method.IMPORT, Method.API})
#: Of what somebody else reports these are the person's own act, as long as the words they agreed to come along.
OWN_ACTS = frozenset({Method.FORM, Method.DOUBLE_OPT_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How a word is known."""

    method: Method
    #: Where it was said: "sign-up form".
    source: str
    #: The text that was answered, as it was shown.
    wording: str = ""
    #: Why it may be believed, for what somebody else reports.
    basis: str = ""
    #: What was received: ids of token, message or request.
    proof: Mapping[str, str] = field(default_factory=dict)


def props_of(purpose: str, evidence: Evidence, *, granted: bool) -> dict[str, Value]:
    """The properties of the "Consent Changed" event; what is not known is left out."""
    proof: dict[str, Value] = dict(evidence.proof)
    more: dict[str, Value] = {
        "wording": evidence.wording,
        "wording_id": version(evidence.wording),
        "basis": evidence.basis,
        "proof": proof,
    }
    said: dict[str, Value] = {"purpose": purpose, "granted": granted, "source": evidence.source}
    return {**said, "method": evidence.method.value, **{key: value for key, value in more.items() if value}}


def version(wording: str) -> str:
    """Which version of a text this is; empty for no text.

    >>> version("Yes, send me news."), version("Yes, send me news!"), version("")
    ('502067470c80', '0685121d1c0c', '')
    """
    return blake2b(wording.encode(), digest_size=6).hexdigest() if wording else ""
