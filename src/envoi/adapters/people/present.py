"""Pages of profiles without those of people who turned out to be others, or of whom all was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envoi.people.profile import Profile

    #: Up to so many profiles with an id that is ">=" or ">" a text, whichever is asked, ordered by id.
    Read = Callable[[str, str, int], list[Profile]]


def present(read: Read, start: str, limit: int) -> Iterator[Profile]:
    """Up to `limit` of those who are people still."""
    page, left = read(">=", start, limit), limit
    while page and left:
        for profile in page:
            if left and not profile.into and not profile.is_gone:
                left -= 1
                yield profile
        page = read(">", page[-1].person, left)
