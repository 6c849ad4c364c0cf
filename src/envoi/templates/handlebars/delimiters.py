"""Mustache's other delimiters: `{{=<% %>=}}`, from where it stands to the end of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.errors import TemplateError
from envoi.templates.handlebars.lexer import Lexer, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN, _CLOSE = "{{", "}}"
_PAIR = re.compile(r"=\s*([^\s=]+)\s+([^\s=]+)\s*=")


class MustacheLexer(Lexer):
    """Cuts a Mustache template: tags between other delimiters become the tokens that they would be within {{ and }}."""

    _opening, _closing = _OPEN, _CLOSE

    def _text(self) -> Iterator[Token]:
        """Up to the next tag; a backslash is a character like others."""
        start = self._offset
        found = self.source.find(self._opening, start)
        self._in_tag = found >= 0
        self._offset = found if found >= 0 else len(self.source)
        if self._offset > start:
            yield Token("text", self.source[start : self._offset], start)

    def _tag(self) -> Iterator[Token]:
        start = self._offset
        inside = start + len(self._opening)
        if self.source.startswith("=", inside):
            yield self._change(start, inside)
        elif self._opening == _OPEN:
            yield from super()._tag()
        else:
            yield from self._translated(start, inside)

    def _change(self, start: int, inside: int) -> Token:
        end = self.source.find(self._closing, inside)
        pair = _PAIR.fullmatch(self.source, inside, max(end, inside))
        if not pair:
            raise TemplateError("these are no delimiters", hint="write {{=<% %>=}}", at=self.at(start))
        self._offset = end + len(self._closing)
        self._opening, self._closing = pair[1], pair[2]
        return Token("comment", "{{!}}", start)

    def _translated(self, start: int, inside: int) -> Iterator[Token]:
        raw = self.source.startswith("{", inside)
        closing = ("}" if raw else "") + self._closing
        end = self.source.find(closing, inside)
        if end < 0:
            raise TemplateError("this tag does not end", hint=f"close it with {closing}", at=self.at(start))
        self._offset = end + len(closing)
        text = self.source[inside : self._offset - len(self._closing)]
        for token in Lexer(f"{_OPEN}{text}{_CLOSE}").tokens():
            if token.kind != "eof":
                yield Token(token.kind, token.text, max(token.offset - len(_OPEN) + inside, start))
