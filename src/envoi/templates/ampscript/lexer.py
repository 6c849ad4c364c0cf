"""AMPscript's words: the text around it, and what stands in `%%[ ]%%`, `%%= =%%`, `%%name%%` and script elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from envoi.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envoi.errors import Place

Kind = Literal["text", "attribute", "inline", "end", "name", "variable", "string", "number", "sign", "nothing"]

#: Where code begins in a text. What stands between two signs of `%%` is the name of an attribute, as in %%First Name%%.
OPENING = re.compile(
    r"(?P<block>%%\[)|(?P<inline>%%=)|%%(?P<attribute>[A-Za-z_][\w .-]*)%%"
    r"|(?P<script><script\b[^>]*\brunat\s*=\s*[\"']?server\b[^>]*>)",
    re.IGNORECASE,
)
_CLOSING = {"block": "]%%", "inline": "=%%", "script": "</script>"}
_CODE = re.compile(
    r"(?P<blank>\s+|/\*.*?\*/)"
    r"|(?P<end>\]%%|=%%|</script\s*>)"
    r"|(?P<string>\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*')"
    r"|(?P<variable>@\w+)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|\[(?P<attribute>[^\[\]%]+)\]"
    r"|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
    r"|(?P<sign>==|!=|<>|>=|<=|[<>=(),])",
    re.DOTALL | re.IGNORECASE,
)
#: What begins a word that does not end, or that AMPscript does not have, and what to write instead.
_ODD = {
    "/*": ("a comment is never closed", "end it with */"),
    '"': ("a text is never closed", 'end it with ", and write "" for the sign itself'),
    "'": ("a text is never closed", "end it with ', and write '' for the sign itself"),
    "\u201c": ("this is a quotation mark of print", "write the straight one"),
    "\u201d": ("this is a quotation mark of print", "write the straight one"),
    "\u2018": ("this is a quotation mark of print", "write the straight one"),
    "\u2019": ("this is a quotation mark of print", "write the straight one"),
    "%%": ("code cannot begin inside code", "write v(@name) or Concat(...) without %%= =%%"),
    "[": ("an attribute in [ ] is never closed", "end it with ]"),
    "+": ("AMPscript has no sign for this", "write Add(a, b), or Concat(a, b) for texts"),
    "-": ("AMPscript has no sign for this", "write Subtract(a, b)"),
    "*": ("AMPscript has no sign for this", "write Multiply(a, b)"),
    "/": ("AMPscript has no sign for this", "write Divide(a, b)"),
    "&": ("AMPscript has no sign for this", "write `and`, or Concat(a, b) for texts"),
    "|": ("AMPscript has no sign for this", "write `or`"),
    "!": ("AMPscript has no sign for this", "write `not`"),
    ";": ("AMPscript needs no sign here", "remove it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word: its kind, what it says, and where it begins."""

    kind: Kind
    text: str
    offset: int


def tokens(source: str, locate: Callable[[int], Place]) -> Iterator[Token]:
    """The words of a template; a "nothing" is the last.

    >>> [(each.kind, each.text) for each in tokens("Hi %%First Name%%: %%=v(@a)=%%", None)][:5]
    [('text', 'Hi '), ('attribute', 'First Name'), ('text', ': '), ('inline', '%%='), ('name', 'v')]

    Raises:
        TemplateError: code or a word of it is never closed, or AMPscript has no such word.
    """
    end = 0
    while found := OPENING.search(source, end):
        if found.start() > end:
            yield Token(kind="text", text=source[end : found.start()], offset=end)
        end = found.end()
        if found["attribute"]:
            yield Token(kind="attribute", text=found["attribute"].strip(), offset=found.start())
            continue
        if found["inline"]:
            yield Token(kind="inline", text="%%=", offset=found.start())
        elif found["script"] and "ampscript" not in found["script"].lower():
            hint = 'rewrite it in AMPscript, in <script runat="server" language="ampscript">'
            raise TemplateError("JavaScript of a server is not run", hint=hint, at=locate(found.start()))
        for token in _code(source, found, locate):
            end = token.offset + len(token.text)
            if token.kind != "end" or found["inline"]:
                yield token
    if end < len(source):
        yield Token(kind="text", text=source[end:], offset=end)
    yield Token(kind="nothing", text="the end of the template", offset=len(source))


def _code(source: str, opening: re.Match[str], locate: Callable[[int], Place]) -> Iterator[Token]:
    """The words of a piece of code, from its opening to its closing, which is the last."""
    closing, offset = _CLOSING[str(opening.lastgroup)], opening.end()
    while offset < len(source):
        found = _CODE.match(source, offset)
        if not found:
            raise _odd(source, offset, locate)
        offset = found.end()
        if found["end"]:
            if found["end"].replace(" ", "").lower() != closing:
                what = f"{opening[0]} is closed by {found['end']}"
                raise TemplateError(what, hint=f"close it with {closing}", at=locate(found.start()))
            yield Token(kind="end", text=found["end"], offset=found.start())
            return
        if not found["blank"]:
            kind: Kind = found.lastgroup  # type: ignore[assignment]
            yield Token(kind=kind, text=found[kind], offset=found.start())
    raise TemplateError(f"{opening[0]} is never closed", hint=f"add {closing}", at=locate(opening.start()))


def _odd(source: str, offset: int, locate: Callable[[int], Place]) -> TemplateError:
    for begin, (what, hint) in _ODD.items():
        if source.startswith(begin, offset):
            return TemplateError(f"{what}: {_glimpse(source, offset)}", hint=hint, at=locate(offset))
    return TemplateError(f"this is no AMPscript: {_glimpse(source, offset)}", at=locate(offset))


def _glimpse(source: str, offset: int) -> str:
    return source[offset : offset + 20].splitlines()[0]
