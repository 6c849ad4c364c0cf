"""What `envoi.toml` says of the public side of mail: where links lead back to, how to leave, what one can choose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envoi.errors import DataError
from envoi.messages.address import check_address
from envoi.messages.unsubscribe_mail import LONGEST_LOCAL

if TYPE_CHECKING:
    from envoi.campaigns.files import EnvoiShape
    from envoi.campaigns.mistakes import Mistakes

#: "/" stands between a purpose and its topic.
_NAME = re.compile(r"[\w-]+(?: [\w-]+)*")


def check_public(mistakes: Mistakes, main: EnvoiShape, file: str) -> None:
    """Notes what is wrong with it."""
    parts = urlsplit(main.mail.link_base)
    if parts.scheme not in {"http", "https"} or not parts.netloc.isascii() or not parts.hostname or parts.query:
        hint = 'write what public links begin with, as "https://mail.example.org"'
        mistakes.note(f"{main.mail.link_base!r} is no base for links", file, ["mail", "link_base"], hint=hint)
    for key in ("unsubscribe_mailto", "bounce_address"):
        if mailbox := getattr(main.mail, key):
            _check_mailbox(mistakes, mailbox, file, key)
    for name, shape in main.purposes.items():
        for topic in (name, *shape.topics):
            if not _NAME.fullmatch(topic):
                keys = ["purposes", name] if topic == name else ["purposes", name, "topics", topic]
                mistakes.note(f"{topic!r} names no purpose", file, keys, hint="use letters, digits, - and _")


def _check_mailbox(mistakes: Mistakes, mailbox: str, file: str, key: str) -> None:
    keys = ["mail", key]
    try:
        local = check_address(mailbox).rpartition("@")[0]
    except DataError as error:
        mistakes.note(error.what, file, keys, hint=error.hint)
        return
    if "+" in local or len(local) > LONGEST_LOCAL:
        what = f"{mailbox!r} leaves no room for a token before its @"
        mistakes.note(what, file, keys, hint=f"name a mailbox of at most {LONGEST_LOCAL} characters without +")
