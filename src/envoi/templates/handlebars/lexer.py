"""Cuts a Handlebars template into text and the tokens of its tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.limits import NODES
from envoi.templates.place import places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envoi.errors import Place

#: What may follow a name, and a literal.
_AFTER_NAME = r"(?=[=~}\s/.)|\]`<>!&])"
_AFTER_LITERAL = r"(?=[~}\s)\]`<>=!&|])"
_OPENERS = [
    ("raw", r"\{\{\{\{(?!/)"),
    ("else", r"\{\{~?\^\s*~?\}\}|\{\{~?\s*else\s*~?\}\}"),
    ("partial block", r"\{\{~?#>"),
    ("partial", r"\{\{~?>"),
    ("inline", r"\{\{~?#\*"),
    ("block", r"\{\{~?#"),
    ("end", r"\{\{~?/"),
    ("inverse", r"\{\{~?\^"),
    ("else if", r"\{\{~?\s*else(?:if)?\b"),
    ("unescaped", r"\{\{~?\{"),
    ("unescaped &", r"\{\{~?&"),
    ("comment", r"\{\{~?!"),
    ("decorator", r"\{\{~?\*"),
    ("open", r"\{\{~?"),
]
_INNER = [
    ("space", r"\s+"),
    ("close raw", r"\}\}\}\}"),
    ("close unescaped", r"\}~?\}\}"),
    ("close", r"~?\}\}"),
    ("string", r'"(?:[^"\\]++|\\"|\\)*"' + r"|'(?:[^'\\]++|\\'|\\)*'"),
    ("sign", r"===?|!==?|<=|>=|<|>|&&|\|\||!"),
    ("punctuation", r"[()=@`]"),
    ("up", r"\.\."),
    ("dot", r"\." + _AFTER_NAME),
    ("separator", r"[/.]"),
    ("word", r"(?:true|false|undefined|null)" + _AFTER_LITERAL),
    ("number", r"-?[0-9]+(?:\.[0-9]+)?" + _AFTER_LITERAL),
    ("as", r"as\s+\|"),
    ("bar", r"\|"),
    ("id", r"[^\s!\"#%-,./;->@\[-^`{-~]+" + _AFTER_NAME),
    ("bracketed", r"\[(?:[^\]\\]++|\\\]|\\)*\]"),
]
_OPENER = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(_OPENERS)))
_TOKEN = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(_INNER)))
_END_RAW = re.compile(r"\{\{\{\{/([^\s!\"#%-,./;->@\[-^`{-~]+)\}\}\}\}")
_END_SHORT, _END_LONG = re.compile(r"\}\}"), re.compile(r"--~?\}\}")
_CLOSERS = frozenset({"close", "close unescaped", "close raw"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template."""

    kind: str
    text: str
    offset: int


class Lexer:
    """The tokens of one template; spaces within tags are left out."""

    def __init__(self, source: str, *, file: str = "") -> None:
        self.source = source
        self.at: Callable[[int], Place] = places(source, file)
        self._offset = 0
        self._in_tag = False

    def tokens(self) -> Iterator[Token]:
        """Text, and tags token by token; at last one of the kind "eof".

        Raises:
            TemplateError: a tag does not end, or holds what no tag can.
            LimitExceeded: there are more tags than any mail needs.
        """
        for _ in range(NODES):
            if self._offset >= len(self.source):
                yield Token("eof", "", len(self.source))
                return
            yield from self._text()
            if self._in_tag:
                yield from self._tag()
        raise LimitExceeded(f"the template has more than {NODES:,} parts", at=self.at(self._offset))

    def _text(self) -> Iterator[Token]:
        r"""Up to the next tag; a backslash before a tag makes it text, and two are one before a tag."""
        start = self._offset
        end = self.source.find("{{", start)
        self._in_tag = end >= 0
        self._offset = end = end if end >= 0 else len(self.source)
        before = self.source[max(start, end - 2) : end] if self._in_tag else ""
        if before.endswith("\\"):
            end -= 1
            self._in_tag = before == "\\\\"
        if end > start:
            yield Token("text", self.source[start:end], start)
        if before.endswith("\\") and not self._in_tag:
            start, self._offset = self._offset, self._end_of_escaped(self._offset)
            yield Token("text", self.source[start : self._offset], start)

    def _end_of_escaped(self, start: int) -> int:
        """Where text goes on after a tag that a backslash made text: before the next tag and its backslashes."""
        found = self.source.find("{{", start + 2)
        if found < 0:
            return len(self.source)
        for _ in range(2):
            found -= found > start + 2 and self.source[found - 1] == "\\"
        return found

    def _tag(self) -> Iterator[Token]:
        start = self._offset
        match = _OPENER.match(self.source, start)
        kind = _OPENERS[int((match.lastgroup or "k0")[1:])][0] if match else "open"
        text = match[0] if match else "{{"
        self._offset = start + len(text)
        if kind == "comment":
            yield self._comment(start)
        elif kind == "else":
            yield Token(kind, text, start)
        else:
            yield Token(kind, text, start)
            yield from self._inside(start, raw=kind == "raw")

    def _comment(self, start: int) -> Token:
        long = self.source.startswith("--", self._offset)
        end = (_END_LONG if long else _END_SHORT).search(self.source, self._offset)
        if not end:
            hint = "end it with --}}" if long else "end it with }}"
            raise TemplateError("this comment does not end", hint=hint, at=self.at(start))
        self._offset = end.end()
        return Token("comment", self.source[start : self._offset], start)

    def _inside(self, start: int, *, raw: bool) -> Iterator[Token]:
        """The tokens of a tag, to its end."""
        while match := _TOKEN.match(self.source, self._offset):
            kind = _INNER[int((match.lastgroup or "k0")[1:])][0]
            if kind != "space":
                yield Token(kind, match[0], self._offset)
            self._offset = match.end()
            if kind in _CLOSERS:
                if raw:
                    yield from self._raw(start)
                return
        raise self._broken(start)

    def _raw(self, start: int) -> Iterator[Token]:
        """Text up to the end of a raw block, which may hold others."""
        depth, begin = 1, self._offset
        while depth:
            found = self.source.find("{{{{", self._offset)
            end = _END_RAW.match(self.source, found) if found >= 0 else None
            if found < 0 or (not end and self.source.startswith("/", found + 4)):
                raise TemplateError("this raw block does not end", hint="end it with {{{{/name}}}}", at=self.at(start))
            depth += -1 if end else 1
            self._offset = end.end() if end else found + 4
        if found > begin:
            yield Token("text", self.source[begin:found], begin)
        yield Token("end raw", end[1] if end else "", found)

    def _broken(self, start: int) -> TemplateError:
        """The error for a tag in which nothing fits what comes next."""
        end = self.source.find("}}", start)
        again = self.source.find("{{", start + 2)
        if end < 0 or 0 <= again < end:
            return TemplateError("this tag does not end", hint="close it with }}", at=self.at(start))
        here = self.source[self._offset]
        if here in "#/^>&!" and not self.source[start + 2 : self._offset].strip():
            hint = f"write {{{{{here} without a space between"
        elif here in "\"'":
            hint = "close the quotation"
        else:
            hint = ""
        return TemplateError(f"{here!r} cannot stand here", hint=hint, at=self.at(self._offset))
