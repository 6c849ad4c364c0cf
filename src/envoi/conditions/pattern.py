"""Regular expressions that are searched in linear time, whatever the text: those of RE2, which history uses too."""

from __future__ import annotations

import re

import re2

_QUIET = re2.Options()
_QUIET.log_errors = False
#: What is not syntax: escaped characters, and sets of characters.
_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]", re.DOTALL)


def found_in(pattern: str, text: str) -> bool:
    """Whether the pattern occurs anywhere in the text.

    >>> found_in("^A-[0-9]+$", "A-17"), found_in("(?i)tea", "Green Tea"), found_in("^$", "x")
    (True, True, False)
    """
    return re2.compile(pattern, _QUIET).search(text) is not None


def why_refused(pattern: str) -> str:
    """What is wrong with the pattern; empty if nothing is.

    >>> why_refused("a+"), why_refused("(a"), why_refused("a(?=b)")
    ('', 'missing ): (a', 'invalid perl operator: (?=')
    """
    if "(?<" in _LITERAL.sub("", pattern):
        return "it has a name or looks around: (?<"
    try:
        re2.compile(pattern, _QUIET)
    except re2.error as error:
        (why,) = error.args
        return why.decode(errors="replace") if isinstance(why, bytes) else str(why)
    return ""


def group_of(pattern: str, text: str, group: int | str) -> str:
    """What a group of the pattern matched where it occurs first; empty if nothing, or if there is no such group.

    >>> group_of("([a-z]+)-(?P<n>[0-9]+)", "tea-17", 1), group_of("(?P<n>[0-9]+)", "17", "n"), group_of("a", "b", 0)
    ('tea', '17', '')
    """
    found = re2.compile(pattern, _QUIET).search(text)
    if not found or (group not in found.groupdict() if isinstance(group, str) else group > len(found.groups())):
        return ""
    return found.group(group) or ""
