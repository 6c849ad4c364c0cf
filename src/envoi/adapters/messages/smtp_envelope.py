"""A message as SMTP carries it: its envelope, with the extensions it needs, and its data with first dots doubled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.messages.mime import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.messages.port import Outgoing

#: What would end the command or the address, and so let an address speak to the server.
_UNSPEAKABLE = re.compile("[\x00-\x20\x7f-\x9f<>\u2028\u2029\ud800-\udfff]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


def refusal(outgoing: Outgoing, offers: Mapping[str, str]) -> str:
    """Why a server that offers this cannot be given the message; empty if it can."""
    addresses = outgoing.sender + outgoing.recipient
    if _UNSPEAKABLE.search(addresses):
        return "the address holds a character that no server may be told"
    if not addresses.isascii() and "SMTPUTF8" not in offers:
        return "the mail server has no SMTPUTF8, which this address needs"
    if not outgoing.data.isascii() and "8BITMIME" not in offers:
        return "the mail server has no 8BITMIME, which this mail needs"
    most = offers.get("SIZE", "")
    if most.isdecimal() and 0 < int(most) < len(outgoing.data):
        return f"the mail has {len(outgoing.data):,} octets, and the mail server takes {int(most):,}"
    return ""


def mail_command(outgoing: Outgoing, offers: Mapping[str, str]) -> str:
    """Begins the transaction (RFC 5321 3.3), with the extensions that are needed and offered."""
    size = f" SIZE={len(outgoing.data)}" if "SIZE" in offers else ""
    eight_bit = "" if outgoing.data.isascii() else " BODY=8BITMIME"
    utf8 = "" if (outgoing.sender + outgoing.recipient).isascii() else " SMTPUTF8"
    return f"MAIL FROM:<{outgoing.sender}>{size}{eight_bit}{utf8}\r\n"


def rcpt_command(outgoing: Outgoing) -> str:
    """Names the recipient."""
    return f"RCPT TO:<{outgoing.recipient}>\r\n"


def dotted(data: bytes, *, then: bytes = b"") -> bytes:
    r"""A message as DATA carries it (RFC 5321 4.5.2): a line's first dot is doubled, a line of one is the end.

    A bare CR or LF becomes a CRLF, since servers differ in what they take a dot after one for (SMTP smuggling). What
    is said right after it may follow.

    >>> dotted(b"a\r\n.b\n.\n")
    b'a\r\n..b\r\n..\r\n.\r\n'
    >>> dotted(b".")
    b'..\r\n.\r\n'
    """
    if not isinstance(data, Lines):
        if not data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r"):
            data = _LINE_END.sub(b"\r\n", data)
        data = data.replace(b"\n.", b"\n..")
        data = b"." + data if data.startswith(b".") else data
    return b"".join((data, b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n", then))
