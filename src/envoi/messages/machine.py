"""Who asks: a person who reads, or a program that looks at mail before, for or instead of one.

Nothing is thrown away for it: a hit of a machine is an event like any other, and says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.messages.links import PIXEL
from envoi.messages.machine_agents import program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from envoi.messages.track import Hit

#: Nobody opens a mail, or follows its links, so soon after it was sent.
SOON = 2 * MICROS_PER_SECOND
#: Nobody follows two links of a mail within this time.
AT_ONCE = 1 * MICROS_PER_SECOND
#: Who asked for a link by HEAD, and within this time for itself, is no browser.
LOOKED = 20 * MICROS_PER_SECOND

#: What browsers and programs say of a request that no person has asked for (yet).
_PREFETCH = {
    "purpose": re.compile("prefetch|preview|prerender", re.IGNORECASE),
    "sec-purpose": re.compile("prefetch|prerender", re.IGNORECASE),
    "x-purpose": re.compile("prefetch|preview", re.IGNORECASE),
    "x-moz": re.compile("prefetch", re.IGNORECASE),
}


def suspect(headers: Mapping[str, str]) -> str:
    """Why a request, by what it says of itself (names of headers in small letters), is no person's; empty if it may be.

    >>> suspect({"user-agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) (via ggpht.com GoogleImageProxy)"})
    "Gmail's image proxy"
    >>> suspect({"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"})
    ''
    """
    for name, pattern in _PREFETCH.items():
        if pattern.search(headers.get(name, "")):
            return "fetched in advance"
    return program(headers.get("user-agent", ""))


def judged(
    hits: Sequence[Hit], *, before: Iterable[Hit] = (), headed: Mapping[str, Instant], sent: Mapping[str, Instant]
) -> list[str]:
    """Why each of the hits is a machine's, in their order; empty where nothing tells.

    `before` are hits of a moment ago, judged already; `headed` says when links of a mail were last asked for by HEAD,
    and `sent` when mails were taken by a server: both by decision, as far as it is known.
    """
    hurried = _hurried([*before, *hits])
    return [
        hit.machine
        or _too_soon(hit, sent.get(hit.decision))
        or _looked_first(hit, headed.get(hit.decision))
        or ("several links at once" if hit.id in hurried else "")
        for hit in hits
    ]


def _too_soon(hit: Hit, sent: Instant | None) -> str:
    return "within 2 seconds of sending" if sent is not None and hit.at - sent < SOON else ""


def _looked_first(hit: Hit, headed: Instant | None) -> str:
    """A browser asks for a page, and not first whether it is there."""
    return "asked whether it is there first" if headed is not None and 0 <= hit.at - headed < LOOKED else ""


def _hurried(hits: Iterable[Hit]) -> set[str]:
    """Those of a mail's clicks that came within a second of a click on another of its links."""
    by_mail: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.link.url != PIXEL:
            by_mail[hit.decision].append(hit)
    found: set[str] = set()
    for clicks in by_mail.values():
        clicks.sort(key=lambda hit: hit.at)
        for number, hit in enumerate(clicks):
            for other in clicks[number + 1 :]:
                if other.at - hit.at > AT_ONCE:
                    break
                if other.link.id != hit.link.id:
                    found |= {hit.id, other.id}
    return found
