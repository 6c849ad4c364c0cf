r"""The plain text of a mail in quoted-printable, piece by piece: its marks stay in the pieces, and become breaks last.

What is special at a mark (blanks beside it, other breaks in what people are called) is seldom there: such a text is
decoded, and broken and encoded anew as a whole.

>>> broken(marked("\x02 \x01Dear ") + marked("Anna") + marked("\x02\x01Pears: 2 = 1\x02"))
'Dear =\r\nAnna\r\n\r\nPears: 2 =3D 1\r\n'
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from itertools import chain

from envoi.templates.quoted import SOFT, Quoted, encoded, quoted
from envoi.templates.text import CELL, LINE, MARKS, PARAGRAPH, break_lines

#: What no encoded text holds: it says that a piece has characters, beside its marks, that are breaks or may be.
_ODD = "\x04"
_STRONGEST_FIRST = (PARAGRAPH, LINE, CELL)
#: Blanks where a line ends, and what is taken away where a text begins and ends.
_BLANKS = (" ", "=20", SOFT)
_EDGES = (*_BLANKS, quoted("·"))


def marked(text: str) -> str:
    """A piece of a text with marks, in quoted-printable but for the marks; it ends at the beginning of a line."""
    if text.isprintable():
        return encoded(text)
    *pieces, last = MARKS.split(text)
    lines = [line.rstrip(" \t\n") for line in pieces[::2]]
    marks = [next(mark for mark in _STRONGEST_FIRST if mark in run) for run in pieces[1::2]]
    odd = "" if "".join((*lines, last)).isprintable() else _ODD
    return odd + "".join([quoted(line) + mark for line, mark in zip(lines, marks, strict=True)]) + encoded(last)


def broken(text: str) -> Quoted:
    """What `marked` pieces make together, its marks made breaks: that of `break_lines`, in quoted-printable."""
    if _ODD in text or CELL in text:
        return _anew(text)
    # The strongest mark of a run is the break; there is none before the first line or after the last.
    blocks = [[line.removesuffix(SOFT) for line in each.split(LINE) if line] for each in text.split(PARAGRAPH) if each]
    body = "\r\n\r\n".join(["\r\n".join(block) for block in blocks if block])
    # Line by line: soft breaks are all over the text, and a search in the whole would stop at each.
    spaced = [line for line in chain.from_iterable(blocks) if line[0] == " " or line.endswith(_BLANKS)]
    if spaced or body.startswith(_EDGES) or body.endswith(_EDGES):
        return _anew(text)
    return Quoted(f"{body}\r\n")


def _anew(text: str) -> Quoted:
    plain = a2b_qp(text.replace(_ODD, "").encode("ascii")).decode()
    return quoted(break_lines(re.sub("\r\n?", "\n", plain)))
