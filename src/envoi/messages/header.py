"""One header of a mail: what may stand in it, how a name and an address stand in it, and how what is not ASCII does.

Headers are written here rather than by `email.message`, which folds some names into extra recipients ("A, " often
enough is forty of them) and decodes `=?UTF-8?Q?=0A?=` into a new header line (CVE-2024-6923); the tests hold what is
written to what `email` reads.
"""

from __future__ import annotations

import re
from base64 import b64encode
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import TYPE_CHECKING, AnyStr

from envoi.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.address import Mailbox

#: Line breaks of any kind, other controls, and halves of characters.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: Text that means itself in a subject, and words that mean themselves as a name (RFC 5322 atoms).
_PLAIN_TEXT = re.compile(r"[!-~]+( [!-~]+)*")
_PLAIN_NAME = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+( [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_WORD = re.compile("[!-;=?-~]+")
#: Longer text is written as encoded words, which may be folded (RFC 5322 2.1.1 asks for lines of 78).
_LONGEST_PLAIN = 60
#: What cannot be folded must leave room for its header's name in a line of 998 octets.
_LONGEST_WORD = 900
#: What an encoded word of 75 characters (RFC 2047 2) has room for between `=?utf-8?q?` and `?=`.
_PAYLOAD = 63
#: Octets that mean themselves in an encoded word wherever it stands (RFC 2047 5); a space is `_`.
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_QUOTED = {octet: chr(octet) if octet in _SAFE else f"={octet:02X}" for octet in range(256)} | {0x20: "_"}


def check_header(name: str, value: str) -> str:
    """The value, if it can stand in one header and stay there.

    >>> check_header("Subject", "Hello")
    'Hello'

    Raises:
        DataError: it holds a line break or another control, as itself or inside an encoded word (RFC 2047).
    """
    # What is forbidden is not printable, and that is found sooner.
    if (not value.isprintable() and _FORBIDDEN.search(value)) or ("=?" in value and _FORBIDDEN.search(_decoded(value))):
        raise DataError(
            f"the header {name} would hold a line break or another control character: {value!r:.100}",
            hint="take it out of the data or the template",
        )
    return value


def mailbox(header: str, box: Mailbox) -> str:
    """A name and an address, of which no name can make two.

    Raises:
        DataError: the name holds a control character, or the address is not ASCII.
    """
    address = f"<{ascii_word(header, box.address)}>"
    if not box.name:
        return address
    name = check_header(header, box.name)
    plain = len(name) <= _LONGEST_PLAIN and "=?" not in name and _PLAIN_NAME.fullmatch(name)
    return f"{name} {address}" if plain else f"{encoded_words(name, taken=len(header) + 2)}\r\n {address}"


def line(header: str, text: str) -> str:
    """A text that people read, folded if it is long.

    Raises:
        DataError: it holds a control character.
    """
    text = check_header(header, text)
    plain = len(text) <= _LONGEST_PLAIN and "=?" not in text and _PLAIN_TEXT.fullmatch(text)
    return text if plain or not text else encoded_words(text, taken=len(header) + 2)


def ascii_word(header: str, value: str) -> str:
    """The value of a header that has no way to say anything but visible ASCII, nor to fold it.

    Raises:
        DataError: it is something else, or too long.
    """
    if len(value) > _LONGEST_WORD or not _WORD.fullmatch(check_header(header, value)):
        hint = f"write it in ASCII, without spaces or <>, in at most {_LONGEST_WORD} characters"
        raise DataError(f"the header {header} cannot hold {value!r:.100}", hint=hint)
    return value


def encoded_words(text: str, *, taken: int) -> str:
    r"""Any text as encoded words (RFC 2047), folded between them; `taken` characters of the first line are not free.

    Each word holds whole characters, in whichever of the two encodings makes the text shorter.

    >>> encoded_words("Grüße aus Wien", taken=9), encoded_words("日本", taken=9)
    ('=?utf-8?q?Gr=C3=BC=C3=9Fe_aus_Wien?=', '=?utf-8?b?5pel5pys?=')
    """
    octets = text.encode()
    plainly = "".join([_QUOTED[octet] for octet in octets])
    if len(plainly) <= min(_PAYLOAD - taken, len(octets) * 4 / 3 + 4):
        return f"=?utf-8?q?{plainly}?="
    characters = [character.encode() for character in text]
    quoted = ["".join([_QUOTED[octet] for octet in each]) for each in characters]
    if sum(map(len, quoted)) <= sum(map(len, characters)) * 4 / 3 + 4:
        words = [f"=?utf-8?q?{''.join(part)}?=" for part in _cut(quoted, _PAYLOAD - taken, _PAYLOAD)]
    else:
        # Three octets make four characters, and what is left over makes four too.
        most, first = _PAYLOAD // 4 * 3, (_PAYLOAD - taken) // 4 * 3
        words = [f"=?utf-8?b?{b64encode(b''.join(part)).decode()}?=" for part in _cut(characters, first, most)]
    return "\r\n ".join(words)


def _cut(pieces: list[AnyStr], first: int, most: int) -> Iterator[list[AnyStr]]:
    """The pieces in groups, the first no longer than `first` and others than `most`."""
    part, room = list[AnyStr](), first
    for piece in pieces:
        if part and room < len(piece):
            yield part
            part, room = [], most
        part.append(piece)
        room -= len(piece)
    yield part


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value
