"""The codes of mail servers: found in a text, and what each says (RFC 3463, its registry, RFC 5321).

A code that ends in 0, or that servers use for anything, says nothing here: then their words decide (words.py).
"""

from __future__ import annotations

import re

from envoi.messages.returned.reason import Reason

#: An enhanced code stands apart: it is no part of an address of a machine (192.0.2.5) or of a version (5.1.1.2).
_ENHANCED = re.compile(r"(?<![\d.\w])(?<![A-Za-z.]-)([245]\.\d{1,2}\.\d{1,3})(?![\d\w]|\.\d)")
_BASIC = re.compile(r"(?<![\d.\w:/-])([45]\d\d)(?=[ \-\]#:)]|$)", re.MULTILINE)

#: By subject and detail, whatever the class.
_REASONS = {
    "1.1": Reason.UNKNOWN_USER,
    "1.2": Reason.UNKNOWN_HOST,
    "1.6": Reason.MOVED,
    "1.7": Reason.BLOCKED,
    "1.8": Reason.BLOCKED,
    "1.10": Reason.NO_MAIL,
    "2.1": Reason.INACTIVE,
    "2.2": Reason.FULL,
    "2.3": Reason.TOO_LARGE,
    "3.1": Reason.SYSTEM,
    "3.2": Reason.SYSTEM,
    "3.3": Reason.SYSTEM,
    "3.4": Reason.TOO_LARGE,
    "3.5": Reason.SYSTEM,
    "4.1": Reason.NETWORK,
    "4.2": Reason.NETWORK,
    "4.3": Reason.NETWORK,
    "4.4": Reason.NETWORK,
    "4.5": Reason.LIMITED,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "5.3": Reason.LIMITED,
    "6.1": Reason.CONTENT,
    "6.2": Reason.CONTENT,
    "6.3": Reason.CONTENT,
    "6.6": Reason.CONTENT,
    "6.7": Reason.CONTENT,
    "7.1": Reason.BLOCKED,
    "7.2": Reason.BLOCKED,
    "7.7": Reason.CONTENT,
    "7.8": Reason.BLOCKED,
    "7.13": Reason.INACTIVE,
}
#: What a subject says where its detail is not in the list.
_SUBJECTS = {"3": Reason.SYSTEM, "4": Reason.NETWORK, "6": Reason.CONTENT, "7": Reason.BLOCKED}


def codes(text: str) -> tuple[str, str]:
    """The first enhanced code of a failure in `text`, and the first reply code of one; empty where there is none.

    >>> codes("host mx[192.0.2.5] said: 550-5.1.1 no such user (in reply to RCPT TO)")
    ('5.1.1', '550')
    >>> codes("sent by 5.1.1.2 at 10:450")
    ('', '')
    """
    enhanced = [code for code in _ENHANCED.findall(text) if code[0] != "2"]
    # 5.0.0 and its like say no more than that it failed: a better one may follow.
    telling = [code for code in enhanced if reason_of(code) is not None]
    basic = _BASIC.findall(text)
    return (telling or enhanced or [""])[0], (basic or [""])[0]


def reason_of(code: str) -> Reason | None:
    """What an enhanced code says by itself; None if that is nothing.

    >>> str(reason_of("5.1.1")), reason_of("5.0.0"), str(reason_of("5.7.606"))
    ('no such mailbox', None, 'the server takes nothing from this sender')
    """
    kind, _, rest = code.partition(".")
    if not rest or kind not in "45":
        return None
    subject, _, detail = rest.partition(".")
    if rest == "1.1" and kind == "4":
        return None
    return _REASONS.get(rest) or (_SUBJECTS.get(subject) if detail != "0" else None)
