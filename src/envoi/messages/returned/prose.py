"""Bounces that were written for people: whom a server could not reach, and what it says of each."""

from __future__ import annotations

import re
from itertools import islice

from envoi.messages.returned.original import ADDRESS
from envoi.messages.returned.reason import Reason, lasting
from envoi.messages.returned.returned import Bounce
from envoi.messages.returned.words import judged

#: A line that is about an address and nothing else: `<a@b>:`, `* a@b`, `a@b [User unknown]`, `550 a@b... no`.
_ALONE = re.compile(
    r"^[\s*>\-]*(?:[45]\d\d[ -])?(?:(?:to|recipient|user|address|rcpt to|failed recipient|smtp)\s*:\s*)?"
    rf"[<\"']?(?P<who>{ADDRESS.pattern})[>\"']?\s*(?:$|[:;,\[(.-])",
    re.IGNORECASE,
)
#: An address that a sentence says is the one that failed.
_SAID = re.compile(
    r"\b(?:rcpt to|to|recipients?|user|userid|address|mailbox|for|unknown|account|group)\b[\s:=]*"
    rf"[<\"'(]?(?P<who>{ADDRESS.pattern})",
    re.IGNORECASE,
)
#: A line after which recipients are named.
_LEAD = re.compile(
    r"(?:following|these) (?:\w+ ){0,3}(?:address|recipient|user|destination|mailbox)|recipient\(s\)|"
    r"list of recipients|addresses had",
    re.IGNORECASE,
)
#: What looks like an address and is none.
_ID = re.compile(r"\s*(?:message-id|references|in-reply-to)\s*:", re.IGNORECASE)
#: A line that names somebody has no more letters.
_LINE = 1_000
#: A notice names no more recipients.
_RECIPIENTS = 100
#: Machines that write bounces, whom no bounce is about.
_MACHINE = re.compile(r"^(?:mailer-?daemon|postmaster|no-?reply|abuse|support|helpdesk)@", re.IGNORECASE)


def bounces(notice: str, ours: frozenset[str]) -> list[Bounce]:
    """What a notice says of each recipient it names; `ours` are the addresses of who sent the mail."""
    lines = [line[:_LINE] for line in notice.split("\n")]
    lead = next((number + 1 for number, line in enumerate(lines) if _LEAD.search(line)), 0)
    below = [(lead + number, who) for number, who in _places(lines[lead:], ours)]
    # Who wrote to a wrong address at home is named below such a line too.
    places = below or (_alone(lines, lead) if lead else []) or _places(lines, ours)
    ends = [*(place for place, _ in places[1:]), len(lines)][: len(places)]
    rest = [notice] if len(places) == 1 else []
    found = [
        bounce(who, lines[start], _paragraph(lines[start:end]), "\n".join(lines[start:end]), *rest)
        for (start, who), end in zip(places, ends, strict=True)
    ]
    # Of whom nothing is said, where of others it is, that is not a recipient.
    return [each for each in found if each.reason is not Reason.OTHER] or found


def bounce(who: str, *texts: str) -> Bounce:
    """What is said of one recipient, by the first text that gives a reason."""
    for words in texts:
        reason, code = judged(words, who=who)
        if reason is not Reason.OTHER:
            break
    return Bounce(recipient=who, lasting=lasting(reason, code), reason=reason, code=code, words=" ".join(words.split()))


def paragraph(notice: str, who: str) -> str:
    r"""The lines from the last that begins with `who` to the next that is empty; nothing if none does.

    >>> paragraph("Sorry.\n\n<a@b.org>: no such user\n  (in reply to DATA)\n\nBye", "a@b.org")
    '<a@b.org>: no such user\n  (in reply to DATA)'
    """
    lines = notice.split("\n")
    starts = [number for number, line in enumerate(lines) if line.lower().lstrip(" <").startswith(who)] if who else []
    return _paragraph(lines[starts[-1] :]) if starts else ""


def _paragraph(lines: list[str]) -> str:
    end = next((number for number, line in enumerate(lines) if number and not line.strip()), len(lines))
    names = [number for number, line in enumerate(lines) if number and _ALONE.match(line)]
    return "\n".join(lines[: min([end, *names])])


def _alone(lines: list[str], lead: int) -> list[tuple[int, str]]:
    found = ((number, _ALONE.match(lines[number])) for number in range(lead, len(lines)))
    return [(number, match["who"].lower()) for number, match in found if match][:1]


def _places(lines: list[str], ours: frozenset[str]) -> list[tuple[int, str]]:
    """The line of each recipient, each once, by the surest way in which any is named."""
    for pattern in (_ALONE, _SAID, ADDRESS):
        found: dict[str, int] = {}
        for number, line in enumerate(lines):
            if _ID.match(line):
                continue
            for match in islice(pattern.finditer(line), _RECIPIENTS):
                who = (match.groupdict().get("who") or match.group()).lower()
                if who not in ours and not _MACHINE.match(who):
                    found.setdefault(who, number)
        if found:
            return sorted((number, who) for who, number in found.items())[:_RECIPIENTS]
    return []
