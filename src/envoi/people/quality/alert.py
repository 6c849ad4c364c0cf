"""Who is told what of findings: each finding once until it clears, and then that it is well again.

What is about to be told is written down before it goes, so that a crash in between tells nobody twice: of a mail it is
taken for told, since it may have gone; a web address is asked again with the same id and the same words, by which
whoever listens there knows it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.events.clean import digest

if TYPE_CHECKING:
    from collections.abc import Mapping


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What one who listens does not know yet."""

    #: The same for the same news at the same time.
    id: str
    at: Instant
    #: By the finding's key, in words: what is wrong now, and what is no longer.
    new: dict[str, str] = {}
    well: dict[str, str] = {}


class Heard(msgspec.Struct, kw_only=True):
    """What one who listens was told, and has not been told that it is well again."""

    findings: dict[str, str] = {}
    #: On its way when it was last written down.
    underway: News | None = None
    #: How often that failed, and when it may be tried again.
    failed: int = 0
    again_at: Instant = Instant(0)


#: How long after the first failure it is tried again, and how long at most; each time twice as long.
FIRST_S, LONGEST_S = 60, 6 * 3600


def news(heard: Heard, findings: Mapping[str, str], at: Instant) -> News | None:
    """What has changed since they were told; None if nothing has.

    >>> told = Heard(findings={"a": "A is missing", "b": "B is late"})
    >>> found = news(told, {"a": "A is missing for more", "c": "C is odd"}, Instant(1))
    >>> found.new, found.well
    ({'c': 'C is odd'}, {'b': 'B is late'})
    >>> news(told, {"a": "A", "b": "B"}, Instant(1))
    """
    new = {key: says for key, says in findings.items() if key not in heard.findings}
    well = {key: says for key, says in heard.findings.items() if key not in findings}
    if not new and not well:
        return None
    return News(id=digest([at, new, well]), at=at, new=new, well=well)


def told(heard: Heard, told_news: News) -> Heard:
    """What they know after they heard it."""
    kept = {key: says for key, says in heard.findings.items() if key not in told_news.well}
    return Heard(findings=kept | told_news.new)


def failed(heard: Heard, at: Instant, *, is_known_again: bool) -> Heard:
    """The same after they could not be reached: they are tried again, ever more seldom.

    Where news are known again when they come twice, it is the very same that is tried again.

    >>> once = failed(Heard(underway=News(id="1", at=0)), Instant(0), is_known_again=False)
    >>> once.underway, once.again_at // 1_000_000
    (None, 60)
    >>> failed(once, Instant(0), is_known_again=True).again_at // 1_000_000
    120
    """
    wait_s = min(FIRST_S * 2**heard.failed, LONGEST_S)
    again_at = Instant(at + wait_s * 1_000_000)
    underway = heard.underway if is_known_again else None
    return Heard(findings=heard.findings, underway=underway, failed=heard.failed + 1, again_at=again_at)


def in_words(project: str, found: News) -> tuple[str, str]:
    """The subject and the text of a mail that tells it.

    >>> subject, text = in_words("Shop", News(id="1", at=0, new={"a": "age is missing"}, well={"b": "zip is wrong"}))
    >>> subject
    'Shop: 1 finding about the data'
    >>> print(text)
    Found:
    - age is missing
    <BLANKLINE>
    Well again, it is no longer so that:
    - zip is wrong
    >>> in_words("Shop", News(id="1", at=0, well={"b": "zip is not valid"}))[0]
    'Shop: the data are well again'
    """
    count = len(found.new)
    subject = f"{count} finding{'' if count == 1 else 's'} about the data" if count else "the data are well again"
    parts = {"Found": found.new, "Well again, it is no longer so that": found.well}
    text = "\n\n".join(
        "\n".join([f"{heading}:", *(f"- {says}" for says in those.values())])
        for heading, those in parts.items()
        if those
    )
    return f"{project}: {subject}", text
