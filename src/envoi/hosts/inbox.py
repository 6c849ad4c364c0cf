"""Reads mails that came back or ask to unsubscribe, from files and folders, and takes in what they tell."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.errors import NotFound
from envoi.hosts.taking_in import open_desk
from envoi.messages.received import received
from envoi.messages.returned.read import MOST_BYTES
from envoi.messages.returned_feedback import Proof
from envoi.messages.take_in import take_again, take_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Stands for standard input, where a mail server's pipe writes one mail.
PIPE = "-"
#: So many mails are taken in with one commit.
_TOGETHER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What became of the mails that were read."""

    read: int = 0
    events: int = 0
    set_aside: int = 0
    #: Told before, an automatic answer, or written by a person.
    ignored: int = 0


def take_in_mails(root: Path, names: Iterable[str]) -> Count:
    """Takes in what the mails in these files and folders tell; what is read again counts nothing twice.

    Raises:
        NotFound: there is no such file or folder, or no such project.
        StoreBusy: another process kept the log locked too long; mails before that are taken in.
    """
    count, mails = Count(), _mails(names)
    with open_desk(root) as (desk, box):
        proof = Proof(links=box.links, has_return_path=bool(box.settings.bounce_address))
        while some := list(islice(mails, _TOGETHER)):
            told = [each for raw in some for each in received(raw, proof)]
            taken = take_in(told, desk, box.clock.now())
            count = Count(
                read=count.read + len(some),
                events=count.events + taken.events,
                set_aside=count.set_aside + taken.set_aside,
                ignored=count.ignored + len(some) - taken.events - taken.set_aside,
            )
    return count


def take_in_set_aside(root: Path) -> Count:
    """Takes in what was told of mails that were not known then, and are now."""
    with open_desk(root) as (desk, box):
        taken = take_again(desk, box.clock.now())
    return Count(events=taken.events, set_aside=taken.set_aside, ignored=taken.ignored)


def _mails(names: Iterable[str]) -> Iterator[bytes]:
    for name in names:
        path = Path(name)
        if name == PIPE:
            yield sys.stdin.buffer.read(MOST_BYTES)
        elif path.is_dir():
            for one in sorted(each for each in path.rglob("*") if each.is_file()):
                yield _read(one)
        elif path.is_file():
            yield _read(path)
        else:
            raise NotFound(f"there is no file or folder {name}", hint="name files of mails, or a Maildir")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)
