"""The expressions within tags: names, values, calls, and the signs that teams write between them.

Handlebars itself has calls only: `{{#if (eq a b)}}`. What stands between two values, as in `{{#if a == "b" and not c}}`
or Mandrill's ``{{#if `a > 3`}}``, is no Handlebars that any reference engine reads, so reading it takes nothing away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.handlebars import syntax
from envoi.templates.limits import DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from envoi.errors import Place
    from envoi.templates.handlebars.lexer import Token

_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_SIGNS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">="})
_JOINS: dict[str, Literal["and", "or"]] = {"&&": "and", "and": "and", "||": "or", "or": "or"}
_STARTS = frozenset({"string", "number", "word", "id", "bracketed", "up", "dot", "@", "(", "`"})
#: Digits that Python reads as a whole number; no mail has more.
_LONGEST_NUMBER = 300


class Expressions:
    """Reads tokens one after the other; what is unexpected is an error there."""

    def __init__(self, tokens: Iterable[Token], at: Callable[[int], Place], helpers: frozenset[str]) -> None:
        self._tokens = iter(tokens)
        self._ahead = [next(self._tokens)]
        self._at = at
        self._helpers = helpers
        self._deep = 0

    # ---- tokens

    @property
    def token(self) -> Token:
        """The next token."""
        return self._ahead[0]

    @property
    def place(self) -> Place:
        """Where the next token stands."""
        return self._at(self.token.offset)

    def take(self) -> Token:
        """The next token, and on to the one after it."""
        token = self._ahead.pop(0)
        if not self._ahead and token.kind != "eof":
            self._ahead.append(next(self._tokens))
        return token

    def peek(self, ahead: int = 1) -> Token:
        """A token after the next one."""
        while len(self._ahead) <= ahead and self._ahead[-1].kind != "eof":
            self._ahead.append(next(self._tokens))
        return self._ahead[min(ahead, len(self._ahead) - 1)]

    def is_at(self, kind: str, text: str = "") -> bool:
        """Whether the next token is of this kind; punctuation is its own kind."""
        return _kind(self.token) == kind and text in ("", self.token.text)

    def expect(self, kind: str, what: str) -> Token:
        """The next token, which must be of this kind."""
        if not self.is_at(kind):
            raise self.unexpected(f"here should be {what}")
        return self.take()

    def unexpected(self, hint: str) -> TemplateError:
        """The error at the next token."""
        token = self.token
        if token.kind == "eof":
            return TemplateError("the template ends too early", hint=hint, at=self.place)
        if token.kind == "close unescaped" and hint.endswith(" }}"):
            hint = "write }}, and a blank before a brace that follows"
        return TemplateError(f"{token.text!r} cannot stand here", hint=hint, at=self.place)

    # ---- calls

    def call(self, *, test: bool = False) -> syntax.Call:
        """A name, its arguments and its `key=value` pairs; in a `test`, as is `if`, signs may join the arguments."""
        name = self.name_or_value()
        return self.arguments(name, test=test or name.text in ("if", "unless"))

    def arguments(self, name: syntax.Name | syntax.Value, *, test: bool = False) -> syntax.Call:
        """What follows the name of a call."""
        args: list[syntax.Expression] = []
        named: list[tuple[str, syntax.Expression]] = []
        while self._starts() or (test and self.is_at("sign", "!")):
            if self._is_pair():
                key = _unbracketed(self.take().text)
                self.take()
                named.append((key, self._operand()))
            elif named:
                raise self.unexpected("arguments come before key=value")
            else:
                args.append(self.condition() if test else self._operand())
        if self.is_at("="):
            raise self.unexpected("write == to compare two values")
        if self.token.kind == "sign":
            raise self.unexpected("put a comparison in parentheses, or in {{#if}}")
        return syntax.Call(name=name, args=tuple(args), named=tuple(named))

    def condition(self) -> syntax.Expression:
        """Values joined by signs, `and`, `or` and `not`; `and` binds closer than `or`."""
        return self._joined("or", lambda: self._joined("and", self._negation))

    def _joined(self, word: Literal["and", "or"], part: Callable[[], syntax.Expression]) -> syntax.Expression:
        at, parts = self.place, [part()]
        while self._join() == word:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else syntax.Logic(word=word, parts=tuple(parts), at=at)

    def _join(self) -> Literal["and", "or"] | None:
        """What the next token joins with; a name that is spelled so but ends the tag is a name."""
        if self.token.kind == "sign" or (self.token.kind == "id" and _kind(self.peek()) in _STARTS | {"sign"}):
            return _JOINS.get(self.token.text)
        return None

    def _negation(self) -> syntax.Expression:
        at = self.place
        word = self.is_at("id", "not") and _kind(self.peek()) in _STARTS
        if not word and not self.is_at("sign", "!"):
            return self._comparison()
        self.take()
        return syntax.Negate(value=self._deeper(self._negation), at=at)

    def _comparison(self) -> syntax.Expression:
        left = self._operand()
        if self.token.kind != "sign" or self.token.text not in _SIGNS:
            return left
        at, sign = self.place, self.take().text
        return syntax.Compare(sign=sign, left=left, right=self._operand(), at=at)

    def _operand(self) -> syntax.Expression:
        if self.is_at("("):
            return self._deeper(self._parenthesis)
        if self.is_at("`"):
            return self._deeper(self._quoted)
        return self.name_or_value()

    def _quoted(self) -> syntax.Expression:
        self.take()
        value = self.condition()
        self.expect("`", "a second `")
        return value

    def _parenthesis(self) -> syntax.Expression:
        """A call, or values joined by signs."""
        self.take()
        value = self.call() if self._is_call() else self.condition()
        self.expect(")", "a )")
        return value

    def _is_call(self) -> bool:
        """Whether a parenthesis holds a name and arguments, rather than a comparison or a mere name in parentheses."""
        if not self.is_at("id"):
            return False
        following = self.peek()
        if self.token.text in self._helpers and _kind(following) in _STARTS:
            return True
        if following.kind == "id" and following.text in _JOINS and _kind(self.peek(2)) in _STARTS:
            return False
        return self.token.text != "not" and _kind(following) in _STARTS

    def _deeper(self, read: Callable[[], syntax.Expression]) -> syntax.Expression:
        self._deep += 1
        if self._deep > DEPTH:
            raise LimitExceeded("an expression is nested too deep", at=self.place)
        value = read()
        self._deep -= 1
        return value

    # ---- names and values

    def _starts(self) -> bool:
        return _kind(self.token) in _STARTS

    def _is_pair(self) -> bool:
        return self.token.kind in ("id", "bracketed") and self.peek().text == "="

    def name_or_value(self) -> syntax.Name | syntax.Value:
        """A path or a literal."""
        if not self._starts():
            raise self.unexpected("here should be a name or a value")
        at, kind = self.place, self.token.kind
        if kind == "string":
            quote = self.token.text[0]
            text = self.take().text[1:-1].replace("\\" + quote, quote)
            return syntax.Value(value=text, text=text, at=at)
        if kind == "number":
            text = self.take().text
            number = float(text) if "." in text or len(text) > _LONGEST_NUMBER else int(text)
            return syntax.Value(value=number, text=text, at=at)
        if kind == "word":
            text = self.take().text
            return syntax.Value(value=_WORDS[text], text=text, at=at)
        return self.name()

    def name(self) -> syntax.Name:
        """A path."""
        at = self.place
        data = self.is_at("@")
        if data:
            self.take()
        parts: list[str] = []
        text, depth, first = "@" if data else "", 0, self.token.text
        while True:
            piece = self._segment()
            plain = _unbracketed(piece)
            text += plain
            if plain == piece and piece in ("..", ".", "this"):
                if parts:
                    raise TemplateError(f"{text!r}: {piece!r} can only begin a path", hint="begin with it", at=at)
                depth += piece == ".."
            else:
                parts.append(plain)
            if not self.is_at("separator"):
                break
            text += self.take().text
        scoped = not data and first in ("..", ".", "this")
        return syntax.Name(parts=tuple(parts), depth=depth, data=data, scoped=scoped, text=text, at=at)

    def _segment(self) -> str:
        if self.token.kind not in ("id", "bracketed", "up", "dot", "word", "number"):
            raise self.unexpected("here should be a name")
        return self.take().text


def _kind(token: Token) -> str:
    """Its kind; punctuation is its own."""
    return token.text if token.kind == "punctuation" else token.kind


def _unbracketed(text: str) -> str:
    return text[1:-1] if text.startswith("[") else text
