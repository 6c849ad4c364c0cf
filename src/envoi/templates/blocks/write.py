"""Writes the file of a mail made of blocks, as a person would write it: what is as usual is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.events.shapes import Shape
    from envoi.templates.blocks.block import BlockMail

#: What TOML does not take as it is.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def write_blocks(mail: BlockMail, *, note: str = "") -> str:
    """The text of the file, `note` above it.

    >>> from envoi.templates.blocks.block import BlockMail, Divider
    >>> print(write_blocks(BlockMail(subject='Dear {{ name | default: "you" }}', blocks=(Divider(),))), end="")
    subject = 'Dear {{ name | default: "you" }}'
    <BLANKLINE>
    [[blocks]]
    kind = "divider"
    """
    tables = [
        _fields(mail),
        *(["\n[look]\n", *fields] for fields in [_fields(mail.look)] if fields),
        *(["\n[footer]\n", *fields] for fields in [_fields(mail.footer)] if fields),
        *(["\n[[blocks]]\n", f'kind = "{block.kind}"\n', *_fields(block)] for block in mail.blocks),
    ]
    return note + "".join(line for table in tables for line in table)


def note_above(text: str) -> str:
    r"""The comment that a file begins with, for keeping.

    >>> note_above("# Mine.\n\nsubject = 1\n# Lost.\n")
    '# Mine.\n\n'
    """
    found = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*", text)
    return found[0] if found else ""


def _fields(shape: Shape) -> list[str]:
    return list(_lines(shape))


def _lines(shape: Shape) -> Iterator[str]:
    for name, field in type(shape).model_fields.items():
        value = getattr(shape, name)
        if isinstance(value, str | int) and value != field.default:
            yield f"{name} = {_value(value)}\n"


def _value(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if '"' in value and not re.search(r"['\n]", value) and not _CONTROL.search(value):
        return f"'{value}'"
    escaped = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", value.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"""\n{escaped}"""' if "\n" in value else f'"{escaped}"'
