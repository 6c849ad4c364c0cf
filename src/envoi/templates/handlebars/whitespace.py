"""Takes away white space: at tags with a `~`, and the lines on which block tags, partials and comments stand alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.templates.handlebars.syntax import Block, Content, Note, Partial, Print

if TYPE_CHECKING:
    from envoi.templates.handlebars.syntax import Statement, Strip

#: What JavaScript's \s matches.
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
Body = list["Statement"]


def take_away(body: Body, *, is_root: bool = True) -> None:
    """Shortens the texts of a body and of all blocks in it.

    The order of the steps is that of the reference engine, also where one step hides another: which white space is left
    depends on it.
    """
    for index, node in enumerate(body):
        if isinstance(node, Content):
            continue
        blocks = isinstance(node, Block)
        opens, closes = _within(node) if isinstance(node, Block) else (False, False)
        before, after = _ends_line(body, index, is_root=is_root), _begins_line(body, index, is_root=is_root)
        _strip(body, index, _outer_strip(node))
        if not blocks and not isinstance(node, Print) and before and after:
            _cut_front(body, index + 1)
            if _cut_back(body, index - 1) and isinstance(node, Partial):
                node.indent = _indent(body[index - 1])
        if isinstance(node, Block):
            pieces = _pieces(node)
            if opens and before:
                _cut_front(pieces[0][1], 0)
                _cut_back(body, index - 1)
            if closes and after:
                _cut_front(body, index + 1)
                if len(node.branches) == 1:
                    _cut_back(pieces[-1][1], len(pieces[-1][1]) - 1)


def _within(block: Block) -> tuple[bool, bool]:
    """Shortens the bodies of a block; tells whether its first tag ends its line, and its last one begins one."""
    pieces = _pieces(block)
    for _, body in pieces:
        take_away(body, is_root=False)
    alone = _begins_line(pieces[0][1], -1), _ends_line(pieces[min(1, len(pieces) - 1)][1], None)
    for number in reversed(range(max(len(block.branches), 1))):
        # The third and later branches take the strip of their own tag for that of the closing one, as the engine does.
        close = block.close if number < 2 else pieces[number][0]  # noqa: PLR2004
        _between(pieces, number, close)
    return alone


def _between(pieces: list[tuple[Strip, Body]], number: int, close: Strip) -> None:
    """Shortens a body at its opening tag, at the one that divides it from the next body, and at the closing one."""
    strip, body = pieces[number]
    if strip.after:
        _cut_front(body, 0, all_of_it=True)
    if number + 1 == len(pieces):
        if close.before:
            _cut_back(body, len(body) - 1, all_of_it=True)
        return
    divider, following = pieces[number + 1]
    if divider.before:
        _cut_back(body, len(body) - 1, all_of_it=True)
    if divider.after:
        _cut_front(following, 0, all_of_it=True)
    if close.before:
        _cut_back(following, len(following) - 1, all_of_it=True)
    if _ends_line(body, None) and _begins_line(following, -1):
        _cut_back(body, len(body) - 1)
        _cut_front(following, 0)


def _pieces(block: Block) -> list[tuple[Strip, Body]]:
    """The bodies of a block, each with the strip of the tag before it; what holds if not inverted comes first."""
    pieces = [(branch.strip, branch.body) for branch in block.branches]
    if block.otherwise is None:
        return pieces
    if block.inverted:
        return [(pieces[0][0], block.otherwise), (block.otherwise_strip, pieces[0][1])]
    return [*pieces, (block.otherwise_strip, block.otherwise)]


def _outer_strip(node: Note | Print | Partial | Block) -> tuple[bool, bool]:
    if isinstance(node, Block):
        return node.branches[0].strip.before, node.close.after
    return node.strip.before, node.strip.after


def _strip(body: Body, index: int, strip: tuple[bool, bool]) -> None:
    if strip[1]:
        _cut_front(body, index + 1, all_of_it=True)
    if strip[0]:
        _cut_back(body, index - 1, all_of_it=True)


def _ends_line(body: Body, index: int | None, *, is_root: bool = False) -> bool:
    """Whether nothing but blanks stands between the beginning of the line and this place."""
    index = len(body) if index is None else index
    if index == 0:
        return is_root
    before = body[index - 1]
    if not isinstance(before, Content):
        return False
    blanks = before.original[len(before.original.rstrip(_SPACE)) :]
    return "\n" in blanks or (is_root and index == 1 and blanks == before.original)


def _begins_line(body: Body, index: int, *, is_root: bool = False) -> bool:
    """Whether nothing but blanks stands between this place and the end of the line."""
    if index + 1 == len(body):
        return is_root
    after = body[index + 1]
    if not isinstance(after, Content):
        return False
    blanks = after.original[: len(after.original) - len(after.original.lstrip(_SPACE))]
    return "\n" in blanks or (is_root and index + 2 == len(body) and blanks == after.original)


def _cut_front(body: Body, index: int, *, all_of_it: bool = False) -> None:
    """Takes blanks and a line's end from the beginning of a text, once, or all white space."""
    node = body[index] if 0 <= index < len(body) else None
    if not isinstance(node, Content) or (node.front_taken and not all_of_it):
        return
    text = node.text.lstrip(_SPACE if all_of_it else " \t")
    if not all_of_it:
        text = text.removeprefix("\r").removeprefix("\n")
    node.front_taken, node.text = text != node.text, text


def _cut_back(body: Body, index: int, *, all_of_it: bool = False) -> bool:
    """Takes blanks from the end of a text, once, or all white space; tells whether there were any."""
    node = body[index] if 0 <= index < len(body) else None
    if not isinstance(node, Content) or (node.back_taken and not all_of_it):
        return False
    text = node.text.rstrip(_SPACE if all_of_it else " \t")
    node.back_taken, node.text = text != node.text, text
    return node.back_taken


def _indent(node: Statement) -> str:
    original = node.original if isinstance(node, Content) else ""
    return original[len(original.rstrip(" \t")) :]
