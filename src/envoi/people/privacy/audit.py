"""The audit log: who did what, each entry bound to the one before, so that none can be changed, taken out or moved.

    hash of an entry = SHA-256 of (hash of the entry before, the entry)

A plain hash, and no secret, so that an auditor can check it without being trusted with one. Who may write the file
could write it anew from the first entry on: against that, and an end that was cut off, its head is kept elsewhere.
Entries name people by pseudonyms only, so an erasure leaves the chain whole.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from envoi.people.privacy.pseudonym import Pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What comes before the first entry.
NOTHING = "0" * 64
NOBODY = Pseudonym("")


class Deed(StrEnum):
    """What is noted."""

    ERASED = "erased"
    REPLAYED = "erased again after a backup was put back"
    EXPORTED = "exported"
    RESTRICTED = "restricted"
    RELEASED = "restriction lifted"
    RETAINED = "removed what was kept long enough"
    MERGED = "merged"
    SEPARATED = "separated"
    IMPORTED = "imported consent"
    BEGUN = "campaign begun"
    SUPPRESSED = "address suppressed"
    LIFTED = "suppression lifted"
    CHANGED = "file changed by a page"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be noted, before it has its place in the chain."""

    #: ISO 8601, in UTC.
    at: str
    who: str
    what: Deed
    #: The person or address that it was done to.
    about: Pseudonym = NOBODY
    #: No personal data: names of files and campaigns, numbers.
    detail: dict[str, str | int] = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that was done."""

    #: From 1, without a gap.
    number: int
    done: Done
    #: The hash of the entry before.
    previous: str
    digest: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last entry, as it is kept elsewhere: `17:9f86d0...`."""

    #: 0 where only the hash was kept.
    number: int
    digest: str

    def __str__(self) -> str:
        """As it is printed, and read by `head_of`."""
        return f"{self.number}:{self.digest}" if self.number else self.digest


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What became of looking at a chain from its first entry on."""

    #: How many entries are as they were written.
    whole: int
    head: Head
    #: The first entry that is not right; 0 if all are.
    bad: int = 0
    #: What is wrong with it, in words.
    fault: str = ""


def head_of(text: str) -> Head:
    """A head as it was kept: its number and hash, or the hash alone.

    >>> head_of("17:9f86"), head_of("9f86")
    (Head(number=17, digest='9f86'), Head(number=0, digest='9f86'))
    """
    number, _, known = text.strip().rpartition(":")
    return Head(number=int(number) if number.isascii() and number.isdecimal() else 0, digest=known.lower())


def follow(last: Entry | None, done: Done) -> Entry:
    """The entry that comes after `last`."""
    number, previous = (last.number + 1, last.digest) if last else (1, NOTHING)
    return Entry(number=number, done=done, previous=previous, digest=_digest(number, done, previous))


def line_of(entry: Entry) -> bytes:
    """An entry as it is written: one line of JSON."""
    return msgspec.json.encode(entry) + b"\n"


def entry_of(line: bytes) -> Entry | None:
    """The entry that a line holds, to the letter as it would be written; None if it holds none."""
    try:
        entry = msgspec.json.decode(line, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return entry if line_of(entry) == line else None


def check(lines: Iterable[bytes], kept: Head | None = None) -> Checked:
    """Follows the chain from its first entry on, and finds the head that was kept, if one was."""
    last: Entry | None = None
    is_known = kept is None
    for line in lines:
        entry = entry_of(line)
        if fault := _fault(last, entry):
            return _checked(last, fault)
        last = entry
        is_known = is_known or (last is not None and kept is not None and _is(last, kept))
    return _checked(last, "") if is_known or kept is None else _lost(last, kept)


def _fault(last: Entry | None, entry: Entry | None) -> str:
    """Why an entry cannot come after another; empty if it can."""
    number, previous = (last.number + 1, last.digest) if last else (1, NOTHING)
    if entry is None:
        return f"entry {number} was edited: it is no entry any more"
    if entry.number != number:
        return f"entry {number} was taken out or moved: entry {entry.number} stands in its place"
    if entry.digest != _digest(number, entry.done, entry.previous):
        return f"entry {number} was edited: its hash is not that of what it says"
    if entry.previous != previous:
        return f"entry {number} does not follow from what is before it: one of the two was replaced"
    return ""


def _lost(last: Entry | None, kept: Head) -> Checked:
    """What it means that the kept head is nowhere in a chain that is whole."""
    number = last.number if last else 0
    if kept.number > number:
        return _checked(last, f"entry {number + 1} and what follows was cut off: entry {kept.number} was once the last")
    if kept.number:
        fault = f"entry {kept.number} is another one than was kept: the log was written anew from there or before"
        return msgspec.structs.replace(_checked(last, fault), bad=kept.number, whole=kept.number - 1)
    return _checked(last, "the kept head is not in the log: its end was cut off, or it was written anew")


def _checked(last: Entry | None, fault: str) -> Checked:
    number, known = (last.number, last.digest) if last else (0, NOTHING)
    return Checked(whole=number, head=Head(number=number, digest=known), bad=number + 1 if fault else 0, fault=fault)


def _is(entry: Entry, kept: Head) -> bool:
    return entry.digest == kept.digest and kept.number in (0, entry.number)


def _digest(number: int, done: Done, previous: str) -> str:
    return sha256(f"{previous}\n{number}\n".encode() + msgspec.json.encode(done)).hexdigest()
