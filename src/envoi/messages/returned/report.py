"""Delivery reports that machines write for machines: message/delivery-status (RFC 3464).

They are read as lines of text, wherever they stand: many servers get the MIME around them wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.messages.returned.original import ADDRESS
from envoi.messages.returned.prose import paragraph
from envoi.messages.returned.reason import Lasting, Reason, lasting
from envoi.messages.returned.returned import Bounce
from envoi.messages.returned.words import judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    Fields = Mapping[str, str]

#: Actions by which nothing has failed.
_ARRIVED = frozenset({"delivered", "relayed", "expanded"})
_FIELD = re.compile(
    r"(?P<name>(?:Final|Original|X-Actual)-Recipient|Action|Status|Diagnostic-Code|Remote-MTA|Last-Attempt-Date)\s*:\s*(?P<value>.*)",
    re.IGNORECASE,
)


def recipients(text: str) -> list[Fields]:
    r"""The fields of each recipient in a report; of a text that is none, nothing.

    >>> recipients("Final-Recipient: rfc822; a@b.org\nAction: failed\nStatus: 5.1.1\n\nHello")
    [{'final-recipient': 'rfc822; a@b.org', 'action': 'failed', 'status': '5.1.1'}]
    """
    groups: list[dict[str, str]] = [{}]
    name = ""
    for line in text.split("\n"):
        field = _FIELD.match(line)
        if field:
            name = field["name"].lower()
            if name in groups[-1]:
                groups.append({})
            groups[-1][name] = field["value"].strip()
        elif name and line[:1] in {" ", "\t"} and line.strip():
            groups[-1][name] += " " + line.strip()
        elif not line.strip():
            name = ""
            if recipient(groups[-1]) and "action" in groups[-1]:
                groups.append({})
        else:
            name = ""
    return [fields for fields in groups if recipient(fields) and ("action" in fields or "status" in fields)]


def recipient(fields: Fields) -> str:
    """Whom the fields are about: the address we wrote to, where the report tells both."""
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        found = ADDRESS.findall(fields.get(name, ""))
        if found:
            return str(found[-1]).lower()
    return ""


def arrived(fields: Fields) -> bool:
    """Whether the report says that the mail arrived."""
    return fields.get("action", "").split(" ")[0].lower() in _ARRIVED


def bounce(fields: Fields, notice: str) -> Bounce:
    """What the report says of one recipient; `notice` is what people are told beside it."""
    status = fields.get("status", "").split(" ")[0]
    diagnostic = fields.get("diagnostic-code", "")
    who = recipient(fields)
    about = paragraph(notice, who)
    words = diagnostic.partition(";")[2].strip() or diagnostic or " ".join((about or notice).split())
    reason, code = judged(words, status, who=who, beside=f"{about} {_transcript(notice)}")
    if reason is Reason.OTHER and diagnostic:
        reason, _ = judged(about, status, who=who)
    if reason is Reason.OTHER:
        reason, _ = judged(notice, status, who=who)
    is_delay = fields.get("action", "").lower().startswith("delayed")
    if is_delay and lasting(reason, code) is not Lasting.TEMPORARY:
        reason = Reason.EXPIRED
    return Bounce(
        recipient=who, lasting=lasting(reason, code), reason=reason, code=code, words=words, is_final=not is_delay
    )


def _transcript(notice: str) -> str:
    """What servers told each other, where the notice repeats it."""
    return " ".join(line for line in notice.split("\n") if line.startswith((">>>", "<<<")))
