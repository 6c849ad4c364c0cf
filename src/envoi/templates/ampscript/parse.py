"""Parses AMPscript into the tree: blocks, inline code, personalisation strings, partials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates import tree
from envoi.templates.ampscript.expressions import Expressions
from envoi.templates.ampscript.functions import AMPSCRIPT, BLOCKS, DOWN, UP
from envoi.templates.ampscript.reader import Reader
from envoi.templates.ampscript.values import text
from envoi.templates.limits import NESTING
from envoi.templates.place import places
from envoi.templates.program import program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.errors import Place
    from envoi.templates.ampscript.lexer import Token
    from envoi.templates.program import Program

_CONTENT = frozenset({"treatascontent", "treatascontentarea"})
_PRINTS = frozenset({"output", "outputline"})
_ENDS = {"else": "IF", "elseif": "IF", "endif": "IF", "next": "FOR"}
_STATEMENTS = frozenset({"var", "set", "if", "for"})
_NONE: Mapping[str, str] = {}


def parse(
    source: str,
    *,
    partials: Mapping[str, str] | None = None,
    autoescape: bool = True,
    names: Mapping[str, str] | None = None,
) -> Program:
    """The template in `source`; `ContentBlockByName` and its like print `partials`; `names` are the project's.

    >>> template = parse("Dear %%=ProperCase([First Name])=%%", names={"First Name": "person.name"})
    >>> template.render({"person": {"name": "ANNA"}})
    'Dear Anna'

    Raises:
        TemplateError: it does not parse, or needs what only its vendor's cloud has.
        LimitExceeded: it is too large or nested too deep.
    """
    ours = {name.lower(): path for name, path in (names or _NONE).items()}
    make = _Maker(partials or _NONE, ours, escapes=autoescape)
    bodies = {}
    for name, text_of_it in make.partials.items():
        try:
            bodies[name] = make.body(text_of_it)
        except TemplateError as fault:
            raise fault.in_file(name) from fault
    return program(make.body(source), AMPSCRIPT, source=source, partials=bodies, escapes=autoescape)


class _Maker:
    """What all parsers of one template share."""

    def __init__(self, partials: Mapping[str, str], names: Mapping[str, str], *, escapes: bool) -> None:
        self.partials = partials
        self.names = names
        self.escapes = escapes
        self._loops = 0

    def body(self, source: str, locate: Callable[[int], Place] | None = None, depth: int = 0) -> tree.Body:
        """The tree of a text; `locate` says where its offsets are."""
        return _Parser(self, source, locate or places(source), depth).whole()

    def partial(self, name: str) -> str | None:
        """The partial that a path of folders means: as it is written, in another case, or by its last name."""
        last = name.replace("\\", "/").rpartition("/")[2]
        by_lower = {known.lower(): known for known in self.partials}
        return next((by_lower[each.lower()] for each in (name, last) if each.lower() in by_lower), None)

    def loop(self) -> str:
        """A name for a loop's number that no author can write."""
        self._loops += 1
        return f" round{self._loops}"


