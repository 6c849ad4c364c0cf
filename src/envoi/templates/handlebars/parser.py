"""Makes statements and blocks of a template's tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.handlebars.conditions import Expressions
from envoi.templates.handlebars.syntax import Block, Branch, Call, Content, Name, Note, Partial, Print, Strip, Value
from envoi.templates.handlebars.whitespace import take_away
from envoi.templates.limits import NESTING

if TYPE_CHECKING:
    from envoi.templates.handlebars.lexer import Lexer, Token
    from envoi.templates.handlebars.syntax import Statement

_ENDS = frozenset({"end", "else", "else if", "eof"})
_BLOCKS = frozenset({"block", "inverse", "inline", "partial block"})


def parse(lexer: Lexer, helpers: frozenset[str]) -> list[Statement]:
    """The statements of a template, white space already taken away where its tags say so.

    Raises:
        TemplateError: it does not parse.
        LimitExceeded: it is too large or nested too deep.
    """
    body = _Parser(lexer, helpers).template()
    take_away(body)
    return body


class _Parser(Expressions):
    def __init__(self, lexer: Lexer, helpers: frozenset[str]) -> None:
        super().__init__(lexer.tokens(), lexer.at, helpers)
        self._open: list[str] = []

    def template(self) -> list[Statement]:
        body = self._body()
        if self.token.kind == "eof":
            return body
        if self.token.kind == "end":
            self.take()
            name = self.name_or_value()
            raise TemplateError(f"{{{{/{name.text}}}}} closes nothing", hint="remove it", at=name.at)
        raise TemplateError("an else outside any block", hint="remove it", at=self.place)

    def _body(self) -> list[Statement]:
        """Statements up to a tag that ends or divides the block around them."""
        body: list[Statement] = []
        while self.token.kind not in _ENDS:
            body.append(self._statement())
        return body

    def _statement(self) -> Statement:
        kind = self.token.kind
        if kind == "text":
            text = self.take().text
            return Content(text=text, original=text)
        if kind == "comment":
            text = self.take().text
            return Note(strip=Strip(before=text[2] == "~", after=text[-3] == "~"))
        if kind == "raw":
            return self._raw()
        if kind == "partial":
            return self._partial()
        if kind in _BLOCKS:
            return self._block()
        return self._print()

    def _print(self) -> Print:
        opening = self.take()
        if opening.kind == "decorator":
            raise TemplateError("there are no decorators here", hint='write {{#*inline "name"}}', at=self.place)
        if self.is_at("="):
            raise self.unexpected('write it with {{ and }}, or choose the dialect "mustache"')
        call = self.call()
        closing = "close unescaped" if opening.kind == "unescaped" else "close"
        strip = self._strip(opening, self.expect(closing, "}}}" if opening.kind == "unescaped" else "}}"))
        return Print(call=call, raw=opening.kind != "open", strip=strip)

    def _partial(self) -> Partial:
        opening = self.take()
        call = self._partial_call()
        return Partial(call=call, strip=self._strip(opening, self.expect("close", "}}")))

    def _partial_call(self) -> Call:
        """The name of a partial, or in parentheses what gives it, and what the partial is given."""
        if not self.is_at("("):
            return self.call()
        name = Value(value="", text="", at=self.place)
        computed = self._operand()
        return replace(self.arguments(name), computed=computed)

    def _raw(self) -> Block:
        self.take()
        call = self.call()
        self.expect("close raw", "}}}}")
        body: list[Statement] = []
        while self.token.kind == "text":
            text = self.take().text
            body.append(Content(text=text, original=text))
        name = self.expect("end raw", "the end of the raw block").text
        if name != call.name.text:
            raise _unclosed(call, f"{{{{{{{{/{name}}}}}}}}}")
        return Block(branches=[Branch(call=call, body=body, strip=Strip())], close=Strip())

    def _block(self) -> Block:
        opening = self.take()
        kind = opening.kind
        call = self.call()
        self._open.append(call.name.text)
        if len(self._open) > NESTING:
            raise LimitExceeded(f"blocks are nested more than {NESTING} deep", at=call.at)
        branches = [self._branch(call, opening)]
        while self.token.kind == "else if" and kind == "block":
            opening = self.take()
            branches.append(self._branch(self._else_if() if opening.text.endswith("if") else self.call(), opening))
        otherwise, strip = self._otherwise() if kind in ("block", "inverse") else (None, Strip())
        self._open.pop()
        return Block(
            kind={"partial block": "partial", "inline": "inline"}.get(kind, "block"),  # type: ignore[arg-type]
            branches=branches,
            otherwise=otherwise,
            otherwise_strip=strip,
            close=self._close(call),
            inverted=kind == "inverse",
        )

    def _else_if(self) -> Call:
        """What follows Mandrill's `{{elseif`."""
        return Call(name=Name(parts=("if",), text="if", at=self.place), args=(self.condition(),))

    def _branch(self, call: Call, opening: Token) -> Branch:
        params = self._params()
        strip = self._strip(opening, self.expect("close", "}}"))
        return Branch(call=call, params=params, strip=strip, body=self._body())

    def _params(self) -> tuple[str, ...]:
        """`as |item index|`."""
        if not self.is_at("as"):
            return ()
        self.take()
        names = []
        while not self.is_at("bar"):
            names.append(self.expect("id", "a name, or |").text)
        self.take()
        return tuple(names)

    def _otherwise(self) -> tuple[list[Statement] | None, Strip]:
        if self.token.kind != "else":
            return None, Strip()
        text = self.take().text
        return self._body(), Strip(before=text[2] == "~", after=text[-3] == "~")

    def _close(self, call: Call) -> Strip:
        if self.token.kind == "eof":
            raise _unclosed(call, "")
        if self.token.kind != "end":
            raise TemplateError("an else after the last one, or where none can be", hint="remove it", at=self.place)
        opening = self.take()
        name = self.name_or_value()
        if name.text != call.name.text:
            raise _unclosed(call, f"{{{{/{name.text}}}}} on {name.at}")
        return self._strip(opening, self.expect("close", "}}"))

    def _strip(self, opening: Token, closing: Token) -> Strip:
        return Strip(before="~" in opening.text, after="~" in closing.text)


def _unclosed(call: Call, instead: str) -> TemplateError:
    name = call.name.text
    what = f"the block {name!r} is not closed" + (f": here comes {instead}" if instead else "")
    return TemplateError(what, hint=f"write {{{{/{name}}}}}", at=call.at)
