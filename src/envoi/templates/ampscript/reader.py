"""Reads AMPscript's words one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.ampscript.lexer import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.errors import Place
    from envoi.templates.ampscript.lexer import Kind, Token


class Reader:
    """The words of a template, and where the parser is among them."""

    def __init__(self, source: str, locate: Callable[[int], Place]) -> None:
        """All the words at once, so that what is never closed is found first."""
        self._locate = locate
        self._tokens = list(tokens(source, locate))
        self._next = 0
        self._depth = 0

    @property
    def here(self) -> Token:
        """The word that is next."""
        return self._tokens[self._next]

    @property
    def after(self) -> Token:
        """The word behind the next one."""
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def at(self, token: Token | None = None) -> Place:
        """Where a word stands."""
        return self._locate((token or self.here).offset)

    def take(self) -> Token:
        """The next word, which is then behind; the end stays where it is."""
        token = self.here
        self._next += token.kind != "nothing"
        return token

    def take_if(self, kind: Kind, *words: str) -> Token | None:
        """The next word if it is of this kind and one of these."""
        return self.take() if self.sees(kind, *words) else None

    def sees(self, kind: Kind, *words: str) -> bool:
        """Whether the next word is of this kind and one of these, in any case."""
        return self.here.kind == kind and (not words or self.here.text.lower() in words)

    def need(self, kind: Kind, word: str, *, hint: str) -> Token:
        """The next word.

        Raises:
            TemplateError: it is another.
        """
        token = self.take_if(kind, *([word] if word else []))
        if token is None:
            raise self.error(f"{word.upper() or f'a {kind}'} is missing before {self.shown()}", hint=hint)
        return token

    def shown(self) -> str:
        """The next word as an error names it."""
        token = self.here
        return token.text if token.kind == "nothing" else "the text" if token.kind == "text" else repr(token.text)

    def error(self, what: str, *, hint: str = "", token: Token | None = None) -> TemplateError:
        """A mistake at a word."""
        return TemplateError(what, hint=hint, at=self.at(token))

    def deeper(self, most: int, what: str) -> None:
        """Counts one level in; `shallower` counts it out.

        Raises:
            LimitExceeded: it is one too many.
        """
        self._depth += 1
        if self._depth > most:
            raise LimitExceeded(f"{what} is nested more than {most} deep", at=self.at())

    def shallower(self) -> None:
        """Counts one level out."""
        self._depth -= 1