class _Parser:
    def __init__(self, maker: _Maker, source: str, locate: Callable[[int], Place], depth: int) -> None:
        self._maker = maker
        self._depth = depth
        self._reader = Reader(source, locate)
        self._expressions = Expressions(self._reader, maker.names, escapes=maker.escapes)

    def whole(self) -> tree.Body:
        """All of the template."""
        body = self._body()
        if self._reader.here.kind != "nothing":
            word = self._reader.here.text.lower()
            raise self._reader.error(
                f"{word.upper()} without {_ENDS[word]}", hint="remove it, or look for what was closed before"
            )
        return body

    def _body(self) -> tree.Body:
        """Statements up to the end, or to a word that ends or parts a block."""
        self._depth += 1
        if self._depth > NESTING:
            raise LimitExceeded(f"blocks are nested more than {NESTING} deep", at=self._reader.at())
        body: list[tree.Statement] = []
        while self._reader.here.kind != "nothing" and not self._reader.sees("name", *_ENDS):
            body += self._statement()
        self._depth -= 1
        return tuple(body)

    def _statement(self) -> tree.Body:
        token = self._reader.take()
        at = self._reader.at(token)
        if token.kind == "text":
            return (tree.Text(text=token.text, at=at),)
        if token.kind == "attribute":
            return (tree.Output(value=self._expressions.attribute(token.text, at), at=at),)
        if token.kind == "inline":
            return self._inline()
        if token.kind != "name":
            hint = "begin with SET, IF, FOR or the name of a function"
            raise self._reader.error(f"{token.text!r} begins no statement", hint=hint, token=token)
        statements = {"var": self._var, "set": self._set, "if": self._if, "for": self._for}
        begin = statements.get(token.text.lower())
        return begin(at) if begin else self._done(token)

    def _inline(self) -> tree.Body:
        if self._reader.here.kind == "name" and self._reader.here.text.lower() in _STATEMENTS:
            raise self._reader.error(f"{self._reader.shown()} stands in %%= =%%", hint="write statements in %%[ ]%%")
        if self._reader.sees("end"):
            raise self._reader.error("%%= =%% prints nothing", hint="write %%=v(@name)=%%")
        body = self._call_or_value()
        # The vendor's engine reads over a ) that closes nothing here, and its own examples have some.
        while self._reader.sees("sign", ")") and self._reader.after.kind in {"end", "sign"}:
            self._reader.take()
        if not self._reader.take_if("end"):
            hint = "%%= =%% takes one value: statements stand in %%[ ]%%"
            raise self._reader.error(f"{self._reader.shown()} stands where =%% should", hint=hint)
        return body

    def _call_or_value(self) -> tree.Body:
        token = self._reader.here
        if token.kind == "name" and token.text.lower() in _PRINTS:
            return self._output(self._reader.take())
        return self._printed(self._expressions.expression())

    def _done(self, name: Token) -> tree.Body:
        """A call as a statement: what it gives is dropped, unless it prints."""
        if name.text.lower() in _PRINTS:
            return self._output(name)
        if not self._reader.sees("sign", "("):
            hint = "begin with SET, IF, FOR or the name of a function"
            raise self._reader.error(f"{name.text!r} begins no statement", hint=hint, token=name)
        value = self._expressions.call(name)
        return (tree.Do(value=self._plain(value), at=self._reader.at(name)),)

    def _output(self, name: Token) -> tree.Body:
        """`Output` prints what functions give; a value that is none is refused, since AMPscript would print nothing."""
        if self._reader.after.kind in {"string", "number", "variable", "attribute"}:
            what = f"{name.text} prints what functions give, not {self._reader.after.text}"
            raise self._reader.error(what, hint=f"write {name.text}(v(@name)) or {name.text}(Concat(...))", token=name)
        called = self._expressions.call(name)
        args = called.args if isinstance(called, tree.Call) else ()
        body = tuple(part for each in args for part in self._printed(each))
        return (*body, tree.Text(text="\n")) if name.text.lower() == "outputline" else body

    # ---- statements

    def _var(self, at: Place) -> tree.Body:
        declared = [self._variable("VAR")]
        while self._reader.take_if("sign", ","):
            declared.append(self._variable("VAR"))
        return tuple(tree.Assign(name=name, value=tree.Literal(value=""), at=at) for name in declared)

    def _set(self, at: Place) -> tree.Body:
        name = self._variable("SET")
        self._reader.need("sign", "=", hint='write SET @name = "value"')
        value = self._expressions.expression()
        if self._prints(value):
            return (tree.Capture(name=name, body=self._printed(value), at=at),)
        return (tree.Assign(name=name, value=self._plain(value), at=at),)

    def _if(self, at: Place) -> tree.Body:
        branches = [(self._test("IF"), self._body())]
        otherwise: tree.Body = ()
        while self._reader.take_if("name", "elseif"):
            branches.append((self._test("ELSEIF"), self._body()))
        if self._reader.take_if("name", "else"):
            if self._reader.sees("name", "if"):
                raise self._reader.error("ELSE IF opens a block of its own", hint="write ELSEIF")
            otherwise = self._body()
        if not self._reader.take_if("name", "endif"):
            raise TemplateError("this IF is never closed", hint="add ENDIF", at=at)
        return (tree.If(branches=tuple(branches), otherwise=otherwise, at=at),)

    def _test(self, word: str) -> tree.Expression:
        test = self._plain(self._expressions.expression())
        self._reader.need("name", "then", hint=f"write {word} condition THEN")
        return test

    def _for(self, at: Place) -> tree.Body:
        name = self._variable("FOR")
        self._reader.need("sign", "=", hint="write FOR @i = 1 TO 10 DO")
        first = self._plain(self._expressions.expression())
        down = self._reader.take_if("name", "downto")
        if not down:
            self._reader.need("name", "to", hint="write FOR @i = 1 TO 10 DO, or DOWNTO")
        last = self._plain(self._expressions.expression())
        self._reader.need("name", "do", hint="write FOR @i = 1 TO 10 DO")
        counted = self._maker.loop()
        body = self._body()
        if not self._reader.take_if("name", "next"):
            raise TemplateError("this FOR is never closed", hint=f"add NEXT {name}", at=at)
        self._reader.take_if("variable", name)
        items = tree.Call(function=DOWN if down else UP, args=(first, last), at=at)
        step = tree.Assign(name=name, value=tree.Path(root=counted, at=at), at=at)
        return (tree.For(item=counted, items=items, body=(step, *body), at=at),)

    def _variable(self, word: str) -> str:
        token = self._reader.take_if("variable")
        if not token:
            raise self._reader.error(f"{word} takes a variable, not {self._reader.shown()}", hint="write @name")
        return token.text.lower()

    # ---- what prints more than a value

    def _prints(self, value: tree.Expression) -> bool:
        """Whether an expression holds a partial, or a text that is code."""
        return any(_is_block(node) or _code_of(node) is not None for node in tree.walk(value))

    def _plain(self, value: tree.Expression) -> tree.Expression:
        """An expression where only a value can stand."""
        for node in tree.walk(value):
            if _is_block(node) or _code_of(node) is not None:
                hint = "print it, or SET a variable to it before"
                raise TemplateError("a content block cannot stand here", hint=hint, at=node.at)
        return value

    def _printed(self, value: tree.Expression) -> tree.Body:
        """The statements that print an expression."""
        if not self._prints(value):
            return (tree.Output(value=value, at=value.at),)
        if isinstance(value, tree.Choose):
            then, otherwise = self._printed(value.then), self._printed(value.otherwise)
            return (tree.If(branches=((self._plain(value.test), then),), otherwise=otherwise, at=value.at),)
        code = _code_of(value)
        if code is not None:
            return self._maker.body(code, lambda _: value.at, self._depth + 1)
        if isinstance(value, tree.Call) and value.function == "concat":
            return tuple(part for each in value.args for part in self._printed(each))
        if isinstance(value, tree.Call) and _is_block(value):
            return self._block(value)
        return (tree.Output(value=self._plain(value), at=value.at),)

    def _block(self, call: tree.Call) -> tree.Body:
        """A partial by its name; instead of one that is missing, what the author gave for that."""
        name, required = call.args[0], call.args[2] if len(call.args) > 2 else tree.Literal(value=True)  # noqa: PLR2004
        if not isinstance(name, tree.Literal):
            return (tree.Include(name=self._plain(name), isolated=False, at=call.at),)
        known = self._maker.partial(text(name.value))
        if known is None and isinstance(required, tree.Literal) and text(required.value).lower() in {"false", "0"}:
            instead = call.args[3:4]
            return tuple(tree.Output(value=self._plain(each), at=call.at) for each in instead)
        wanted = tree.Literal(value=known or text(name.value), at=call.at)
        return (tree.Include(name=wanted, isolated=False, at=call.at),)


def _is_block(node: tree.Node) -> bool:
    return isinstance(node, tree.Call) and node.function in BLOCKS


def _code_of(node: tree.Node) -> str | None:
    """The text that `TreatAsContent` is to run, if the author wrote it."""
    if isinstance(node, tree.Call) and node.function in _CONTENT:
        return _written(node.args[-1])
    return None


def _written(value: tree.Expression) -> str | None:
    """A text that is whole in the template, None if it is made of data."""
    if isinstance(value, tree.Literal):
        return text(value.value)
    if isinstance(value, tree.Call) and value.function == "concat":
        parts = [_written(each) for each in value.args]
        return None if None in parts else "".join(part for part in parts if part is not None)
    return None
